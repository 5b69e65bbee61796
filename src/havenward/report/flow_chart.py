"""The flow picture: bands from areas of origin through crossings to camps and towns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.patches import Polygon, Rectangle

from havenward.guard.disclosure import FEWEST_DRAWS, interval, span_text
from havenward.report import pens
from havenward.report.drawing import LEFT, RIGHT, Drawing, points
from havenward.report.facts import LONGEST_NAME, Facts, shortened
from havenward.report.flows import Flow, FlowPicture, largest_first
from havenward.report.style import BLUE, GREEN, INK, ORANGE, PAPER, PURPLE, QUIET, SKY, VERMILION
from havenward.report.sums import Sums
from havenward.report.ticks import round_below

OTHER = "#6b6b6b"
ORIGINS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, "#8c6d1f", OTHER)
"""One colour an area, at most eight areas."""

LEAST_HEIGHT, ROW_HEIGHT, AROUND = 7.0, 0.40, 2.0
"""Inches of the smallest picture, of each node of the longest column, and of what stands above and below the columns."""

HEADS = ("Area of origin", "Crossing", "Camp, emergency site or town")
HEADS_TOP, TOP = 131.0, 158.0
"""Pixels from the upper edge: the words over the columns, and where the columns begin."""

SCALE, FOOT = 55.0, 62.0
"""Pixels: the most that the scale bar may take below the columns, and what stays free below it."""

NODE = 17.0
GAP = 41.0
"""Pixels: the width of a node, and the most between two nodes of a column."""

LINE = 30.0
"""Pixels that one line of a name needs, so that the names of thin nodes do not meet."""

TEXT, HEAD_TEXT = 9.0, 10.5
"""Points: names, and the words over the columns."""

CURVE = np.linspace(0, 1, 24)
EASE = CURVE**2 * (3 - 2 * CURVE)


@dataclass
class Node:
    """A place in a column: where it stands in pixels, its words, and how much of either side is used up by bands."""

    x: float
    top: float
    height: float
    words: str
    used_in: float = 0.0
    used_out: float = 0.0


def flow_chart(flows: FlowPicture, sums: Sums, facts: Facts, path: Path) -> Path:
    """Widths are mean persons over the run; the brackets beside the names are 80 % intervals."""
    columns = [
        largest_first((flow.start for flow in flows.out), flows.out, "start"),
        largest_first([flow.end for flow in flows.out] + [flow.start for flow in flows.received], flows.out, "end"),
        largest_first((flow.end for flow in flows.received), flows.received, "end"),
    ]
    title = "From where, through which crossing, to which place"
    words = f"Cumulative, persons, {facts.span}. Widths are means of the draws; ways are schematic."
    sheet = Drawing(max(LEAST_HEIGHT, AROUND + ROW_HEIGHT * max(len(column) for column in columns)), title, words, facts)

    if sums.draws >= FEWEST_DRAWS:
        sheet.legend([], f"Figures beside the names: 80 % intervals {facts.interval}")
    room = sheet.height - TOP - SCALE - FOOT - LINE
    scale = per_person(columns, flows, room)
    nodes = [column_nodes(names, flows, sums, number, scale, room) for number, names in enumerate(columns)]
    set_apart(nodes)
    colours = dict(zip(columns[0], ORIGINS, strict=False))
    bands(sheet, flows.out, nodes[0], nodes[1], scale, colours)
    bands(sheet, flows.received, nodes[1], nodes[2], scale, colours)
    for number, (column, head) in enumerate(zip(nodes, HEADS, strict=True)):
        for node in column.values():
            draw_node(sheet, node, number)
        if column:
            x = next(iter(column.values())).x + (NODE, NODE / 2, 0)[number]
            sheet.words((x, HEADS_TOP), head, HEAD_TEXT, bold=True, anchor=("ra", "ma", "la")[number])
    scale_bar(sheet, scale)
    return sheet.save(path)


def per_person(columns: list[list[str]], flows: FlowPicture, room: float) -> float:
    """Pixels that one person takes, so that the fullest column fits with a line between its nodes."""
    total = max(sum(flow.mean for flow in flows.out), sum(flow.mean for flow in flows.received), 1.0)
    most = max(len(column) for column in columns)
    return (room - LINE * most) / total


def column_nodes(
    names: list[str], flows: FlowPicture, sums: Sums, number: int, scale: float, room: float
) -> dict[str, Node]:
    """The nodes of a column from top to bottom."""
    sizes = {name: size_of(name, flows, number) * scale for name in names}
    gap = min(GAP, (room - sum(sizes.values())) / max(len(names), 1))
    top = TOP
    nodes = {}
    for name in names:
        # Two lines beside a thick node, or where there is room to the left; else one.
        parting = "\n" if number == 0 or sizes[name] >= LINE else "  "
        words = f"{shortened(name, LONGEST_NAME)}{parting}{interval_of(name, number, sums, flows)}"
        nodes[name] = Node(0.0, top, sizes[name], words)
        top += sizes[name] + gap
    return nodes


def set_apart(columns: list[dict[str, Node]]) -> None:
    """Puts the outer columns as far out as their words let them, and the middle one between them."""
    left, right = (max((words_width(node) for node in column.values()), default=0.0) for column in (columns[0], columns[2]))
    head, _, last_head = (pens.width_of(head, points(HEAD_TEXT), bold=True) for head in HEADS)
    first, last = LEFT + max(left + 10, head - NODE), RIGHT - max(right + 7 + NODE, last_head)
    for column, x in zip(columns, (first, (first + last) / 2, last), strict=True):
        for node in column.values():
            node.x = x


def words_width(node: Node) -> float:
    """Pixels across the words of a node."""
    return max(pens.width_of(line, points(TEXT)) for line in node.words.split("\n"))


def size_of(name: str, flows: FlowPicture, number: int) -> float:
    """Mean persons through a node: the larger of what comes in and what goes on."""
    comes = sum(flow.mean for flow in (flows.out if number == 1 else flows.received) if flow.end == name)
    goes = sum(flow.mean for flow in (flows.out if number == 0 else flows.received) if flow.start == name)
    return (goes, max(comes, goes), comes)[number]


def bands(
    sheet: Drawing, flows: list[Flow], starts: dict[str, Node], ends: dict[str, Node], scale: float, colours: dict[str, str]
) -> None:
    """Bands between two columns, sorted so that they cross as little as can be."""
    known = [flow for flow in flows if flow.start in starts and flow.end in ends]
    start, end, origin = list(starts).index, list(ends).index, list(colours)
    tops: dict[int, float] = {}
    for flow in sorted(known, key=lambda flow: (start(flow.start), end(flow.end), rank(flow, origin))):
        node = starts[flow.start]
        tops[id(flow)] = node.top + node.used_out
        node.used_out += flow.mean * scale
    for flow in sorted(known, key=lambda flow: (end(flow.end), start(flow.start), rank(flow, origin))):
        node = ends[flow.end]
        width = flow.mean * scale
        y0, y1 = tops[id(flow)], node.top + node.used_in
        node.used_in += width
        left = starts[flow.start].x + NODE
        x = left + (node.x - left) * CURVE
        y = y0 + (y1 - y0) * EASE
        edge = np.concatenate((np.column_stack((x, y)), np.column_stack((x, y + width))[::-1]))
        fill = colours.get(flow.origin, OTHER)
        sheet.add(Polygon(edge, facecolor=fill, alpha=0.55, linewidth=0.3, edgecolor="white"))


def rank(flow: Flow, origins: list[str]) -> int:
    """Place of a flow's origin in the first column."""
    return origins.index(flow.origin) if flow.origin in origins else len(origins)


