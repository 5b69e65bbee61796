"""Sensitivity studies as ensembles: what they come to on a small siege, and that nothing disturbs their bits."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from havenward.ensemble.design import DANGER_ON_THE_WAY, DESIGN, Design, Study
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.executors import Here, Processes
from havenward.ensemble.named import Wanted
from havenward.ensemble.screening import ALL_ELSE, effects_of, groups_of, that_matter
from havenward.ensemble.sensitivity import Sensitivity, Sizes, notes, sources_at
from havenward.ensemble.shares import Span, shares_of
from havenward.ensemble.store import EnsembleStore
from havenward.model.siege.parameters import DANGER, TABLE
from havenward.run.request import Request, RunError
from havenward.run.siege_case import SiegeCase
from havenward.scenario.create import create
from havenward.scenario.folder import locate
from tests.ensemble.helpers import case, digest
from tests.scenario.edits.vague import with_ranges

LAST, EARLY = dt.date(2010, 3, 20), dt.date(2010, 3, 6)
"""The siege begins between them."""
ARRIVED, IN_CAMP, FREE = Wanted("arrived"), Wanted("in_camp"), Wanted("home_free")
SOURCES_ONLY = Sizes(8, 0, 0)
SMALL = Sizes(8, 4, 8)


def here(part: Ensemble) -> None:
    assert not any(state.failed for state in part.turn(Here()))


def study(url, turn=here, *, resume=False, of=None, **asked) -> Sensitivity:
    return Sensitivity(of or case(), locate("toy"), str(url), Request(**{"last": LAST} | asked), turn, resume)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A whole study."""
    folder = tmp_path_factory.mktemp("sensitivity") / "toy"
    return folder, study(folder).carry_out([ARRIVED, IN_CAMP], SMALL)


def shares(found, wanted):
    """Return (first, total) by group of a quantity."""
    one = next(one for one in found if one.wanted == wanted)
    return {share.group: (share.first, share.total) for share in one.groups}


@pytest.fixture(scope="module")
def early(tmp_path_factory):
    """One of the days before anybody leaves."""
    return study(tmp_path_factory.mktemp("sensitivity") / "early", last=EARLY).carry_out([FREE], SMALL)


def test_before_anybody_leaves_all_depends_on_the_population(early):
    """The share of eight rows is noisy; those of the others are not."""
    found = shares(early.sources, FREE)
    assert found["population"][0].low < 1 < found["population"][0].high
    assert found["population"][1].value > 0.4
    assert max(found[source][1].high for source in ("control", "parameters", "chance")) < 0.01


def test_before_anybody_leaves_the_population_is_what_matters(early):
    effects = early.effects[FREE]
    assert effects[0].group == "population_error"
    assert effects[0].size.value > 100 * effects[1].size.value
    assert that_matter(early.effects) == ["population_error"]
    assert list(early.parts["parameters"].study.groups) == ["population_error", ALL_ELSE]
    found = shares(early.parameters, FREE)
    assert found["population_error"][1].value > 0.4
    assert found[ALL_ELSE][1].high < 0.01


def test_a_front_whose_dates_have_ranges_has_a_share(tmp_path):
    """The takeover of each place may come five days late, the day after it is stated: who lives there is then still free."""
    taken = {(row.place, row.date): (0, 5) for row in case().scenario.control if row.date == dt.date(2010, 3, 7)}
    vague = SiegeCase(with_ranges(case().scenario, taken))
    create(tmp_path / "given", "toy", vague.scenario)
    request = Request(last=dt.date(2010, 3, 8))
    made = Sensitivity(vague, tmp_path / "given", str(tmp_path / "study"), request, here, resume=False)
    found = made.carry_out([FREE], Sizes(64, 0, 0))
    told = shares(found.sources, FREE)
    assert told["control"][1].low > 0.3
    assert max(told[source][1].high for source in ("parameters", "chance")) < 0.05
    said = " ".join(notes(vague, found))
    assert "Of the 23 dates of control 4 have a range" in said
    assert "nought for that reason" not in said


