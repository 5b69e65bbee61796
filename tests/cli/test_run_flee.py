"""`havenward run` of a Flee folder, as a user types it."""

from __future__ import annotations
