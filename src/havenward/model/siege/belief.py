"""Phase 3, belief: what people think the risk is.

A few listener classes of fixed shares hear of captures, which are made public, and of escapes, as far as telephones reach.
Each (area, listener class) has one Beta(a, b), forgotten towards its prior:

    r_c = publicity x captures,  r_s = heard x telephones x escapes       reports a day
    n = R (1 - exp(-(r_c + r_s) scale / R))                               those that count, at most R
    a <- a0 + f (a - a0) + n r_c / (r_c + r_s),  b likewise with r_s      p = a / (a + b)

With steady reports the fixed point is p = (a0 + M x) / (a0 + b0 + M), x = r_c / (r_c + r_s), M = n / (1 - f): an
asymmetric blackout raises the believed risk above the true one. Form: Beta-Bernoulli updating of perceived sanction risk
(Anwar and Loughran 2011; Loughran and others 2012).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from havenward.core.compiled import kernel
from havenward.core.orders import Draw, Phase, streams_of
from havenward.model.siege.cells import LISTENERS
from havenward.model.siege.world import World

F64 = NDArray[np.float64]
MOST_NOISY: Final = 500.0
"""Reports a day up to which their number is drawn (exp(-500) is still a normal number)."""


@dataclass
class Belief:
    """Believed risk of being stopped, for every member, area and listener class.

    Attributes:
        captured, escaped: (M, A, L) weights of the two kinds of reports.
    """

    MEMORY: ClassVar = ("captured", "escaped")

    world: World
    values: dict[str, F64]
    captured: F64 = field(init=False)
    escaped: F64 = field(init=False)

    def __post_init__(self) -> None:
        shape = (len(self.values["belief_memory"]), len(self.world.areas), LISTENERS)
        self.captured = np.broadcast_to(self.values["belief_prior_captured"][:, None, None], shape).copy()
        self.escaped = np.broadcast_to(self.values["belief_prior_escaped"][:, None, None], shape).copy()
        self._streams = streams_of(
            *(("reports", kind, area) for kind in ("captured", "escaped") for area in self.world.areas)
        )

    @property
    def believed(self) -> F64:
        """(M, A, L) believed risk."""
        return np.asarray(self.captured / (self.captured + self.escaped))

    def phase(self, day: int, captures: F64, escapes: F64) -> Phase:
        """Hear of last night. `captures`, `escapes`: (M, A) groups."""
        value, areas = self.values, len(self.world.areas)
        uniform = yield Draw(self._streams)
        told_captures = value["capture_publicity"][:, None] * captures
        told_escapes = value["success_heard"][:, None] * self.world.telephones[day] * escapes
        bad = _reports(told_captures, uniform[:, :areas])[:, :, None] * self._exposure()
        good = _reports(told_escapes, uniform[:, areas:])[:, :, None] * self._exposure()
        self.captured, self.escaped = updated(self.captured, self.escaped, bad, good, value)

    def _exposure(self) -> F64:
        spread = self.values["listener_spread"]
        return np.stack([1.0 + spread, 1.0 - spread], axis=1)[:, None, :]


def updated(captured: F64, escaped: F64, bad: F64, good: F64, value: dict[str, F64]) -> tuple[F64, F64]:
    """Return both weights after a day.

    Args:
        captured, escaped: (M, A, L) weights.
        bad, good: (M, A, L) reports of captures and of escapes.
        value: parameters of belief, (M,) each.
    """
    most, scale, memory, prior_captured, prior_escaped = (
        value[f"belief_{name}"][:, None, None] for name in ("reports", "scale", "memory", "prior_captured", "prior_escaped")
    )
    total = bad + good
    counted = -most * np.expm1(-total * scale / most)
    share = bad / np.where(total > 0, total, 1.0)
    kept = 1.0 - 1.0 / memory
    return (
        prior_captured + kept * (captured - prior_captured) + counted * share,
        prior_escaped + kept * (escaped - prior_escaped) + counted * np.where(total > 0, 1.0 - share, 0.0),
    )


@kernel
def poisson_quantiles(uniform: Any, mean: Any, out: Any) -> None:
    """Write the smallest k with P(Poisson(mean) <= k) >= uniform for (N,) means; nought where nothing is expected.

    Beyond MOST_NOISY the mean itself is written: the noise no longer matters to anybody.
    """
    for i in range(mean.size):
        if mean[i] <= 0.0 or mean[i] > MOST_NOISY:
            out[i] = max(mean[i], 0.0)
            continue
        k = 0
        probability = np.exp(-mean[i])
        reached = probability
        while reached < uniform[i] and (k < mean[i] or probability > 1e-17 * reached):
            k += 1
            probability *= mean[i] / k
            reached += probability
        out[i] = k


def _reports(expected: F64, uniform: F64) -> F64:
    """Return Poisson numbers of reports, of the shape of what is expected."""
    reports = np.empty(expected.shape)
    poisson_quantiles(np.ascontiguousarray(uniform).ravel(), np.ascontiguousarray(expected).ravel(), reports.ravel())
    return reports
