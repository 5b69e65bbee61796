"""The flow picture: bands from areas of origin through crossings to camps and towns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Rectangle

from havenward.guard.disclosure import FEWEST_DRAWS, interval, span_text
from havenward.report import style
from havenward.report.digest import Digest
from havenward.report.facts import Facts
from havenward.report.fans import shortened
from havenward.report.flows import Flow, FlowPicture, largest_first

ORIGINS = (style.BLUE, style.ORANGE, style.GREEN, style.VERMILION, style.PURPLE, style.SKY, "#8c6d1f", "#6b6b6b")
"""One colour an area, at most eight areas."""

STAGES_X = (0.17, 0.5, 0.80)
"""Where the three columns of nodes stand, as shares of the width."""

TOP, HEIGHT = 0.04, 0.85
"""Where columns begin, and what they may take up, as shares of the height."""

SCALE_HEIGHT = 0.08
"""The largest share of the height that the scale bar below the columns may take."""

NODE = 0.012
LINE = 0.24
"""Inches that one line of a name needs, so that the names of thin nodes do not meet."""

CURVE = np.linspace(0, 1, 24)
EASE = CURVE**2 * (3 - 2 * CURVE)


@dataclass
class Node:
    """A place in a column: where it stands, and how much of either side is used up by bands."""

    name: str
    top: float
    height: float
    used_in: float = 0.0
    used_out: float = 0.0


def flow_chart(flows: FlowPicture, sums: Digest, facts: Facts, path: Path) -> Path:
    """Widths are mean persons over the run; the brackets beside the names are 80 % intervals."""
    columns = [
        largest_first((flow.start for flow in flows.out), flows.out, "start"),
        largest_first([flow.end for flow in flows.out] + [flow.start for flow in flows.received], flows.out, "end"),
        largest_first((flow.end for flow in flows.received), flows.received, "end"),
    ]
    figure = style.new_figure(max(7.0, 2.0 + 0.40 * max(len(column) for column in columns)))
    title = "From where, through which crossing, to which place"
    subtitle = f"{facts.title}. Cumulative, persons, {facts.span}. Widths are means of the draws; ways are schematic."
    style.frame(figure, title, subtitle, facts)
    height = figure.get_size_inches()[1]
    axes = figure.add_axes((0.02, 0.5 / height, 0.96, 1 - 1.55 / height))
    axes.set_xlim(0, 1)
    axes.set_ylim(1, 0)
    axes.axis("off")

    line = LINE / (height - 1.55)
    scale = per_person(columns, flows, line)
    nodes = [column_nodes(names, flows, scale, number) for number, names in enumerate(columns)]
    colours = dict(zip(columns[0], ORIGINS, strict=False))
    bands(axes, flows.out, nodes[0], nodes[1], STAGES_X[:2], scale, colours)
    bands(axes, flows.received, nodes[1], nodes[2], STAGES_X[1:], scale, colours)
    for number, column in enumerate(nodes):
        for node in column.values():
            draw_node(axes, node, number, line, sums, flows)
    for x, words in zip(STAGES_X, ("Area of origin", "Crossing", "Camp, emergency site or town"), strict=True):
        axes.text(x, 0.0, words, fontsize=10.5, fontweight="bold", color=style.INK, ha="center", va="bottom")
    scale_bar(axes, scale)
    return style.save(figure, path, title, facts)


def per_person(columns: list[list[str]], flows: FlowPicture, line: float) -> float:
    """Share of the height that one person takes, so that the fullest column fits with a line between its nodes."""
    total = max(sum(flow.mean for flow in flows.out), sum(flow.mean for flow in flows.received), 1.0)
    most = max(len(column) for column in columns)
    return (HEIGHT - line * most) / total


def column_nodes(names: list[str], flows: FlowPicture, scale: float, number: int) -> dict[str, Node]:
    """The nodes of a column from top to bottom, centred."""
    sizes = {name: size_of(name, flows, number) * scale for name in names}
    gap = min(0.06, (HEIGHT - sum(sizes.values())) / max(len(names), 1))
    top = TOP
    nodes = {}
    for name in names:
        nodes[name] = Node(name, top, sizes[name])
        top += sizes[name] + gap
    return nodes


def size_of(name: str, flows: FlowPicture, number: int) -> float:
    """Mean persons through a node: the larger of what comes in and what goes on."""
    comes = sum(flow.mean for flow in (flows.out if number == 1 else flows.received) if flow.end == name)
    goes = sum(flow.mean for flow in (flows.out if number == 0 else flows.received) if flow.start == name)
    return (goes, max(comes, goes), comes)[number]


def bands(
    axes: Axes,
    flows: list[Flow],
    starts: dict[str, Node],
    ends: dict[str, Node],
    xs: tuple[float, ...],
    scale: float,
    colours: dict[str, str],
) -> None:
    """Bands between two columns, sorted so that they cross as little as can be."""
    order_start, order_end, origins = list(starts), list(ends), list(colours)
    left, right = xs[0] + NODE, xs[1]
    shapes, fills = [], []
    known = [flow for flow in flows if flow.start in starts and flow.end in ends]
    tops: dict[int, float] = {}
    for flow in sorted(
        known, key=lambda flow: (order_start.index(flow.start), order_end.index(flow.end), rank(flow, origins))
    ):
        node = starts[flow.start]
        tops[id(flow)] = node.top + node.used_out
        node.used_out += flow.mean * scale
    for flow in sorted(
        known, key=lambda flow: (order_end.index(flow.end), order_start.index(flow.start), rank(flow, origins))
    ):
        node = ends[flow.end]
        width = flow.mean * scale
        y0, y1 = tops[id(flow)], node.top + node.used_in
        node.used_in += width
        x = left + (right - left) * CURVE
        y = y0 + (y1 - y0) * EASE
        shapes.append(np.concatenate((np.column_stack((x, y)), np.column_stack((x, y + width))[::-1])))
        fills.append(colours.get(flow.origin, "#6b6b6b"))
    axes.add_collection(PolyCollection(shapes, facecolors=fills, alpha=0.55, linewidths=0.3, edgecolors="white"))


def rank(flow: Flow, origins: list[str]) -> int:
    """Place of a flow's origin in the first column."""
    return origins.index(flow.origin) if flow.origin in origins else len(origins)


