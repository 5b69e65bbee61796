"""Nets: refused where they lead nowhere, lose people, count others, or ask for one number twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from havenward.core.cells import CellTableBuilder
from tests.toy.nets import net_of


@pytest.fixture
def table():
    builder = CellTableBuilder()
    for place in ("home", "camp", "town"):
        builder.row((place, "family"), (1, 1, 0, 0), 0)
        builder.row((place, "lone"), (0, 1, 0, 0), 0)
    builder.row(("camp", "family", "of elsewhere"), (1, 1, 0, 0), 1)
    return builder.table()


@pytest.fixture
def net(table):
    edges = [(0, 2, "camp"), (0, 4, "town"), (1, 3, "camp"), (1, 5, "town")]
    return net_of(table, edges, place={2: 0, 3: 0}, counted=True)


def changed(array, place, value):
    array = array.copy()
    array[place] = value
    return array


def test_a_net_that_keeps_people_is_fine(table, net):
    net.check(table)
    assert net.at_places.tolist() == [2, 3]


@pytest.mark.parametrize("row", [3, 6], ids=["other people", "another origin"])
def test_edges_that_lose_people(table, net, row):
    with pytest.raises(ValueError, match=r"net 'settle': an edge of \('home', 'family'\) loses people or origin"):
        replace(net, to=changed(net.to, 0, row)).check(table)


def test_staying_that_loses_people(table, net):
    with pytest.raises(ValueError, match=r"net 'settle': staying of \('town', 'lone'\) loses people or origin"):
        replace(net, stay=changed(net.stay, 5, 4)).check(table)


def test_edges_that_count_other_people(table, net):
    with pytest.raises(ValueError, match="an edge counts towards a series of other people"):
        replace(net, links=changed(net.links, 0, 2)).check(table)


@pytest.mark.parametrize("tag", [0, "same"])
def test_draw_numbers_that_are_taken(table, net, tag):
    tags = changed(net.tags, 0, net.tags[1] if tag == "same" else tag)
    with pytest.raises(ValueError, match="two edges of a cell share a draw number"):
        replace(net, tags=tags).check(table)


def test_edges_of_two_cells_may_share_a_draw_number(table, net):
    assert net.tags[0] == net.tags[2]


@pytest.mark.parametrize("array", ["to", "stay", "place", "links", "into", "out_of"])
@pytest.mark.parametrize("value", [-2, 99])
def test_what_is_not_there(table, net, array, value):
    wrong = changed(getattr(net, array), 0, value)
    with pytest.raises(ValueError, match="net 'settle': a cell, a crowd or a series is not there"):
        replace(net, **{array: wrong}).check(table)


@pytest.mark.parametrize("array", ["to", "stay"])
def test_somebody_must_come_to_a_cell(table, net, array):
    with pytest.raises(ValueError, match="a cell, a crowd or a series is not there"):
        replace(net, **{array: changed(getattr(net, array), 0, -1)}).check(table)


@pytest.mark.parametrize("array", ["first", "stay", "through", "place", "links", "out_of", "tags", "hashes"])
def test_arrays_of_another_length(table, net, array):
    with pytest.raises(ValueError, match="net 'settle': arrays of cells, of edges or of crowds differ in length"):
        replace(net, **{array: getattr(net, array)[:-1]}).check(table)


@pytest.mark.parametrize(("place", "value"), [(0, 1), (-1, 3), (1, 5)], ids=["start", "end", "backwards"])
def test_edges_that_are_not_listed_by_cell(table, net, place, value):
    with pytest.raises(ValueError, match="net 'settle': edges are not listed cell by cell"):
        replace(net, first=changed(net.first, place, value)).check(table)


def test_a_series_that_is_not_there_is_nobodys(table, net):
    nowhere = replace(net, links=np.full_like(net.links, -1), people=net.people[:0])
    nowhere.check(table)
