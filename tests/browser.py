"""A page in a real browser: Chromium, driven over a pipe by its DevTools protocol, which needs no package."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60.0
"""Seconds after which an answer is no longer waited for."""


class Tab:
    """One page that is open in a browser of its own."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._rest, self._number, self._session = b"", 0, {}
        self._events: list[dict[str, Any]] = []

    def open(self, page: Path, width: int, height: int) -> None:
        """Show a page in a window of so many CSS pixels, as a phone does where that is narrow."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session = {"sessionId": session}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.send("Page.navigate", url=page.as_uri())
        while not self._told("Page.loadEventFired"):
            self._hear()

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Give an order to the browser and return its answer."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": parameters, **self._session}
        os.write(self._to, json.dumps(order).encode() + b"\0")
        while (answer := self._hear()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def value(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    @property
    def requests(self) -> list[str]:
        """Addresses that were asked for, without what the page holds itself."""
        asked = [event["request"]["url"] for event in self._told("Network.requestWillBeSent")]
        return [address for address in asked if not address.startswith("data:")]

    @property
    def complaints(self) -> list[str]:
        """What the console says of errors and warnings."""
        said = [event["entry"] for event in self._told("Log.entryAdded")]
        printed = [event for event in self._told("Runtime.consoleAPICalled") if event["type"] in ("error", "warning")]
        thrown = self._told("Runtime.exceptionThrown")
        return [str(one) for one in (*(entry for entry in said if entry["level"] != "info"), *printed, *thrown)]

    def _told(self, method: str) -> list[dict[str, Any]]:
        return [event["params"] for event in self._events if event.get("method") == method]

    def _hear(self) -> dict[str, Any]:
        """Return the next message."""
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(end - time.monotonic(), 0))
            assert ready, "the browser does not answer"
            more = os.read(self._from, 1 << 16)
            assert more, "the browser has ended"
            self._rest += more
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        self._events.append(message)
        return message


@contextmanager
def opened(page: Path, profile: Path, width: int = 1366, height: int = 768) -> Iterator[Tab]:
    """Open a page in a new browser; the test is skipped where there is none.

    Args:
        page: an HTML file.
        profile: an empty folder for what the browser keeps.
        width, height: of the window, in CSS pixels.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser is here: {', '.join(PROGRAMS)}")
    words = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    words += [f"--user-data-dir={profile}", "--remote-debugging-pipe"]
    # Chromium listens on descriptor 3 and answers on 4
    script = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1'
    with subprocess.Popen(["sh", "-c", script, "sh", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as browser:
        assert browser.stdin is not None
        assert browser.stdout is not None
        tab = Tab(browser.stdin.fileno(), browser.stdout.fileno())
        try:
            tab.open(page, width, height)
            yield tab
            tab.send("Browser.close")
            browser.wait(PATIENCE)
        finally:
            browser.kill()