def draw_node(axes: Axes, node: Node, number: int, line: float, sums: Digest, flows: FlowPicture) -> None:
    """A bar with its name and the interval of persons."""
    x = STAGES_X[number]
    axes.add_patch(Rectangle((x, node.top), NODE, max(node.height, 0.001), color=style.INK, linewidth=0))
    middle = node.top + node.height / 2
    words = f"{shortened(node.name, 26)}\n{interval_of(node.name, number, sums, flows)}"
    if number == 0:
        axes.text(x - 0.008, middle, words, fontsize=9, ha="right", va="center", color=style.INK, linespacing=1.15)
        return
    box = {"boxstyle": "square,pad=0.12", "facecolor": "white", "alpha": 0.78, "linewidth": 0} if number == 1 else None
    if node.height < line:
        words = words.replace("\n", "  ")
    axes.text(
        x + NODE + 0.006, middle, words, fontsize=9, ha="left", va="center", color=style.INK,
        linespacing=1.15, bbox=box,
    )  # fmt: skip


def interval_of(name: str, number: int, sums: Digest, flows: FlowPicture) -> str:
    """The 80 % interval of persons through a node, or words where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return "no interval"
    if number == 0:
        persons = sum(flow.persons for flow in flows.out if flow.start == name)
    elif number == 1:
        persons = sum(flow.persons for flow in flows.out if flow.end == name)
    else:
        persons = sum(flow.persons for flow in flows.received if flow.end == name)
    return span_text(interval(np.asarray(persons, dtype=np.float64) + np.zeros(sums.draws)))


def scale_bar(axes: Axes, scale: float) -> None:
    """How many persons a width stands for."""
    persons = 10.0 ** np.floor(np.log10(SCALE_HEIGHT / scale))
    for factor in (5, 2):
        if persons * factor * scale <= SCALE_HEIGHT:
            persons *= factor
            break
    high = persons * scale
    x, bottom = 0.015, 0.995
    axes.add_patch(Rectangle((x, bottom - high), 0.008, high, color=style.QUIET, linewidth=0))
    axes.text(
        x + 0.014, bottom - high / 2, f"this width:\n{persons:,.0f} persons", fontsize=9, va="center", color=style.QUIET
    )