def draw_node(sheet: Drawing, node: Node, number: int) -> None:
    """A bar with its name and the interval of persons; on the bands behind the middle column words have paper beneath."""
    sheet.add(Rectangle((node.x, node.top), NODE, max(node.height, 1.0), color=INK, linewidth=0))
    lines = node.words.split("\n")
    middle, high = node.top + node.height / 2, 1.15 * points(TEXT)
    x, anchor = (node.x - 10, "rm") if number == 0 else (node.x + NODE + 7, "lm")
    if number == 1:
        box = (x - 2, middle - high * len(lines) / 2)
        sheet.add(Rectangle(box, words_width(node) + 4, high * len(lines), color=PAPER, alpha=0.78, linewidth=0, zorder=1.5))
    for row, line in enumerate(lines):
        sheet.words((x, middle + high * (row - (len(lines) - 1) / 2)), line, TEXT, anchor=anchor)


def interval_of(name: str, number: int, sums: Sums, flows: FlowPicture) -> str:
    """The 80 % interval of persons through a node, or words where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return "no interval"
    side = flows.received if number == 2 else flows.out
    persons = [flow.persons for flow in side if (flow.start if number == 0 else flow.end) == name]
    return span_text(interval(np.sum(persons, axis=0) if persons else np.zeros(sums.draws)))


def scale_bar(sheet: Drawing, scale: float) -> None:
    """How many persons a width stands for."""
    persons = round_below(SCALE / scale)
    x, bottom = LEFT + 22, sheet.height - FOOT
    sheet.add(Rectangle((x, bottom - persons * scale), 11, persons * scale, color=QUIET, linewidth=0))
    middle = bottom - persons * scale / 2
    for row, line in enumerate(("this width:", f"{persons:,.0f} persons")):
        sheet.words((x + 20, middle + 18 * (row - 0.5)), line, TEXT, QUIET, anchor="lm")
