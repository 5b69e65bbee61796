"""The examples of the documentation run as they are printed."""

from __future__ import annotations

import ast
import socket

import matplotlib
import matplotlib.pyplot as plt
import pytest
from typer.testing import CliRunner

import havenward.api
from havenward.cli.main import app
from tests.docs.pages import DOCS, blocks, commands

SLOW = "mosul"
"""Runs of this scenario take minutes, so the commands that need one are left to `make demo`."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def execute(source: str, space: dict[str, object]) -> None:
    exec(compile(ast.parse(source), "example", "exec"), space)


@pytest.fixture
def pictures():
    """Pictures are drawn without a window, and closed."""
    before = matplotlib.get_backend()
    matplotlib.use("agg")
    yield
    plt.close("all")
    matplotlib.use(before)


@pytest.mark.usefixtures("pictures")
def test_the_page_on_python(folder, capsys):
    space: dict[str, object] = {}
    for block in blocks(DOCS / "how-to" / "python.md", "python"):
        execute(block, space)
    assert (folder / "in_camp.png").stat().st_size > 10_000
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == [
        "in camps at the end",
        "more people without a plot",
        "more people without a plot",
        *(f"{what}, {members} members" for what in ("as it is", "with 200 plots") for members in (2, 10, 20)),
    ]
    smaller, (last_as_it_is, last_with_200) = said[2], (int(said[k].split()[-3].replace(",", "")) for k in (5, 8))
    assert int(smaller.split()[-3].replace(",", "")) > 1_000
    assert last_with_200 < 0.8 * last_as_it_is, "a what-if that changes something to be seen"


@pytest.mark.usefixtures("pictures")
def test_the_example_in_the_interface_itself(folder):
    _, example = havenward.api.__doc__.split("\n\n", 1)
    lines = [line.removeprefix("    ") for line in example.splitlines()]
    execute("\n".join(lines), {})
    assert list(folder.glob("*.png"))


@pytest.fixture
def offline(monkeypatch):
    """Every attempt to reach another machine fails the test."""

    def refuse(*_arguments, **_options):
        raise AssertionError("a connection was opened")

    for way_out in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, way_out, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_offline_is_offline(offline):
    with pytest.raises(AssertionError, match="connection"):
        socket.create_connection(("127.0.0.1", 9))


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    "page", ["tutorial/first_run.md", "how-to/own_scenario.md", "how-to/edits.md", "how-to/sensitivity.md"]
)
def test_commands_end_well_and_need_no_network(page, folder):
    every = [words for words in commands(DOCS / page) if not any(SLOW in word for word in words)]
    assert every
    for words in every:
        answer = CliRunner().invoke(app, words)
        assert answer.exit_code == 0, f"{words}: {answer.output}"
