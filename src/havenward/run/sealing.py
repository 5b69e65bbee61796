"""Ctrl-C must not find a day, or the sealing of a run, half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def unbroken() -> Iterator[None]:
    """Let Ctrl-C count for nothing while what a run has is sealed, a matter of seconds. Only the main thread sees it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def postponed() -> Iterator[Callable[[], None]]:
    """Let Ctrl-C wait; yield what raises it, to be called when nothing is half done.

    Raises:
        KeyboardInterrupt: it was asked for and not raised yet.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: None
        return
    asked: list[FrameType | None] = []

    def now() -> None:
        if asked:
            before(signal.SIGINT, asked.pop())

    signal.signal(signal.SIGINT, lambda _number, frame: asked.append(frame))
    try:
        yield now
    finally:
        signal.signal(signal.SIGINT, before)
    now()