def test_with_assumptions_at_their_medians_all_is_chance(tmp_path):
    found = study(tmp_path / "medians", spread=0.0).carry_out([ARRIVED], Sizes(32, 0, 0))
    told = shares(found.sources, ARRIVED)
    for source in ("population", "control", "parameters"):
        assert told[source] == (Span(0, 0, 0), Span(0, 0, 0))
    assert told["chance"][0].low < 1 < told["chance"][0].high
    assert told["chance"][1].low < 1 < told["chance"][1].high
    assert told["chance"][0].value > 0.5


def test_ordinary_members_are_in_it_to_the_bit(done, tmp_path):
    """The first and the last of each row are members 0 to 15 of a run with the same seed."""
    run = Ensemble.begin(case(), locate("toy"), str(tmp_path / "run"), Request(last=LAST, members=16))
    here(run)
    part = EnsembleStore.find(Ensemble.open(f"{done[0]}/sources").store.place)
    for name in ("stock", "flow", "initial"):
        rows = part.read(name, 48)
        np.testing.assert_array_equal(np.concatenate([rows[::6], rows[5::6]]), run.store.read(name, 16), err_msg=name)
    initial = part.read("initial", 48).reshape(8, 6)
    assert (initial[:, 1] == initial[:, 5]).all(), "with the population of the other future"
    assert (initial[:, [2, 3, 4]] == initial[:, [0]]).all(), "with its own"


def test_the_parts_are_read_again_from_a_finished_folder(done):
    folder, found = done
    assert sources_at(str(folder), [ARRIVED, IN_CAMP]) == list(found.sources)
    assert shares_of(Ensemble.open(f"{folder}/parameters").store, [ARRIVED, IN_CAMP]) == list(found.parameters)
    assert effects_of(Ensemble.open(f"{folder}/screening").store, [ARRIVED, IN_CAMP]) == found.effects
    with pytest.raises(RunError, match="no arivals is told"):
        sources_at(str(folder), [Wanted("arivals")])
    with pytest.raises(RunError, match="holds no study of shares"):
        shares_of(Ensemble.open(f"{folder}/screening").store, [ARRIVED])


def test_effects_are_told_largest_first_and_what_matters_is_studied(done):
    for effects in done[1].effects.values():
        sizes = [effect.size.value for effect in effects]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] > 0
        assert dict(effects)["siege_days"].value == 0, "where control is given, it does nothing"
    assert list(done[1].parts["parameters"].study.groups) == [*that_matter(done[1].effects), ALL_ELSE]


def test_danger_on_the_way_is_one_group_and_is_told_of_no_site(done, tmp_path):
    groups = groups_of(TABLE, danger=True)
    assert set(groups[DANGER_ON_THE_WAY]) == {name for name in DANGER if TABLE[name].low < TABLE[name].high}
    assert not DANGER & set(groups)
    assert DANGER_ON_THE_WAY in done[1].parts["screening"].study.groups
    found = study(tmp_path / "site", last=EARLY).carry_out([Wanted("waiting", "Stone Bridge")], Sizes(0, 4, 0))
    varied = found.parts["screening"].study
    assert DANGER_ON_THE_WAY not in varied.groups
    assert not DANGER & set(varied.parameters)
    assert any("all sites together only" in note for note in notes(case(), found))
    for part, told in (("screening", effects_of), ("parameters", shares_of)):
        store = done[1].parts[part].store
        if DANGER_ON_THE_WAY in store.plan.study.groups:
            with pytest.raises(RunError, match="told of all sites together, not of waiting@Stone Bridge"):
                told(store, [Wanted("waiting", "Stone Bridge")])


def test_what_rests_on_danger_and_who_leaves_a_small_place_is_refused(done, tmp_path):
    for wanted, wrong in (
        (Wanted("captured"), "about danger"),
        (Wanted("home_held", "Millfield"), "fewer than 5,000 people"),
    ):
        with pytest.raises(RunError, match=wrong):
            study(tmp_path / "x").carry_out([wanted], SOURCES_ONLY)
        with pytest.raises(RunError, match=wrong):
            sources_at(str(done[0]), [wanted])


