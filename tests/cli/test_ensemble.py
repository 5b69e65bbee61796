"""`havenward ensemble`, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from tests.cli.test_run import KEYS

PRECISION = ("members_done", "stopped", "precision")


def havenward(*arguments):
    return CliRunner().invoke(app, [str(part) for part in arguments])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def ensemble(*arguments):
    return havenward("ensemble", "toy", "--members", 5, "--block", 2, "--until", "2010-03-06", "--workers", 0, *arguments)


def one_clear_line(result):
    """Exit code 1 and a message, not a traceback."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("havenward: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_json_is_the_object_of_run_with_what_was_done_failed_and_there_before():
    answer = json.loads(ensemble("--json", "--out", "e").stdout)
    assert list(answer) == [*KEYS, "tier", "status", "edits", "caution", "done", "failed", "resumed", *PRECISION]
    assert (answer["members"], answer["done"], answer["failed"], answer["resumed"]) == (5, 5, 0, 0)
    assert (answer["run"], answer["status"], answer["conserved"]) == ("e", "complete", True)
    assert json.loads(ensemble("--json", "--out", "e", "--resume").stdout)["resumed"] == 5


def test_it_has_the_summary_of_run_to_the_byte():
    assert ensemble("--out", "e").exit_code == 0
    assert havenward("run", "toy", "--members", 5, "--until", "2010-03-06", "--out", "r").exit_code == 0
    assert Path("e/summary.csv").read_bytes() == Path("r/summary.csv").read_bytes()


def test_what_it_prints_has_the_banner_what_was_done_and_where():
    shown = ensemble("--out", "e")
    assert shown.stdout.startswith("PUBLIC\n")
    assert "6 days, 5 of 5 members, solver chain, seed 1; 0 were there before, 0 failed" in shown.stdout
    assert shown.stdout.endswith("Folder: e\n")


def test_parts_share_a_place_and_the_last_call_tells_of_all():
    first = ensemble("--out", "e", "--part", "2/2")
    assert (first.exit_code, first.stdout) == (0, "Part 2/2: 2 of 2 members. Folder: e\n")
    second = json.loads(ensemble("--out", "e", "--part", "1/2", "--json").stdout)
    assert second == {"run": "e", "part": "1/2", "members": 3, "done": 3, "failed": 0, "resumed": 0}
    assert not Path("e/summary.csv").exists()
    assert json.loads(ensemble("--out", "e", "--resume", "--json").stdout)["resumed"] == 5


def test_a_part_with_nothing_in_it_is_done():
    assert ensemble("--out", "e", "--part", "9/9").stdout == "Part 9/9: 0 of 0 members. Folder: e\n"


def test_edits_and_changes_are_part_of_the_plan():
    places = ("--edit", "close_crossing crossing='Stone Bridge' date=2010-03-03")
    made = ensemble("--out", "e", *places, "--set", "persons_a_plot=6")
    assert made.exit_code == 0, made.stderr
    assert Path("e/edits.yaml").is_file()
    told = one_clear_line(ensemble("--out", "e", "--resume"))
    assert "which differs in changes, files" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--part", "0/3"), "--part '0/3' must be K/N with K from 1 to N, such as 3/100"),
        (("--part", "4/3"), "--part '4/3' must be K/N"),
        (("--part", "1"), "--part '1' must be K/N"),
        (("--part", "1/x"), "--part '1/x' must be K/N"),
        (("--part", "-1/2"), "--part '-1/2' must be K/N"),
        (("--out", "nowhere://a"), "nowhere://a is no place that can be written to: Protocol not known: nowhere"),
        (("--out", "/proc/none/e"), "/proc/none/e cannot be read or written: FileNotFoundError"),
        (("--scheduler", "node1"), "--scheduler 'node1' must be the address of a Dask scheduler, such as tcp://node1:8786"),
        (("--until", "2031-01-01"), "the last day 2031-01-01 does not lie within the scenario"),
    ],
)
def test_what_is_impossible_is_told_in_one_line(arguments, told):
    assert told in one_clear_line(ensemble("--out", "e", *arguments))


def test_what_lies_there_already_is_never_touched():
    Path("file").write_text("mine")
    assert "file is a file; give a folder by --out" in one_clear_line(ensemble("--out", "file"))
    Path("folder").mkdir()
    Path("folder/note").write_text("mine")
    for more in ((), ("--resume",)):
        told = one_clear_line(ensemble("--out", "folder", *more))
        assert "folder is there already, and holds no plan.json; give another --out, or empty it" in told
    assert [path.name for path in Path("folder").iterdir()] == ["note"]


