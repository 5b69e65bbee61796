"""Moves are checked when they are built: a bundle keeps the people and the origin of its source."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.cells import NOBODY, CellTableBuilder
from havenward.core.orders import Move, streams_of
from havenward.core.streams import meaning, tag


@pytest.fixture
def world():
    """Two places of one origin and one of another; a family is a father and his kin."""
    builder = CellTableBuilder()
    rows = {}
    for place, origin in (("home", 0), ("camp", 0), ("elsewhere", 1)):
        for kind, people in (("family", (1, 1, 2, 0)), ("father", (1, 0, 0, 0)), ("kin", (0, 1, 2, 0))):
            rows[place, kind] = builder.row((place, kind), people, origin)
    return builder.table(), rows


def build(world, *bundles, sources=(("home", "family"),), targets=None):
    table, rows = world
    widest = max(map(len, bundles))
    filled = [[*(rows[cell] for cell in b), *[NOBODY] * (widest - len(b))] for b in bundles]
    shape = (len(sources), len(bundles) // len(sources), widest)
    names = targets or tuple(f"target {t}" for t in range(shape[1]))
    return Move.build(table, "leave", np.array([rows[s] for s in sources]), np.array(filled).reshape(shape), names)


def test_a_household_may_go_whole_or_split(world):
    table, rows = world
    move = build(world, [("camp", "family")], [("camp", "father"), ("home", "kin")], targets=("whole", "father"))
    assert move.rows.shape == (1, 2, 2)
    assert (move.tags == [tag("whole"), tag("father")]).all()
    assert move.hashes[0] == table.hashes[rows["home", "family"]] ^ np.uint64(meaning("move", "leave"))
    assert (move.links == NOBODY).all()
    assert move.each.tolist() == [0]
    assert not move.counted


@pytest.mark.parametrize(
    "bundle",
    [
        [("camp", "father")],
        [("camp", "kin")],
        [("camp", "family"), ("home", "father")],
        [("camp", "father"), ("camp", "father"), ("camp", "kin")],
        [("elsewhere", "family")],
        [("camp", "father"), ("elsewhere", "kin")],
    ],
    ids=["loses kin", "loses the father", "invents a man", "man twice", "other origin", "part of other origin"],
)
def test_a_bundle_that_does_not_keep_people_and_origin_is_refused(world, bundle):
    with pytest.raises(ValueError, match=r"'leave': from \('home', 'family'\) to 'target 0' people or origin"):
        build(world, bundle)


def test_the_message_names_the_target_that_is_wrong(world):
    with pytest.raises(ValueError, match="to 'lost'"):
        build(world, [("camp", "family")], [("camp", "kin")], targets=("found", "lost"))


def test_a_source_may_stand_once_only(world):
    with pytest.raises(ValueError, match="a source cell stands twice"):
        build(world, [("camp", "family")], [("camp", "family")], sources=[("home", "family")] * 2)


def test_targets_may_not_share_a_draw_number(world):
    with pytest.raises(ValueError, match="a target shares its draw number"):
        build(world, [("camp", "family")], [("camp", "family")], targets=("camp", "camp"))


def test_a_source_may_lack_a_target(world):
    move = build(
        world,
        [("camp", "family")],
        [],
        [("camp", "father")],
        [("camp", "father")],
        sources=[("home", "family"), ("home", "father")],
    )
    assert move.rows[:, :, 0].tolist()[0][1] == NOBODY


@pytest.mark.parametrize(("sources", "targets"), [(0, 2), (2, 0), (0, 0)])
def test_a_move_may_have_no_sources_or_no_targets(world, sources, targets):
    """A scenario without any camp has nowhere to move to, and that is no mistake."""
    table, _ = world
    names = tuple(f"camp {t}" for t in range(targets))
    move = Move.build(table, "settle", np.arange(sources), np.full((sources, targets, 1), NOBODY, dtype=np.int64), names)
    assert move.rows.shape == (sources, targets, 1)
    assert move.each.tolist() == list(range(sources))


def test_links_keep_the_shape_of_the_bundles(world):
    table, rows = world
    home, camp = rows["home", "family"], rows["camp", "family"]
    move = Move.build(table, "leave", np.array([home]), np.array([[[camp]]]), ("camp",), np.array([[[3]]]))
    assert move.links.tolist() == [[[3]]]
    assert move.counted


def test_streams_of_surroundings_differ_by_name():
    streams = streams_of(("incident", "north"), ("incident", "south"), ("weather",))
    assert streams.dtype == np.uint64
    assert len(set(streams.tolist())) == 3
