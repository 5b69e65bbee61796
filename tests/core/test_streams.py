"""Random numbers: the published known answers, the open interval, and dependence on meaning alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from havenward.core.streams import meaning, philox, step, tag, uniforms, unit_interval

KNOWN_ANSWERS = {
    "zeros": ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    "ones": ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    "pi": ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
}
"""Counter, key and output of philox4x32-10: file kat_vectors of Random123 1.14 (Salmon and others 2011)."""


def words(text):
    return tuple(np.array([int(word, 16)], dtype=np.uint32) for word in text.split())


@pytest.mark.parametrize("case", KNOWN_ANSWERS)
def test_philox_gives_the_known_answers_of_random123(case):
    counter, key, answer = map(words, KNOWN_ANSWERS[case])
    assert philox(counter, key) == answer


def test_philox_broadcasts_counters_against_keys():
    counter, key, answer = map(words, KNOWN_ANSWERS["pi"])
    many = tuple(np.repeat(word, 3)[None, :] for word in counter)
    keys = tuple(np.repeat(word, 2)[:, None] for word in key)
    for got, expected in zip(philox(many, keys), answer, strict=True):
        assert got.shape == (2, 3)
        assert (got == expected).all()


@pytest.mark.parametrize("word", [0, 1, 63, 64, 2**31, 2**32 - 65, 2**32 - 1])
@pytest.mark.parametrize("other", [0, 2**32 - 1])
def test_numbers_lie_strictly_between_zero_and_one_and_so_does_one_less(word, other):
    got = unit_interval(np.array([word], dtype=np.uint32), np.array([other], dtype=np.uint32))[0]
    assert 0.0 < got < 1.0
    assert 0.0 < 1.0 - got < 1.0
    assert 1.0 - (1.0 - got) == got, "inversion from above needs the complement to be exact"


def grid(seed=1, members=40, meanings=50, at=0, draw=0):
    return uniforms(
        seed,
        np.arange(members, dtype=np.uint32),
        np.array([meaning("cell", k) for k in range(meanings)], dtype=np.uint64),
        at,
        np.full(meanings, draw, dtype=np.uint32),
    )


def test_a_number_does_not_depend_on_its_batch():
    names = np.array([meaning("cell", k) for k in range(50)], dtype=np.uint64)
    members = np.arange(40, dtype=np.uint32)
    draws = np.zeros(50, dtype=np.uint32)
    some = uniforms(1, members[[7, 31]], names[[4, 2, 49]], 0, draws[:3])
    assert (some == grid()[np.ix_([7, 31], [4, 2, 49])]).all()


@pytest.mark.parametrize(
    "other", [{"seed": 2}, {"at": step(0, 1)}, {"at": step(1, 0)}, {"draw": 1}], ids=["seed", "wave", "day", "draw"]
)
def test_every_part_of_the_counter_gives_other_and_unrelated_numbers(other):
    one, two = grid().ravel(), grid(**other).ravel()
    assert not (one == two).any()
    # 2,000 pairs: a correlation beyond 5 standard errors has a chance of 6e-7.
    assert abs(np.corrcoef(one, two)[0, 1]) < 5.0 / np.sqrt(one.size)


def test_members_and_meanings_are_unrelated_and_uniform():
    numbers = grid(members=300, meanings=300)
    assert len(np.unique(numbers)) == numbers.size
    assert stats.kstest(numbers.ravel(), "uniform").pvalue > 1e-3
    error = 5.0 / np.sqrt(numbers.size)
    assert abs(np.corrcoef(numbers[1:].ravel(), numbers[:-1].ravel())[0, 1]) < error
    assert abs(np.corrcoef(numbers[:, 1:].ravel(), numbers[:, :-1].ravel())[0, 1]) < error


@given(st.tuples(*[st.integers(0, 0xFFFF)] * 2), st.tuples(*[st.integers(0, 0xFFFF)] * 2))
def test_no_two_steps_share_a_counter_word(one, two):
    assert (step(*one) == step(*two)) == (one == two)
    assert 0 <= step(*one) < 2**32


@pytest.mark.parametrize(("day", "wave"), [(-1, 0), (0, -1), (0x10000, 0), (0, 0x10000)])
def test_steps_out_of_range_are_refused(day, wave):
    with pytest.raises(ValueError, match="outside 0 to 65535"):
        step(day, wave)


def test_seeds_beyond_one_word_are_refused():
    with pytest.raises(OverflowError):
        grid(seed=2**32)


def test_hashes_are_the_same_in_every_release():
    # Saved runs can be repeated only while these stand: BLAKE2b of the parts joined by a bar, little-endian.
    assert meaning("home", "old town", 2) == 0xD8E555C14042431B
    assert tag("lower camp") == meaning("tag", "lower camp") & 0xFFFFFFFF
