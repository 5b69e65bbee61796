"""Ordered moves as compiled loops take them: plain arrays by name."""

from __future__ import annotations

from typing import NamedTuple

from havenward.core.orders import Counts
from havenward.solve.kernels import F64, I32, I64, U32, U64, Bools, Weights


class Ways(NamedTuple):
    """Arrays of a `core.orders.Net`, as kernels take them."""

    first: I64
    to: I32
    stay: I32
    through: Bools
    place: I32
    links: I32
    into: I32
    out_of: I32
    tags: U32
    hashes: U64


class Question(NamedTuple):
    """Arrays of a `core.orders.Choice`, as kernels take them; `options` is where those of each group begin."""

    group: I32
    chance: F64
    options: I64
    weight: F64
    crowd: I32
    veto: F64
    keep: F64


class Room(NamedTuple):
    """Arrays of `core.orders.Crowds`, as kernels take them."""

    free: F64
    full: F64
    power: float


class Answers(NamedTuple):
    """What is the same for all units of an order.

    Attributes:
        share: (1 or M, K) shares of all options where every crowd leaves room.
        among: (1 or M, K) the same, among an option and those of its group after it.
        gated: (G,) whether a crowd may thin out a group's options.
        widest: the largest number of options of a group.
    """

    share: F64
    among: F64
    gated: Bools
    widest: int


class Account(NamedTuple):
    """What is kept while counts walk: (C, M) units, (P, M) totals of crowds, weights, (M,) drift, and (L, M) who passed."""

    units: Counts
    totals: F64
    heavy: Weights
    drift: Weights
    passed: Counts
