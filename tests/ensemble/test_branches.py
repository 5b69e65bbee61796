"""What-ifs that branch off: the bits of a run from the start, at the cost of the days that are left."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pytest

from havenward.core.ledger import Ledger
from havenward.core.members import Members
from havenward.ensemble.branches import Base, Sparse
from havenward.ensemble.kept import VARIABLES, Rules, turned
from havenward.ensemble.named import Wanted
from havenward.model.siege.requirements import SIEGE
from havenward.model.siege.siege import Siege
from havenward.run.days import turn_day
from havenward.run.engine import Plan, solver_for
from havenward.run.kinds import case_of
from havenward.run.request import Request, RunError, plan_of
from havenward.scenario.edits.read import collect, edited
from havenward.scenario.read import load
from tests.run.test_stocks import EVENING, FIRST, town
from tests.scenario.edits.examples import DATE, EXAMPLES, START, month
from tests.scenario.edits.vague import vague_month

WANTED = [Wanted("arrived")]
DAY = dt.timedelta(days=1)


def with_edits(scenario, *edits):
    found, _ = collect(edits, "edit")
    made, _ = edited(scenario, found, SIEGE)
    return case_of(made, edits=found)


def branched(base, *edits):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return base.branch(*edits)


def whole(case, request):
    """What is kept of the same members, turned from the start."""
    plan = plan_of(case, request)
    rules = Rules.of(case, plan, {})
    return turned(rules, Plan(**vars(plan) | {"batch": len(plan.members)}))[0], rules


def assert_same(branch, case, request):
    expected, rules = whole(case, request)
    assert branch.rules.labels == rules.labels
    for name in VARIABLES:
        found = np.concatenate([part[name] for part in branch.told])
        np.testing.assert_array_equal(found, expected[name], err_msg=name, strict=True)


@pytest.fixture(scope="module")
def base():
    """A month of the toy siege, six members, kept three days before the edits."""
    made = Base.begin(case_of(month()), Request(members=6, seed=2), [DATE - 3 * DAY, DATE + 2 * DAY])
    assert [snapshot.members for snapshot in made.preview(WANTED)] == [2, 6]
    return made


@pytest.mark.parametrize("kind", list(EXAMPLES))
def test_a_branch_has_the_bits_of_a_run_from_the_start(base, kind):
    """With every kind of edit, those that add ways, crossings and camps among them."""
    case = with_edits(month(), EXAMPLES[kind])
    branch = branched(base, EXAMPLES[kind])
    assert [snapshot.members for snapshot in branch.preview(WANTED)] == [2, 6]
    assert_same(branch, case, base.request)


@pytest.fixture(scope="module")
def vague_base():
    """The same of a front whose dates have ranges, those of the edits' day among them."""
    made = Base.begin(case_of(vague_month()), Request(members=6, seed=2), [DATE - DAY])
    list(made.preview(WANTED))
    return made


@pytest.mark.parametrize("kind", ["move_front", "delay_offensive", "speed_offensive", "set_desks"])
def test_a_branch_has_them_where_members_have_fronts_of_their_own(vague_base, kind):
    case = with_edits(vague_month(), EXAMPLES[kind])
    branch = branched(vague_base, EXAMPLES[kind])
    list(branch.preview(WANTED))
    assert_same(branch, case, vague_base.request)


@pytest.mark.parametrize(
    ("request_", "dawn"),
    [
        (Request(members=3), dt.date(2010, 7, 11)),
        (Request(members=3, first=dt.date(2010, 7, 20)), dt.date(2010, 7, 11)),
        (Request(members=3, first=dt.date(2010, 5, 2)), dt.date(2010, 7, 11)),
        (Request(members=3, first=dt.date(2010, 7, 11)), dt.date(2010, 7, 11)),
        (Request(members=2, solver="mean", last=dt.date(2010, 8, 5)), dt.date(2010, 7, 20)),
    ],
)
def test_a_long_run_branches_off_in_the_midst_of_a_month(request_, dawn):
    """Also where its first days are not kept; with a camp that the base does not know."""
    toy = load("toy", SIEGE)
    made = Base.begin(case_of(toy), request_, [dawn])
    case = with_edits(toy, EXAMPLES["add_camp"], EXAMPLES["set_desks"])
    branch = branched(made, EXAMPLES["add_camp"], EXAMPLES["set_desks"])
    list(branch.preview(WANTED))
    assert_same(branch, case, request_)