def test_another_ensemble_at_the_same_place_is_refused_with_what_differs():
    ensemble("--out", "e")
    assert "go on with it by --resume" in one_clear_line(ensemble("--out", "e"))
    told = one_clear_line(ensemble("--out", "e", "--resume", "--seed", 2, "--members", 6))
    assert "e holds another ensemble, which differs in seed; ask for the same, or give another --out" in told


def test_an_ensemble_that_was_killed_while_it_was_laid_out_is_gone_on_with():
    ensemble("--out", "e")
    Path("e/plan.json").unlink()
    for path in Path("e").glob("summary.*"):
        path.unlink()
    Path("e/ensemble.json").unlink()
    for path in Path("e/commits").iterdir():
        path.unlink()
    Path("e/commits").rmdir()
    assert "holds no plan.json" in one_clear_line(ensemble("--out", "e"))
    assert ensemble("--out", "e", "--resume").exit_code == 0


def test_members_that_fail_are_told_and_end_with_1(monkeypatch):
    from havenward.ensemble.place import Place

    ensemble("--out", "e", "--part", "1/3")
    written = Place.write

    def full(place, name, content):
        if name.startswith("outcome.zarr/") and "/c/1" in name:
            raise OSError(28, "No space left on device")
        written(place, name, content)

    monkeypatch.setattr(Place, "write", full)
    shown = ensemble("--out", "e", "--resume")
    assert shown.exit_code == 1
    assert "2 members failed, the last because: OSError: [Errno 28] No space left on device" in shown.stderr
    assert "Try again with the same command and --resume." in shown.stderr
    assert "2 of 5 members" in shown.stdout
    monkeypatch.undo()


def test_it_stops_once_a_quantity_is_known_and_goes_on_where_it_is_to_be_known_better(monkeypatch):
    from havenward.ensemble import stop

    monkeypatch.setattr(stop, "FEWEST", 2)
    monkeypatch.setattr(stop, "LONGER", 2)
    arguments = ("--members", 9, "--quantity", "home_free", "--out", "e", "--resume")
    shown = ensemble(*arguments, "--until-precision", "60%")
    assert shown.exit_code == 0, shown.stderr
    assert "6 days, 4 of 9 members" in shown.stdout
    assert "Stopped after 4 members, which are enough for 60.00%.\n" in shown.stdout
    assert "home_free: mean within " in shown.stdout
    assert "90 % quantile not known (95 % interval)" in shown.stdout
    answer = json.loads(ensemble(*arguments, "--until-precision", "0.001%", "--json").stdout)
    assert (answer["resumed"], answer["done"], answer["members_done"], answer["stopped"]) == (4, 9, 9, False)
    assert 0.0001 < answer["precision"]["home_free"]["mean"] < 0.6
    shown = ensemble(*arguments, "--until-precision", "0.001%").stdout
    assert "9 members are not enough for 0.00%; some " in shown
    assert shown.count(" may do: --members, with --resume.\n") == 1
    answer = json.loads(ensemble(*arguments, "--until-precision", "60%", "--json").stdout)
    assert (answer["done"], answer["members_done"], answer["stopped"]) == (9, 4, True)
    assert "; 5 more are kept and not used.\n" in ensemble(*arguments, "--until-precision", "60%").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--until-precision", "2%"), "--until-precision needs a quantity that is to be known so well"),
        (("--until-precision", "0", "--quantity", "arrived"), "--until-precision '0' must be a percentage above 0"),
        (("--until-precision", "x", "--quantity", "arrived"), "--until-precision 'x' must be a percentage above 0"),
        (("--until-precision", "2%", "--quantity", "arived"), "no arived is told; there are: "),
        (("--part", "1/2", "--quantity", "arrived"), "--part knows nothing of other parts"),
    ],
)
def test_a_stop_rule_that_says_nothing_is_refused(arguments, told):
    assert told in one_clear_line(ensemble("--out", "e", *arguments))


def test_an_ensemble_grows_and_never_shrinks():
    ensemble("--out", "e")
    assert json.loads(ensemble("--out", "e", "--resume", "--members", 7, "--json").stdout)["resumed"] == 4
    told = one_clear_line(ensemble("--out", "e", "--resume"))
    assert "e is planned with 7 members, and an ensemble only grows; ask for as many or more" in told
