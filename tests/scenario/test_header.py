"""Bad `scenario.yaml`: each problem has its line, and YAML's traps are refused."""

import pytest

from havenward.scenario.read import check_files
from havenward.scenario.schema import FORMAT
from tests.scenario.helpers import only, place, problems_of, toy, with_text

FILE = "scenario.yaml"


def line_of(text: str) -> int:
    """The line of the toy's header that begins with `text`."""
    lines = toy()[FILE].decode().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(text))


def test_a_missing_header():
    files = toy()
    del files[FILE]
    problem = only(files)
    assert place(problem) == (FILE, None, "", "")
    assert "havenward init" in problem.mend


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"- a\n- b\n", b"just words\n"])
def test_a_header_that_is_no_block_of_keys(content):
    problem = only(toy() | {FILE: content})
    assert place(problem) == (FILE, 1, "", "")
    assert "no block of keys" in problem.wrong


def test_a_newer_format_is_refused_and_nothing_else_is_said():
    problem = only(with_text(FILE, "format: 1\nname: toy", f"format: {FORMAT + 1}\nnovelty: yes\nname: toy"))
    assert place(problem) == (FILE, line_of("format"), "format", str(FORMAT + 1))
    assert "newer format" in problem.wrong
    assert "Update Havenward" in problem.mend


def test_a_missing_key():
    problem = only(with_text(FILE, "end: 2010-09-16\n", ""))
    assert place(problem) == (FILE, line_of("format"), "end", "")
    assert "missing" in problem.wrong


def test_an_empty_key_counts_as_missing():
    assert place(only(with_text(FILE, "end: 2010-09-16\n", "end:\n"))) == (FILE, line_of("end"), "end", "")


def test_an_unknown_key():
    problem = only(with_text(FILE, "besieger:", "beseiger:"))
    assert place(problem) == (FILE, line_of("besieger"), "beseiger", "beseiger")
    assert problem.mend.startswith("Did you mean 'besieger'?")


def test_an_unknown_key_of_an_area():
    problem = only(with_text(FILE, "    title: Tarrow Old Town", "    titel: Tarrow Old Town"))
    assert (problem.row, problem.column) == (line_of("    title: Tarrow Old Town"), "areas.titel")
    assert "'title'" in problem.mend


def test_a_wrong_date_within_an_epoch():
    problem = only(with_text(FILE, "end: 2010-07-04", "end: 4.7.2010"))
    assert place(problem) == (FILE, line_of("  - {name: sealed"), "epochs.end", "4.7.2010")
    assert "2010-07-04 or 2010-04-07" in problem.mend


def test_a_word_that_is_not_known():
    problem = only(with_text(FILE, "nature: synthetic", "nature: sinthetic"))
    assert place(problem) == (FILE, line_of("nature"), "nature", "sinthetic")
    assert problem.mend.startswith("Did you mean 'synthetic'?")


def test_a_name_that_is_not_allowed():
    problem = only(with_text(FILE, "name: toy", "name: My Toy"))
    assert place(problem) == (FILE, line_of("name"), "name", "My Toy")


def test_eastern_digits_are_read_with_a_warning():
    problem = only(with_text(FILE, "end: 2010-09-16\n", "end: ٢٠١٠-٠٩-١٦\n"))
    assert (problem.row, problem.column, problem.severity) == (line_of("end"), "end", "warning")


def test_texts_stay_texts():
    scenario, problems = check_files(with_text(FILE, "title: The siege of Tarrow (invented)", "title: no"))
    assert problems == []
    assert scenario is not None
    assert scenario.header.title == "no"


def test_areas_that_are_not_blocks():
    problems = problems_of(with_text(FILE, "  - name: country\n    title: The villages\n", "  - country\n"))
    assert (problems[0].row, problems[0].column) == (line_of("  - name: country"), "areas")
    assert "not a block of keys" in problems[0].wrong


def test_a_list_where_one_value_is_needed():
    problem = only(with_text(FILE, "end: 2010-09-16\n", "end: [2010-09-16]\n"))
    assert (problem.row, problem.column) == (line_of("end"), "end")
    assert "not a single date" in problem.wrong


def test_too_many_areas():
    more = "".join(f"  - {{name: extra {number}}}\n" for number in range(7))
    problems = problems_of(with_text(FILE, "areas:\n", "areas:\n" + more))
    errors = [problem for problem in problems if problem.severity == "error"]
    assert [(problem.column, problem.wrong) for problem in errors] == [("areas", "has too many entries")]


@pytest.mark.parametrize(
    ("old", "new", "row", "value", "wrong"),
    [
        ("title: The siege", "title: &anchor The siege", "title", "&anchor", "anchors"),
        ("besieger: the armed group", "besieger: *group", "besieger", "*group", "aliases"),
        ("title: The siege", "title: !!str The siege", "title", "tag:yaml.org,2002:str", "tags"),
        (
            "title: The siege of Tarrow (invented)",
            "title: !!python/object/apply:os.system [ls]",
            "title",
            "tag:yaml.org,2002:python/object/apply:os.system",
            "tags",
        ),
        ("besieger: the armed group", "<<: {besieger: x}", "besieger", "<<", "merge keys"),
        ("besieger: the armed group", "title: again", "besieger", "title", "stands already in row 5"),
    ],
    ids=["anchor", "alias", "tag", "python tag", "merge key", "key twice"],
)
def test_tricks_of_yaml_are_refused(old, new, row, value, wrong):
    problem = problems_of(with_text(FILE, old, new))[0]
    assert (problem.file, problem.row, problem.value) == (FILE, line_of(row), value)
    assert wrong in problem.wrong


def test_a_second_document_is_refused():
    files = toy()
    files[FILE] += b"---\nformat: 1\n"
    problem = only(files)
    assert problem.row == files[FILE].count(b"\n") - 1
    assert "second document" in problem.wrong


@pytest.mark.parametrize(
    "bomb",
    ["x: " + "[" * 50_000, "x: " + "{a: " * 50_000, "x: " + "[" * 50_000 + "]" * 50_000, "- " * 50_000 + "x"],
    ids=["open lists", "open blocks", "closed lists", "dashes"],
)
def test_depth_bombs_are_refused(bomb):
    problem = only(toy() | {FILE: bomb.encode()})
    assert (problem.file, problem.row) == (FILE, 1)
    assert "deep" in problem.wrong


def test_a_bomb_of_aliases_is_refused_without_growing():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    problems = problems_of(toy() | {FILE: "\n".join(lines).encode()})
    assert any("aliases" in problem.wrong for problem in problems)


@pytest.mark.parametrize(
    ("old", "new"), [("areas:\n", "areas\n"), ("title: The siege", "title: 'The siege"), ("besieger", "\tbesieger")]
)
def test_broken_yaml_has_a_line(old, new):
    problem = only(with_text(FILE, old, new))
    assert problem.file == FILE
    assert problem.row is not None
    assert problem.row >= 1
    assert "YAML" in problem.wrong


def test_a_block_as_key():
    problem = only(with_text(FILE, "besieger: the armed group", "? {a: b}\n: c"))
    assert problem.row == line_of("besieger")
    assert "key is needed" in problem.wrong
