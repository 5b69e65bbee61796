"""Two thousand spoilt Flee folders: each is either taken, or refused with a place and a reason. Nothing else happens."""

from random import Random

import pytest

from havenward.scenario.flee.read import check_flee_files
from havenward.scenario.flee.write import flee_files
from havenward.scenario.problems import Problem
from tests.scenario.mutations import MUTATIONS, change_yaml
from tests.scenario_flee.helpers import Files, flooded, small

SHARDS, MUTANTS = 4, 500
HEADER, SETTINGS = "scenario.yaml", "simsetting.yml"


def spoil(files: Files, random: Random) -> Files:
    """One to three mutations; those of YAML know our own header only, so the settings stand in its place meanwhile."""
    for _ in range(random.choice([1, 1, 2, 3])):
        mutation = random.choice(MUTATIONS)
        if mutation is change_yaml:
            files = {HEADER if name == SETTINGS else name: content for name, content in files.items()}
        files = mutation(files, random)
        files = {SETTINGS if name == HEADER else name: content for name, content in files.items()}
    return files


def assert_well_told(problem: Problem, files: Files) -> None:
    """A problem names its file and line, what is wrong, and how to mend it."""
    assert problem.file.endswith((".csv", ".yml"))
    if problem.row is None:
        assert problem.file not in files or "was not read" in problem.wrong
    else:
        text = files[problem.file].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        assert 1 <= problem.row <= text.count(b"\n") + 2
    assert problem.wrong
    assert problem.mend
    assert str(problem).isprintable()


@pytest.mark.parametrize("shard", range(SHARDS))
def test_spoilt_folders_are_taken_or_refused_with_a_place(shard):
    random = Random(shard)
    taken = 0
    for number in range(MUTANTS):
        files = spoil(flooded() if number % 4 == 0 else small(), random)
        found, problems = check_flee_files(files)
        for problem in problems:
            assert_well_told(problem, files)
        assert (found is None) == any(problem.severity == "error" for problem in problems)
        if found is not None:
            taken += 1
            assert found.registered_by_day().shape == (found.days + 1, len(found.source.series))
            assert found.conflict_by_day().shape == found.food_by_day().shape
            again = {name: text.encode() for name, text in flee_files(found).items()}
            assert check_flee_files(again)[0] == found
    assert 0.05 * MUTANTS <= taken <= 0.8 * MUTANTS, "mutations are too harsh, or too mild, to tell anything"
