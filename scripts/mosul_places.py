"""Places of the `mosul` scenario and the ways between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import networkx as nx
from pyproj import Geod

from mosul_tables import Record, read

DETOUR = 1.3
"""Road kilometres per kilometre of great circle, where no text gives the road; as in the sourced routes."""

SAME_TOWN_KM = 0.5
"""Between two roles of one town, whose only coordinate is the town's."""

ROUND_TO = 500
"""Persons to which shares of the city are rounded."""

_EARTH = Geod(ellps="WGS84")


def locations() -> Iterator[dict[str, object]]:
    """Rows of `locations.csv`. A row is 'sourced' only where all of its figures are."""
    sourced = {record["name"]: record for record in read("locations")}
    for place in read("assumed_places"):
        base = sourced.get(place["base"])
        own_point = bool(place["lat"])
        row: dict[str, object] = {
            "name": place["name"],
            "kind": place["kind"],
            "area": place["area"],
            "lat": place["lat"] if own_point or base is None else base["lat"],
            "lon": place["lon"] if own_point or base is None else base["lon"],
            "damage": place["damage"],
            "name_ar": place["name_ar"],
            **_population(place),
        }
        home = place["kind"] == "home"
        note = place["reason"]
        if home and not own_point:
            note = f"coordinates sourced, population and damage assumed: {note}"
        elif home:
            note = f"all figures assumed: {note}"
        elif own_point:
            note = f"coordinates assumed: {note}"
        row["label"] = "assumed" if own_point or home else "sourced"
        row["source"] = place["source"] if own_point or base is None else base["source_id"]
        row["note"] = note
        yield row


def _population(place: Record) -> dict[str, object]:
    if place["population"]:
        return {
            "population": place["population"],
            "population_low": place["low"],
            "population_high": place["high"],
        }
    if not place["part_of"]:
        return {}
    city, west = (record for record in read("assumed_city"))
    side = float(west["value"]) if place["part_of"] == "west" else 1 - float(west["value"])
    share = side * float(place["part"])
    return {
        column: ROUND_TO * round(float(city[key]) * share / ROUND_TO)
        for column, key in (("population", "value"), ("population_low", "low"), ("population_high", "high"))
    }


def routes() -> Iterator[dict[str, object]]:
    """Rows of `routes.csv`: the sourced table, links by hand, and links between the roles of one town."""
    places = read("assumed_places")
    points = {str(row["name"]): (float(str(row["lat"])), float(str(row["lon"]))) for row in locations()}
    node_of = {place["base"]: place["name"] for place in places if place["node"]}
    seen: set[frozenset[str]] = set()
    for row in [*_roads(node_of), *_links(points), *_in_town(places, node_of)]:
        ends = frozenset((str(row["from_place"]), str(row["to_place"])))
        if ends not in seen:
            seen.add(ends)
            yield row


def _roads(node_of: dict[str, str]) -> Iterator[dict[str, object]]:
    """Edges between kept places: those of the table, and shortest ways through left-out places only."""
    graph: nx.Graph[str] = nx.Graph()
    for edge in read("routes"):
        graph.add_edge(edge["from"], edge["to"], km=float(edge["road_km"]), edge=edge)
    kept = [name for name in graph if name in node_of]
    for start, end in combinations(kept, 2):
        if graph.has_edge(start, end):
            yield _road(node_of, [start, end], graph)
            continue
        path = nx.shortest_path(graph, start, end, weight="km")
        if not node_of.keys() & set(path[1:-1]):
            yield _road(node_of, path, graph)


def _road(node_of: dict[str, str], path: list[str], graph: nx.Graph[str]) -> dict[str, object]:
    legs = [graph.edges[pair] for pair in pairwise(path)]
    edges = [leg["edge"] for leg in legs]
    estimated = [edge for edge in edges if edge["basis"].startswith("estimated")]
    note = "; ".join(dict.fromkeys(edge["note"] for edge in edges if edge["note"]))
    if estimated:
        texts = [edge["km_printed_in_source"] for edge in estimated]
        printed = [f"{text} km printed" for text in texts if text]
        note = "; ".join(part for part in ["estimated (great circle x 1.3)", *printed, note] if part)
    if len(path) > 2:
        note = f"via {', '.join(path[1:-1])}; {note}".removesuffix("; ")
    return {
        "from_place": node_of[path[0]],
        "to_place": node_of[path[-1]],
        "km": round(sum(leg["km"] for leg in legs), 1),
        "mode": edges[0]["mode"] if len(edges) == 1 else "road",
        "label": "assumed" if estimated else "sourced",
        "source": next((edge["source_id"] for edge in edges if edge["source_id"]), ""),
        "note": note,
    }


def _links(points: dict[str, tuple[float, float]]) -> Iterator[dict[str, object]]:
    for link in read("assumed_links"):
        (lat, lon), (lat_to, lon_to) = points[link["from"]], points[link["to"]]
        metres = _EARTH.inv(lon, lat, lon_to, lat_to)[2]
        note = "estimated (great circle x 1.3)"
        yield {
            "from_place": link["from"],
            "to_place": link["to"],
            "km": max(SAME_TOWN_KM, round(metres / 1000 * DETOUR, 1)),
            "mode": link["mode"],
            "label": "assumed",
            "note": f"{note}; {link['reason']}" if link["reason"] else note,
        }


def _in_town(places: list[Record], node_of: dict[str, str]) -> Iterator[dict[str, object]]:
    for place in places:
        node = node_of.get(place["base"])
        if node is not None and node != place["name"]:
            yield {
                "from_place": node,
                "to_place": place["name"],
                "km": SAME_TOWN_KM,
                "mode": "road",
                "label": "assumed",
                "note": "two roles of one town; its only coordinate serves both",
            }
