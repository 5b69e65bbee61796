"""Ways: the paths that people know from a place, and what is left of a path for those who are on it.

A *stand* is a place together with the stops that someone there still has before them (none: free to choose). A *leg* is a
link together with the stops that remain after it. Those who chose a path of several stops follow it without choosing again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havenward.core.streams import meaning, tag

Stops = tuple[int, ...]
MOST_OPTIONS = 20_000_000
"""Paths that a run may know in all: each is a row of several tables."""


class TooManyPaths(ValueError):
    """The awareness level makes more paths than fit in memory."""


@dataclass(frozen=True)
class Links:
    """Directed links, in the order of the folder.

    Attributes:
        start, end: (N,) places.
        km: (N,) lengths.
        speed: (N,) km a day.
        walked: (N,) daily chance to go at walking speed.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    km: NDArray[np.float64]
    speed: NDArray[np.float64]
    walked: NDArray[np.float64]


@dataclass(frozen=True)
class Ways:
    """All that people may choose between and follow.

    Attributes:
        stand_place: (S,) place of each stand; stand p, for p below the number of places, is place p with no stop left.
        stand_hash: (S,) what a stand means.
        first: (S + 1,) where the options of each stand begin.
        leg: (K,) leg with which an option begins.
        goal: (K,) place at which it ends.
        km: (K,) length of all of it.
        tags: (K,) draw numbers of the options, from the stops on the way.
        leg_hash: (G,) what a leg means.
        leg_link: (G,) link of each leg.
        leg_stand: (G,) stand at its end.
        leg_back: (G,) stand of those who are turned back to its start.
        links_of: (K, longest) links that must all be open for a free stand to offer the option, filled up with -1.
    """

    stand_place: NDArray[np.int64]
    stand_hash: NDArray[np.uint64]
    first: NDArray[np.int64]
    leg: NDArray[np.int64]
    goal: NDArray[np.int64]
    km: NDArray[np.float64]
    tags: NDArray[np.uint32]
    leg_hash: NDArray[np.uint64]
    leg_link: NDArray[np.int64]
    leg_stand: NDArray[np.int64]
    leg_back: NDArray[np.int64]
    links_of: NDArray[np.int32]

    def opened(self, links_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return (K,) whether every link of each option is open."""
        return np.asarray((links_open[self.links_of] | (self.links_of < 0)).all(axis=1))


@dataclass
class _Book:
    """Numbers stands and legs as they are met."""

    names: Sequence[str]
    links: Links
    first_link: dict[tuple[int, int], int]
    stands: dict[tuple[int, Stops], int] = field(default_factory=dict)
    legs: dict[tuple[int, Stops], int] = field(default_factory=dict)

    def stand(self, place: int, rest: Stops) -> int:
        return self.stands.setdefault((place, rest), len(self.stands))

    def leg(self, start: int, stops: Stops) -> int:
        """Return the leg from a place to the first of some stops: people take the first link that leads there."""
        return self.legs.setdefault((self.first_link[start, stops[0]], stops[1:]), len(self.legs))


def paths_from(
    place: int,
    neighbours: Sequence[Sequence[tuple[int, int, float]]],
    marker: Sequence[bool],
    free: Sequence[bool],
    stops: int,
) -> list[tuple[Stops, tuple[int, ...], float]]:
    """Return all simple paths from a place of up to `stops` stops: places, links, km; in the order of a search in depth.

    Markers are bends of a road: no path ends there. Passing a free place is no stop. A neighbour is left out if it is where
    the path began, or was on it before its present end.
    """
    found: list[tuple[Stops, tuple[int, ...], float]] = []

    def search(here: int, path: Stops, links: tuple[int, ...], made: int, km: float) -> None:
        for link, end, length in neighbours[here]:
            if end == place or end in path[:-1]:
                continue
            longer, more, far = (*path, end), (*links, link), km + length
            count = made + (not free[end])
            if not marker[end]:
                found.append((longer, more, far))
            if count < stops:
                search(end, longer, more, count, far)

    search(place, (), (), 0, 0.0)
    return found


def lay_out(
    names: Sequence[str], links: Links, marker: NDArray[np.bool_], stops: int, *, markers_count: bool = False
) -> Ways:
    """Return the ways of a graph.

    Args:
        names: of the places.
        links: between them.
        marker: (P,) places that are bends of a road.
        stops: how many stops ahead people know; less than 1 counts as 1.
        markers_count: whether passing a marker is a stop, though no path ends there.

    Raises:
        TooManyPaths: there are more than MOST_OPTIONS.
    """
    free = np.zeros_like(marker) if markers_count else marker
    return all_paths(names, links, marker, free, stops) if stops > 1 or marker.any() else single_links(names, links)


def all_paths(names: Sequence[str], links: Links, marker: NDArray[np.bool_], free: NDArray[np.bool_], stops: int) -> Ways:
    """Return the ways of any graph, by a search from each place; see `lay_out`. Passing a `free` place is no stop."""
    number = len(names)
    neighbours: list[list[tuple[int, int, float]]] = [[] for _ in range(number)]
    first_link: dict[tuple[int, int], int] = {}
    for k, (a, b, km) in enumerate(zip(links.start.tolist(), links.end.tolist(), links.km.tolist(), strict=True)):
        neighbours[a].append((k, b, km))
        first_link.setdefault((a, b), k)
    is_marker, is_free = marker.tolist(), free.tolist()
    book = _Book(names, links, first_link)
    for place in range(number):
        book.stand(place, ())
    options: list[tuple[int, int, int, float, tuple[int, ...], str]] = []
    for place in range(number):
        found = paths_from(place, neighbours, is_marker, is_free, max(stops, 1))
        _check_number(len(options) + len(found), stops)
        seen: dict[Stops, int] = {}
        for path, used, km in found:
            seen[path] = seen.get(path, 0) + 1
            label = _label([names[stop] for stop in path], seen[path])
            options.append((place, book.leg(place, path), path[-1], km, used, label))
    return _finished(book, options)


def _check_number(options: int, stops: int) -> None:
    if options > MOST_OPTIONS:
        raise TooManyPaths(f"an awareness level of {stops} knows more than {MOST_OPTIONS:,} paths here; lower it")


def _label(stops: Sequence[str], copy: int) -> str:
    """Return what an option means: its stops, and which of several ways over the same stops it is."""
    return ">".join(stops) + (f"#{copy}" if copy > 1 else "")


def single_links(names: Sequence[str], links: Links) -> Ways:
    """Return what `all_paths` gives for one stop where there are no markers, soon enough for millions of links.

    Every stand is a place with no stop left, every option one link, and every leg the first link of a pair of places.
    """
    number = len(names)
    used = np.argsort(links.start, kind="stable")
    used = used[links.start[used] != links.end[used]]
    _check_number(len(used), 1)
    place, goal = links.start[used], links.end[used]
    _, option, pair, size = np.unique(place * number + goal, return_index=True, return_inverse=True, return_counts=True)
    met = np.argsort(option)
    rank = np.empty_like(met)
    rank[met] = np.arange(len(met))
    leg_link = used[option[met]]
    known = {b: tag(names[b]) for b in np.unique(goal).tolist()}
    tags = np.fromiter((known[b] for b in goal.tolist()), dtype=np.uint32, count=len(goal))
    copies: dict[int, int] = {}
    for k in np.flatnonzero(size[pair] > 1).tolist():
        copies[int(pair[k])] = copy = copies.get(int(pair[k]), 0) + 1
        tags[k] = tag(_label([names[int(goal[k])]], copy))
    ends = zip(links.start[leg_link].tolist(), links.end[leg_link].tolist(), strict=True)
    return Ways(
        stand_place=np.arange(number),
        stand_hash=np.fromiter((meaning("stand", name) for name in names), dtype=np.uint64, count=number),
        first=np.concatenate([[0], np.cumsum(np.bincount(place, minlength=number))]).astype(np.int64),
        leg=rank[pair],
        goal=goal,
        km=links.km[used],
        tags=tags,
        leg_hash=np.fromiter((meaning("leg", names[a], names[b]) for a, b in ends), dtype=np.uint64, count=len(leg_link)),
        leg_link=leg_link,
        leg_stand=links.end[leg_link],
        leg_back=links.start[leg_link],
        links_of=used[:, None].astype(np.int32),
    )


def _finished(book: _Book, free: list[tuple[int, int, int, float, tuple[int, ...], str]]) -> Ways:
    """Add the stands of those who are on their way, which have one option each, until all are known."""
    links, names = book.links, book.names
    options = list(free)
    ends, backs = [], []
    done = 0
    offered = len(book.stands)
    while done < len(book.legs):
        for link, rest in list(book.legs)[done:]:
            ends.append(book.stand(int(links.end[link]), rest))
            backs.append(book.stand(int(links.start[link]), rest))
        done = len(ends)
        for place, rest in list(book.stands)[offered:]:
            stand = book.stands[place, rest]
            offered += 1
            if (place, rest[0]) in book.first_link:
                leg = book.leg(place, rest)
                used = (book.first_link[place, rest[0]],)
                options.append((stand, leg, rest[-1], float(links.km[list(used)].sum()), used, "on"))
    options.sort(key=lambda option: option[0])
    stands = list(book.stands)
    longest = max((len(option[4]) for option in options), default=1)
    links_of = np.full((len(options), longest), -1, dtype=np.int32)
    for k, option in enumerate(options):
        links_of[k, : len(option[4])] = option[4]
    sizes = np.bincount([option[0] for option in options], minlength=len(stands)) if options else np.zeros(len(stands), int)
    return Ways(
        stand_place=np.array([place for place, _ in stands], dtype=np.int64),
        stand_hash=np.array(
            [meaning("stand", names[place], *(names[stop] for stop in rest)) for place, rest in stands], dtype=np.uint64
        ),
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        leg=np.array([option[1] for option in options], dtype=np.int64),
        goal=np.array([option[2] for option in options], dtype=np.int64),
        km=np.array([option[3] for option in options], dtype=np.float64),
        tags=np.array([tag(option[5]) for option in options], dtype=np.uint32),
        leg_hash=np.array([_meaning_of_leg(book, *leg) for leg in book.legs], dtype=np.uint64),
        leg_link=np.array([link for link, _ in book.legs], dtype=np.int64),
        leg_stand=np.array(ends, dtype=np.int64),
        leg_back=np.array(backs, dtype=np.int64),
        links_of=links_of,
    )


def _meaning_of_leg(book: _Book, link: int, rest: Stops) -> int:
    start, end = book.names[int(book.links.start[link])], book.names[int(book.links.end[link])]
    return meaning("leg", start, end, *(book.names[stop] for stop in rest))
