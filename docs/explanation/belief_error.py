"""What two listener classes make of beliefs that differ from person to person: prints the table of belief_error.md.

Run it from the root of the repository: python docs/explanation/belief_error.py
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenward.model.siege.belief import updated
from havenward.model.siege.departure import fear
from havenward.model.siege.parameters import TABLE

F64 = NDArray[np.float64]
REPORTS = (0.5, 1, 3, 10, 30, 100, 225)
"""Reports that a middling listener has in memory; 225 is what the model's defaults hold at most."""
CAPTURES = (0.2, 0.4, 0.6)
"""Share of reports that tell of a capture."""
PEOPLE = 4_000
MEMORIES = 8
"""Lengths of memory that are simulated; the second half is averaged."""


def parameters(**changes: float) -> dict[str, F64]:
    """Return medians of the model's table as (1,) arrays, some of them changed."""
    return {name: np.array([changes.get(name, row.median)]) for name, row in TABLE.items()}


def calm(captured: F64, escaped: F64, value: dict[str, F64]) -> float:
    """Return the mean factor by which fear lowers a hazard."""
    believed = captured / (captured + escaped)
    return float(np.exp(-fear(believed, value)).mean())


def mean_factor(reports: float, captures: float, exposure: F64, *, own: bool, seed: int = 1) -> float:
    """Return the mean factor of a town in a steady state.

    Args:
        reports: in the memory of a middling listener.
        captures: share of reports that tell of one.
        exposure: (L,) what listeners hear, relative to a middling one.
        own: whether everybody hears reports of their own, Poisson in number, or all of a class hear what is expected.
        seed: of the Poisson numbers.
    """
    # every report that is heard counts: the saturation of the model is in the number of reports
    value = parameters(belief_reports=1e12, belief_scale=1.0)
    memory = float(value["belief_memory"][0])
    draw = np.random.default_rng(seed)
    people = PEOPLE if own else 1
    shape = (1, people, len(exposure))
    captured = np.broadcast_to(value["belief_prior_captured"], shape)
    escaped = np.broadcast_to(value["belief_prior_escaped"], shape)
    daily = np.broadcast_to(reports / memory * exposure, shape)
    days = int(MEMORIES * memory)
    factors = []
    for day in range(days):
        bad, good = (
            draw.poisson(daily * share).astype(float) if own else daily * share for share in (captures, 1.0 - captures)
        )
        captured, escaped = updated(captured, escaped, bad, good, value)
        if day >= days // 2:
            factors.append(calm(captured, escaped, value))
    return float(np.mean(factors))


def table() -> str:
    """Return the table as Markdown."""
    spread = TABLE["listener_spread"].median
    classes, alike = np.array([1.0 + spread, 1.0 - spread]), np.array([1.0])
    lines = [
        "| reports in memory | captures among them | beliefs of one's own "
        "| two listener classes | ratio | one belief | ratio |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for captures in CAPTURES:
        for reports in REPORTS:
            truth = mean_factor(reports, captures, classes, own=True)
            two, one = (mean_factor(reports, captures, exposure, own=False) for exposure in (classes, alike))
            told = f"| {two:.3f} | {two / truth:.2f} | {one:.3f} | {one / truth:.2f} |"
            lines.append(f"| {reports:g} | {captures:.0%} | {truth:.3f} {told}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
