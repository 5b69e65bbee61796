"""Random numbers by meaning: Philox4x32-10 keyed by (seed, member), counted by what is decided.

The counter is the 64-bit hash of what a cell or a variable *means*, the day and wave, and a draw number. A number
therefore depends on nothing but its meaning: not on rows of a table, batches, threads, or the order of work.

Source of the generator: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC11.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
F64 = NDArray[np.float64]

MULTIPLIER_0: Final = 0xD2511F53
MULTIPLIER_1: Final = 0xCD9E8D57
WEYL_0: Final = 0x9E3779B9
WEYL_1: Final = 0xBB67AE85
ROUNDS: Final = 10

LAST_DAY: Final = 0xFFFF
LAST_WAVE: Final = 0xFFFF
ANYWHERE: Final = 0
"""Draw number of whether a unit goes anywhere at all; no target has it."""


def meaning(*parts: object) -> int:
    """Return the 64-bit hash of a meaning, such as ("home", "old town", "household", 2)."""
    text = "|".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def tag(name: str) -> int:
    """Return the 32-bit draw number of a target's name."""
    return meaning("tag", name) & 0xFFFFFFFF


def step(day: int, wave: int) -> int:
    """Pack a day (0 to 65,535) and a wave (0 to 65,535) into one counter word.

    Raises:
        ValueError: either is out of range, so that two steps would share numbers.
    """
    if not (0 <= day <= LAST_DAY and 0 <= wave <= LAST_WAVE):
        raise ValueError(f"day {day} or wave {wave} is outside 0 to 65535")
    return day << 16 | wave


def philox(counter: tuple[U32, U32, U32, U32], key: tuple[U32, U32]) -> tuple[U32, U32, U32, U32]:
    """Return the four output words of Philox4x32-10 for broadcastable arrays of counter and key words."""
    c0, c1, c2, c3 = (word.astype(np.uint64) for word in counter)
    k0, k1 = (word.astype(np.uint64) for word in key)
    low = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    for _ in range(ROUNDS):
        product_0 = np.uint64(MULTIPLIER_0) * c0
        product_1 = np.uint64(MULTIPLIER_1) * c2
        c0, c2 = (product_1 >> half) ^ c1 ^ k0, (product_0 >> half) ^ c3 ^ k1
        c1, c3 = product_1 & low, product_0 & low
        k0 = (k0 + np.uint64(WEYL_0)) & low
        k1 = (k1 + np.uint64(WEYL_1)) & low
    return c0.astype(np.uint32), c1.astype(np.uint32), c2.astype(np.uint32), c3.astype(np.uint32)


def unit_interval(high: U32, low: U32) -> F64:
    """Return numbers strictly between 0 and 1 with 52 random bits from pairs of words."""
    bits = ((high >> np.uint32(6)).astype(np.uint64) << np.uint64(26)) | (low >> np.uint32(6)).astype(np.uint64)
    return np.asarray((bits.astype(np.float64) + 0.5) / 4503599627370496.0)


def uniforms(seed: int, members: U32, meanings: U64, at: int, draw: U32) -> F64:
    """Return one uniform for each member and meaning.

    Args:
        seed: the run's seed, 0 to 2**32 - 1.
        members: (M,) member numbers.
        meanings: (K,) 64-bit hashes.
        at: packed day and wave, see `step`.
        draw: (K,) draw numbers.

    Returns:
        (M, K) numbers strictly between 0 and 1.
    """
    counter = (
        (meanings & np.uint64(0xFFFFFFFF)).astype(np.uint32)[None, :],
        (meanings >> np.uint64(32)).astype(np.uint32)[None, :],
        np.array([[at]], dtype=np.uint32),
        draw[None, :],
    )
    words = philox(counter, (np.array([[seed]], dtype=np.uint32), members[:, None]))
    return unit_interval(words[0], words[1])
