"""Ten thousand spoilt scenarios: each is either taken, or refused with a place and a reason. Nothing else happens."""

import csv
import io
from pathlib import Path
from random import Random

import pytest
import yaml

from havenward.model.siege.requirements import SIEGE
from havenward.scenario.create import TEMPLATE
from havenward.scenario.folder import FILES
from havenward.scenario.problems import Problem
from havenward.scenario.read import check, check_files
from havenward.scenario.schema import Scenario
from tests.scenario.helpers import Files, toy
from tests.scenario.mutations import spoil

SHARDS, MUTANTS = 10, 1000
WITHOUT_ROW = ("the file is missing", "no home is ever besieged")


def template() -> Files:
    """The scenario that `havenward init` writes."""
    return {name: (TEMPLATE / name).read_bytes() for name in FILES if (TEMPLATE / name).exists()}


def parses(files: Files) -> bool:
    """Whether every file is still YAML or CSV to readers other than ours."""
    try:
        for name, content in files.items():
            text = content.decode("utf-8-sig")
            if name.endswith(".yaml"):
                yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            else:
                list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, yaml.YAMLError, csv.Error, ValueError, RecursionError):
        return False
    return True


def assert_well_told(problem: Problem, files: Files) -> None:
    """A problem names its file and line, what is wrong, and how to mend it."""
    assert problem.file in FILES
    if problem.row is None:
        assert problem.file not in files
        assert problem.wrong in WITHOUT_ROW
    else:
        text = files[problem.file].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        assert 1 <= problem.row <= text.count(b"\n") + 2
    assert problem.wrong
    assert problem.mend
    assert "unexpected error" not in problem.wrong
    assert str(problem).isprintable()


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
def test_spoilt_scenarios_are_taken_or_refused_with_a_place(shard):
    random = Random(shard)
    bases = [toy(), template(), template()]
    parsing = taken = 0
    for number in range(MUTANTS):
        files = spoil(bases[number % 3], random)
        scenario, problems = check_files(files, SIEGE)
        for problem in problems:
            assert_well_told(problem, files)
        assert (scenario is None) == any(problem.severity == "error" for problem in problems)
        if scenario is not None:
            taken += 1
            if number % 10 == 0:
                assert Scenario.model_validate(scenario.model_dump()) == scenario
        parsing += parses(files)
    assert parsing >= 0.3 * MUTANTS
    assert 0.02 * MUTANTS <= taken <= 0.8 * MUTANTS, "mutations are too harsh, or too mild, to tell anything"


def test_spoilt_folders_say_the_same_as_spoilt_files(tmp_path: Path):
    random = Random("folders")
    for number in range(100):
        files = spoil(toy(), random)
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        assert check(folder, SIEGE) == check_files(files, SIEGE)
