"""Edits as people write them: files, lines and objects give the same; whatever else is given is refused in clear words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenward.scenario.edits.read import LONGEST, MOST, Edits, collect, parse_edits, read_edits
from havenward.scenario.problems import Problem, Problems, ScenarioError
from tests.scenario.edits.examples import DATE, EXAMPLES, edits

DESKS = f"set_desks date={DATE} crossing='Stone Bridge' desks=3"


def parsed(text: str) -> Edits:
    problems = Problems()
    found = parse_edits("edits.yaml", text, problems)
    assert problems.sorted() == []
    return found


def refused(given: object) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        collect([given], "--edit")
    for problem in caught.value.problems:
        assert str(problem).count("\n") == 0
        assert problem.mend
    return caught.value.problems


@given(st.lists(edits(), min_size=1, max_size=5))
def test_a_file_is_read_as_it_was_written(made):
    written = Edits(tuple(made), tuple(("x", None) for _ in made))
    found = parsed(written.text())
    assert found.made == written.made
    assert found.rows() == written.rows()


@given(edits())
def test_a_line_says_all_but_the_remark(made):
    (found,) = collect([made.told], "--edit")[0].made
    assert found == made.model_copy(update={"why": ""})


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_way_of_giving_an_edit_gives_the_same(kind, tmp_path):
    one = EXAMPLES[kind]
    text = Edits((one,), (("", None),)).text()
    file = tmp_path / "edits.yaml"
    file.write_text(text, encoding="utf-8")
    given = [one, one.said, one.told, text, file, str(file)]
    found, odd = collect(given, "edit")
    assert found.made == (one,) * len(given)
    assert odd == []
    assert found.places == (*((f"edit {number}", None) for number in (1, 2, 3)), *[("edit 4", 1)], *[("edits.yaml", 1)] * 2)


def test_the_line_of_each_entry_is_kept():
    found = parsed("# first\n- edit: close_border\n  date: 2010-07-20\n\n- edit: ban_phones\n  date: 2010-07-21\n")
    assert found.places == (("edits.yaml", 2), ("edits.yaml", 5))


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    file = tmp_path / "two.yaml"
    file.write_text("- edit: close_border\n  date: tomorrow\n- edit: set_desk\n  date: 2010-07-20\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        collect([file, "close_bordr", DESKS], "--edit")
    told = [(problem.file, problem.row, problem.column, problem.value) for problem in caught.value.problems]
    assert told == [
        ("--edit 2", None, "edit", "close_bordr"),
        ("two.yaml", 2, "date", "tomorrow"),
        ("two.yaml", 3, "edit", "set_desk"),
    ]


WRITTEN = {
    "nothing": ("", 1, "", "the file holds no list"),
    "a remark": ("# nothing yet\n", 1, "", "the file holds no list"),
    "no edit": ("[]", 1, "", "the list holds 0 edits"),
    "a block": ("edit: close_border\ndate: 2010-07-20\n", 1, "", "the file holds no list"),
    "words": ("close_border", 1, "", "the file holds no list"),
    "a list of words": ("- close_border\n", 1, "", "is no block of keys"),
    "a list of lists": ("- [close_border, 2010-07-20]\n", 1, "", "is no block of keys"),
    "too many": ("- {edit: close_border, date: 2010-07-20}\n" * (MOST + 1), 1, "", f"holds {MOST + 1} edits"),
    "no kind": ("- date: 2010-07-20\n", 1, "edit", "does not say what is edited"),
    "a kind that is a list": ("- edit: [close_border]\n  date: 2010-07-20\n", 1, "edit", "is no kind of edit"),
    "a near name": ("- edit: open_coridor\n", 1, "edit", "is no kind of edit"),
    "a key of another kind": ("- edit: close_border\n  date: 2010-07-20\n  desks: 3\n", 3, "desks", "is not a key"),
    "a key twice": ("- edit: close_border\n  date: 2010-07-20\n  date: 2010-07-21\n", 3, "date", "the key stands already"),
    "no date": ("- edit: close_border\n", 1, "date", "is missing"),
    "a date of another land": ("- edit: close_border\n  date: 20.07.2010\n", 2, "date", "is not a date"),
    "a list for a date": ("- edit: close_border\n  date: [2010-07-20]\n", 2, "date", "is not a single date"),
    "a block for a number": (
        "- edit: set_desks\n  date: 2010-07-20\n  crossing: Stone Bridge\n  desks: {a: 1}\n", 4, "desks", "is not a single"
    ),
    "half a desk": (
        "- edit: set_desks\n  date: 2010-07-20\n  crossing: Stone Bridge\n  desks: 2.5\n", 4, "desks", "not a whole number"
    ),
    "a number that is none": ("- edit: advise_staying\n  date: 2010-07-20\n  level: nan\n", 3, "level", "is not a number"),
    "more than all": ("- edit: advise_staying\n  date: 2010-07-20\n  level: 1.5\n", 3, "level", "is more than 1"),
    "an anchor": ("- &a\n  edit: close_border\n  date: 2010-07-20\n", 1, "", "anchors are not read"),
    "a bomb": ("- &a [x]\n- &b [*a, *a]\n- &c [*b, *b]\n", 1, "", "anchors are not read"),
    "a hidden letter": ('- edit: close_border\n  date: 2010-07-20\n  area: "to\\u200bwn"\n', 3, "area", "nobody can see"),
    "a tag": ("- !!python/object/apply:os.system [ls]\n", 1, "", "tags are not read"),
    "no depth": ("- " + "[" * 500 + "]" * 500, 1, "", "deep"),
    "two documents": ("- edit: close_border\n  date: 2010-07-20\n---\n- edit: ban_phones\n", 3, "", "a second document"),
    "no yaml": ("- edit: 'close_border\n", 2, "", "cannot be read as YAML"),
    "a sort of people": ("- edit: close_border\n  date: 2010-07-20\n  tribe: x\n", 3, "tribe", "people are never sorted"),
    "a person": ("- edit: close_border\n  date: 2010-07-20\n  phone: x\n", 3, "phone", "looks like a record of persons"),
}  # fmt: skip
"""What stands in a file -> the line and the key at which it is refused, and a piece of why."""


@pytest.mark.parametrize("what", WRITTEN)
def test_a_file_is_refused_with_its_line_and_key(what, tmp_path):
    text, row, column, wrong = WRITTEN[what]
    file = tmp_path / "edits.yaml"
    file.write_text(text, encoding="utf-8")
    first = refused(file)[0]
    assert (first.file, first.row, first.column) == ("edits.yaml", row, column)
    assert wrong in first.wrong


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"- edit: \xff\n", "not UTF-8"),
        ("- edit: close_border\n".encode("utf-16"), "UTF-16"),
        (b"- edit: close_border\0\n", "NUL"),
        (b"PK\x03\x04rest", "archive"),
        (b"#" * (LONGEST + 1), "larger than 1 MB"),
    ],
)
def test_bytes_that_are_no_text(content, wrong, tmp_path):
    file = tmp_path / "edits.yaml"
    file.write_bytes(content)
    (problem,) = refused(str(file))
    assert problem.file == "edits.yaml"
    assert wrong in problem.wrong


def test_files_that_cannot_be_opened(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "away.yaml").symlink_to(Path(__file__))
    for name, wrong in (("nowhere", "No such file"), ("folder", "not a plain file"), ("away", "leads out of its folder")):
        (problem,) = refused(tmp_path / f"{name}.yaml")
        assert (problem.file, problem.row) == (f"{name}.yaml", None)
        assert wrong in problem.wrong
    with pytest.raises(ScenarioError, match="No such file"):
        read_edits(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("line", "column", "wrong"),
    [
        ("", "edit", "does not say what is edited"),
        ("set_desk date=2010-07-20", "edit", "is no kind of edit"),
        ("set_desks crossing='Stone Bridge' desks=3", "date", "is missing"),
        (f"{DESKS} 4", "", "is no key with a value"),
        (f"{DESKS} desks=4", "desks", "the key stands twice"),
        (f"{DESKS} edit=close_border", "edit", "the key stands twice"),
        (f"{DESKS} =4", "", "is not a key"),
        (f"{DESKS} why='no end", "", "No closing quotation"),
        (f"{DESKS} patrols=0", "patrols", "is not a key"),
        (f"set_desks date={DATE} crossing=Stone Bridge desks=3", "", "is no key with a value"),
    ],
)
def test_a_line_is_refused_with_its_key(line, column, wrong):
    first = refused(line)[0]
    assert (first.file, first.row, first.column) == ("--edit 1", None, column)
    assert wrong in first.wrong


def test_a_line_that_is_no_text_is_refused():
    assert "not UTF-8" in refused(f"{DESKS} why=\udcff")[0].wrong


def test_a_near_name_is_guessed():
    assert refused("set_desk")[0].mend.startswith("Did you mean 'set_desks'?")
    assert refused(f"{DESKS} use=rode")[0].mend.endswith("crossing, desks")


def test_letters_are_composed_however_they_are_written():
    (found,) = parsed('- {edit: close_border, date: 2010-07-20, area: "Cafe\\u0301"}\n').made
    assert found.said["area"] == "Caf\u00e9"


def test_odd_letters_are_read_with_a_warning():
    found, odd = collect([f"set_desks date={DATE} crossing=Stone\u200bBridge desks=٣"], "edit")
    assert found.made[0].said == {"edit": "set_desks", "date": str(DATE), "crossing": "StoneBridge", "desks": 3}
    assert sorted(problem.wrong.split(" (")[0] for problem in odd) == [
        "Arabic-Indic or Persian digits were read as 3",
        "an invisible character",
    ]


def test_a_list_may_begin_with_a_remark():
    listed, _ = collect(["# sooner\n\n- {edit: close_border, date: 2010-07-01}\n"], "--edit")
    assert listed.made == collect(["close_border date=2010-07-01"], "--edit")[0].made