def test_what_must_be_said_is_said(done):
    said = " ".join(notes(case(), done[1]))
    assert "Control is a given timeline whose dates have no range" in said
    assert "alike for all ways" in said
    noise = replace(done[1], sources=[], parameters=[])
    assert "noise" not in " ".join(notes(case(), noise))


def bits(folder):
    """Return what decides a study, file by file."""
    return {
        str(path.relative_to(folder)): digest(path)
        for part in ("sources", "screening", "parameters")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file() and path.suffix != ".json" and not path.name.startswith(".")
    }


def test_a_study_that_was_broken_off_comes_to_the_same_bits(done, tmp_path):
    folder, found = done
    broken = tmp_path / "broken"

    def one_block(part: Ensemble) -> None:
        states = part.turn(Here())
        next(states), next(states)
        states.close()

    with pytest.raises(RunError, match=r"16 of the 48 members of .*sources are not there; go on with --resume"):
        study(broken, one_block).carry_out([ARRIVED, IN_CAMP], SMALL)
    again = study(broken, resume=True).carry_out([ARRIVED, IN_CAMP], SMALL)
    assert bits(broken) == bits(folder)
    assert (again.sources, again.effects, again.parameters) == (found.sources, found.effects, found.parameters)


def test_two_processes_come_to_the_same_bits(done, tmp_path):
    def two(part: Ensemble) -> None:
        assert not any(state.failed for state in part.turn(Processes(2)))

    found = study(tmp_path / "two", two).carry_out([ARRIVED, IN_CAMP], SOURCES_ONLY)
    assert found.sources == done[1].sources
    whole = bits(done[0])
    assert bits(tmp_path / "two") == {name: whole[name] for name in whole if name.startswith("sources/")}


def test_what_lies_there_decides_not_what_a_library_would_draw(done, monkeypatch):
    folder, found = done
    sample = Design.of

    def another(asked: Study, seed: int) -> Design:
        return sample(asked, seed + 1)

    monkeypatch.setattr(Design, "of", another)
    again = study(folder, resume=True).carry_out([ARRIVED, IN_CAMP], SMALL)
    assert again.parameters == found.parameters


def test_an_altered_design_is_found_and_put_back(tmp_path):
    folder = tmp_path / "toy"
    found = study(folder).carry_out([ARRIVED], SOURCES_ONLY)
    file = folder / "sources" / DESIGN
    kept = file.read_bytes()
    file.write_bytes(kept.replace(b"\n0,", b"\n7,", 1))
    assert EnsembleStore.find(Ensemble.open(f"{folder}/sources").store.place).design() is None
    again = study(folder, resume=True).carry_out([ARRIVED], SOURCES_ONLY)
    assert file.read_bytes() == kept
    assert again.sources == found.sources


def test_a_study_is_no_sample_of_futures(done):
    part = Ensemble.open(f"{done[0]}/sources")
    with pytest.raises(RunError, match="no sample of futures"):
        part.finish()
    with pytest.raises(RunError, match="differs in files, study"):
        Ensemble.begin(case(), locate("toy"), f"{done[0]}/sources", Request(last=LAST, members=40), resume=True)


def test_another_study_is_not_gone_on_with(done):
    with pytest.raises(RunError, match="holds another ensemble, which differs in files, study"):
        study(done[0], resume=True).carry_out([ARRIVED], Sizes(9, 0, 0))
    with pytest.raises(RunError, match="holds an ensemble already"):
        study(done[0]).carry_out([ARRIVED], SOURCES_ONLY)


@pytest.mark.parametrize(
    ("sizes", "wrong"),
    [
        (Sizes(0, 0, 0), "nothing to study"),
        (Sizes(3, 0, 0), "--sources 3 is too small"),
        (Sizes(8, 2, 0), "--morris 2 is too small"),
        (Sizes(8, 0, 8), "give --morris a size too"),
        (Sizes(8, 4, 48), "no power of two, .* try 64"),
    ],
)
def test_sizes_that_say_nothing_are_refused(tmp_path, sizes, wrong):
    with pytest.raises(RunError, match=wrong):
        study(tmp_path / "x").carry_out([ARRIVED], sizes)
    assert not (tmp_path / "x").exists()