def test_a_base_is_turned_once_and_no_further_than_asked():
    made = Base.begin(case_of(month()), Request(members=40, seed=2))
    first = next(made.branch(EXAMPLES["set_desks"]).preview(WANTED))
    assert first.members == 2
    assert len(made._trunks) == 1
    again = next(made.preview(WANTED))
    assert again.members == 2
    assert len(made._trunks) == 1


def test_a_change_that_is_made_a_day_too_late_would_be_seen():
    """Negative control: the same edit, from a dawn after its date, gives other figures."""
    made = Base.begin(case_of(month()), Request(members=6, seed=2), [DATE + DAY])
    list(made.preview(WANTED))
    case = with_edits(month(), EXAMPLES["set_exit"])
    branch = made.branch(EXAMPLES["set_exit"])
    branch.day = (DATE + DAY - START).days
    list(branch.preview(WANTED))
    with pytest.raises(AssertionError, match="daily"):
        assert_same(branch, case, made.request)


def test_a_corridor_is_never_opened_without_a_word(base):
    with pytest.warns(UserWarning, match="not a recommendation"):
        base.branch(EXAMPLES["open_corridor"])


def test_a_branch_keeps_the_edits_of_its_base():
    made = Base.begin(with_edits(month(), EXAMPLES["set_desks"]), Request(members=2))
    branch = branched(made, EXAMPLES["ban_phones"])
    list(branch.preview(WANTED))
    assert_same(branch, with_edits(month(), EXAMPLES["set_desks"], EXAMPLES["ban_phones"]), made.request)


def test_edits_before_given_stocks_are_refused_as_of_any_run():
    made = Base.begin(case_of(town()), Request(first=FIRST, members=2))
    with pytest.raises(RunError, match="did not lead"):
        branched(made, f"set_desks date={EVENING} crossing=Bridge desks=9")


def test_individuals_are_refused():
    with pytest.raises(RunError, match="individuals are run from the start"):
        Base.begin(case_of(month()), Request(solver="individuals"))


def test_sparse_arrays_come_back_whole():
    given = np.random.default_rng(1).integers(0, 3, (3, 4, 5)) * 7
    np.testing.assert_array_equal(Sparse.of(given).whole(), given, strict=True)
    assert Sparse.of(np.zeros((2, 2))).values.size == 0


ANEW = {
    ("life", "wish"),
    ("life", "deprivation"),
    ("departure", "_chances"),
    ("walk", "_ends"),
    *(("gate", key) for key in ("closed", "wait", "kin_cleared", "_served", "_waited")),
}
"""What phases write before they read it, every day."""


@pytest.mark.parametrize("control", ["timeline", "stochastic"])
def test_phases_remember_all_that_days_change(control):
    """Whoever gives a phase a memory and does not name it is told here."""
    toy = load("toy", SIEGE)
    siege = Siege.of(toy.model_copy(update={"header": toy.header.model_copy(update={"control": control})}), {})
    numbers = np.arange(2, dtype=np.uint32)
    rules = siege.for_members(Members.alike(numbers), 1, spread=1.0, begin=0)
    ledger = Ledger(rules.table)
    solver = solver_for("chain", rules.start(), 1, numbers, ledger, 1)
    before, changed = states(rules), set()
    for day in range(160):
        turn_day(rules, solver, ledger, day)
        if day % 8 == 7:
            now = states(rules)
            changed |= {
                key for key in now if not np.array_equal(now[key], before[key], equal_nan=now[key].dtype.kind == "f")
            }
    remembered = {(name, key) for name, phase in rules._by_name() for key in phase.MEMORY}
    assert changed <= remembered | ANEW
    assert len(changed & remembered) >= 14


def states(rules):
    """All numbers that phases hold, in arrays of their own."""
    held = ((name, key, value) for name, phase in rules._by_name() for key, value in vars(phase).items())
    kinds = np.ndarray | bool | int
    found = {(name, key): np.array(value) for name, key, value in held if isinstance(value, kinds)}
    pairs = {("departure", "_chances"): np.concatenate([np.ravel(part) for part in rules.departure._chances])}
    return found | pairs
