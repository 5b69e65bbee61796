"""What a page opens with: the sentences of its first screen, its main figures, and what it cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SINGLE = (
    "This run is a single simulated future, so nothing can be said of how sure it is and no figure is given. "
    "Run it again with 10 members or more."
)
"""In place of the sentence of a run that has no interval."""


@dataclass(frozen=True)
class Glance:
    """One row of the table of main figures, ready to print."""

    what: str
    measure: str
    unit: str
    when: str
    figure: str


@dataclass(frozen=True)
class Opening:
    """The first screen of a page and what belongs to it."""

    headline: str
    """How many, when, where and how sure, in one sentence."""
    second: str
    """What a reader needs next; may be empty."""
    sure: str
    """What the interval means, and what it leaves out."""
    glances: Sequence[Glance]
    glance_note: str
    """What else must be known to read the main figures; may be empty."""
    limits: Sequence[str]
    """What this kind of run cannot tell."""
    about: Sequence[tuple[str, str]] = ()
    """Further terms and texts about how the run was made."""
