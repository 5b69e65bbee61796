"""Ways that are one link long are laid out in another manner than longer ones, with the same result."""

from dataclasses import fields

import numpy as np
import pytest

from havenward.model.flee import ways
from havenward.model.flee.ways import Links, TooManyPaths, all_paths, lay_out, single_links


def graph(random, places, links):
    """Places and links among them: parallel ones, and some that lead back to where they begin."""
    start, end = random.integers(0, places, (2, links))
    km, speed, walked = random.uniform(1, 9, (3, links))
    return tuple(f"place {k}" for k in range(places)), Links(start, end, km, speed, walked)


def differences(one, other):
    pairs = ((field.name, getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    return [name for name, a, b in pairs if a.dtype != b.dtype or a.shape != b.shape or not (a == b).all()]


@pytest.mark.parametrize("seed", range(40))
def test_single_links_are_what_a_search_finds(seed):
    random = np.random.default_rng(seed)
    names, links = graph(random, int(random.integers(1, 9)), int(random.integers(0, 30)))
    nowhere = np.zeros(len(names), dtype=bool)
    assert differences(single_links(names, links), all_paths(names, links, nowhere, nowhere, 1)) == []


def test_two_stops_and_markers_are_searched_for():
    names, links = graph(np.random.default_rng(1), 6, 20)
    nowhere, bend = np.zeros(6, dtype=bool), np.arange(6) == 2
    short = single_links(names, links)
    assert differences(lay_out(names, links, nowhere, 2), short)
    assert differences(lay_out(names, links, bend, 1), short)
    assert differences(lay_out(names, links, nowhere, 0), short) == []


@pytest.mark.parametrize("stops", [1, 2])
def test_too_many_paths_are_refused(monkeypatch, stops):
    names, links = graph(np.random.default_rng(1), 6, 20)
    monkeypatch.setattr(ways, "MOST_OPTIONS", 5)
    with pytest.raises(TooManyPaths, match=f"level of {stops} knows more than 5 paths"):
        lay_out(names, links, np.zeros(6, dtype=bool), stops)
