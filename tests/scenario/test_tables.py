"""Bad tables: what is wrong with the text of a CSV file is told with its place and how to mend it."""

import pytest

from havenward.scenario import sheet
from havenward.scenario.read import check_files
from tests.scenario.helpers import (
    only,
    place,
    problems_of,
    table,
    toy,
    with_cells,
    with_column,
    with_text,
    without_column,
    write,
)


def test_the_toy_is_clean():
    assert problems_of(toy()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.replace(b"\n", b"\r"),
        lambda content: content.rstrip(b"\n"),
        lambda content: b"\n\n" + content + b"\n\n",
        lambda content: content + b",,,,\n",
        lambda content: content.replace(b"\n", b",,\n"),
    ],
    ids=["byte order mark", "CRLF", "CR", "no last line end", "blank lines", "blank row", "empty columns at the right"],
)
def test_ways_of_saving_that_change_nothing(change):
    expected, _ = check_files(toy())
    scenario, problems = check_files(toy() | {"prices.csv": change(toy()["prices.csv"])})
    assert problems == []
    assert scenario == expected


@pytest.mark.parametrize(("delimiter", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_other_separators_are_read_with_a_warning(delimiter, word):
    files = toy()
    expected, _ = check_files(files)
    changed = files | {"prices.csv": write(table(files, "prices.csv"), delimiter)}
    problem = only(changed)
    assert place(problem) == ("prices.csv", 1, "", "")
    assert problem.severity == "warning"
    assert word in problem.wrong
    assert "commas" in problem.mend
    assert check_files(changed)[0] == expected


@pytest.mark.parametrize("digits", ["١٣٠٠٠", "۱۳۰۰۰"], ids=["Arabic-Indic", "Persian"])
def test_eastern_digits_are_read_with_a_warning(digits):
    files = with_cells("locations.csv", 2, population=digits)
    problem = only(files)
    assert place(problem) == ("locations.csv", 2, "population", digits)
    assert problem.severity == "warning"
    assert "13000" in problem.wrong
    assert check_files(files)[0].locations[0].population == 13000


def test_eastern_digits_in_dates_and_decimals():
    dated = with_cells("prices.csv", 2, date="٢٠١٠-٠٣-٠١")
    assert only(dated).severity == "warning"
    decimal = with_cells("locations.csv", 2, damage="٠٫٢")
    assert check_files(decimal)[0].locations[0].damage == 0.2


def test_a_row_of_hxl_tags_is_left_out_with_a_warning():
    files = toy()
    rows = table(files, "prices.csv")
    tags = ["#adm1+name", "#date", "#indicator+num", "", "", ""]
    problem = only(files | {"prices.csv": write([rows[0], tags, *rows[1:]])})
    assert place(problem) == ("prices.csv", 2, "", "#adm1+name")
    assert problem.severity == "warning"
    assert "HXL" in problem.wrong


def test_an_empty_file():
    problem = only(toy() | {"prices.csv": b" \n"})
    assert place(problem) == ("prices.csv", 1, "", "")
    assert "empty" in problem.wrong
    assert "area,date,index" in problem.mend.replace("label,source,note,", "")


def test_a_header_without_rows_is_an_empty_table():
    assert problems_of(toy() | {"prices.csv": b"area,date,index\n"}) == []


def test_a_missing_file():
    files = toy()
    del files["classes.csv"]
    problem = only(files)
    assert place(problem) == ("classes.csv", None, "", "")
    assert "missing" in problem.wrong
    assert "share" in problem.mend


def test_a_missing_column():
    problem = only(without_column("prices.csv", "index"))
    assert place(problem) == ("prices.csv", 1, "index", "")
    assert "missing" in problem.wrong
    assert "price / reference price" in problem.mend


@pytest.mark.parametrize(("old", "new"), [("population_low", "populationlow"), ("damage", "Damage"), ("kind", "knd")])
def test_a_renamed_column_gives_one_error_with_the_nearest_name(old, new):
    problem = only(with_text("locations.csv", f",{old},", f",{new},"))
    assert place(problem) == ("locations.csv", 1, new, new)
    assert problem.mend == f"Rename it to '{old}'"


def test_an_unknown_column():
    problem = only(with_column("prices.csv", "wibble"))
    assert place(problem) == ("prices.csv", 1, "wibble", "wibble")
    assert "not a column" in problem.wrong
    assert "Delete it" in problem.mend


def test_a_column_twice():
    problem = only(with_column("prices.csv", "index"))
    assert place(problem) == ("prices.csv", 1, "index", "index")
    assert "twice" in problem.wrong


def test_cells_below_no_name():
    problem = only(with_column("prices.csv", ""))
    assert place(problem) == ("prices.csv", 1, "", "")
    assert "column 7" in problem.wrong


@pytest.mark.parametrize(("line", "count"), [("*,2010-05-01", 2), ("*,2010-05-01,3,assumed,,a note, more", 7)])
def test_a_ragged_row(line, count):
    files = toy()
    files["prices.csv"] += f"{line}\n".encode()
    problem = only(files)
    assert problem.file == "prices.csv"
    assert problem.row == len(table(files, "prices.csv"))
    assert problem.wrong == f"the row has {count} cells, the header has 6"
    assert "quotation marks" in problem.mend


def test_lines_are_counted_as_an_editor_counts_them():
    files = toy()
    files["prices.csv"] = b'area,date,index,note\n*,2010-03-01,1,"two\nlines"\n\n*,2010-03-02,-5,\n'
    problem = only(files)
    assert place(problem) == ("prices.csv", 5, "index", "-5")


def test_a_nul_byte():
    problem = only(with_text("prices.csv", "eve of the seal", "eve\0"))
    assert place(problem) == ("prices.csv", 3, "", "")
    assert "NUL" in problem.wrong


def test_a_control_character_is_named_and_never_printed():
    problem = only(with_text("prices.csv", "eve of the seal", "\x1b[2J"))
    assert problem.row == 3
    assert "U+001B" in problem.wrong


def test_an_invisible_character_is_left_out_with_a_warning():
    files = with_cells("prices.csv", 7, area="town\u200f")
    problem = only(files)
    assert place(problem) == ("prices.csv", 7, "", "")
    assert problem.severity == "warning"
    assert "U+200F" in problem.wrong


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (b"area,date,index\n*,2010-03-01,1\nx\xe9,2010-03-01,1\n", 3, "not UTF-8"),
        ("area,date,index\n".encode("utf-16"), 1, "UTF-16"),
        (b"PK\x03\x04rest of a workbook", 1, "workbook"),
    ],
    ids=["Latin-1", "UTF-16", "workbook"],
)
def test_what_is_not_utf8_text(content, row, words):
    problem = only(toy() | {"prices.csv": content})
    assert (problem.file, problem.row) == ("prices.csv", row)
    assert words in problem.wrong
    assert "UTF-8" in problem.mend


@pytest.mark.parametrize("content", [b'area,date,index\n*,2010-03-01,"1\n', b'area,date,index\n*,2010-03-01,"1"x\n'])
def test_quotation_marks_that_do_not_match(content):
    problem = only(toy() | {"prices.csv": content})
    assert (problem.file, problem.row) == ("prices.csv", 2)
    assert "CSV" in problem.wrong
    assert "quotation marks" in problem.mend


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr(sheet, "MAX_ROWS", 5)
    problem = next(problem for problem in problems_of(toy()) if problem.file == "prices.csv")
    assert problem.row == 7
    assert "more than 5 rows" in problem.wrong


def test_every_problem_of_a_scenario_is_told_at_once():
    files = with_cells("locations.csv", 2, lat="north", population=-4)
    files["camps.csv"] = files["camps.csv"].replace(b",400,", b",many,")
    files["scenario.yaml"] = files["scenario.yaml"].replace(b"start: 2010-03-01\nend", b"start: soon\nend")
    places = [(problem.file, problem.row, problem.column) for problem in problems_of(files)]
    assert places == [
        ("scenario.yaml", 15, "start"),
        ("camps.csv", 2, "plots"),
        ("locations.csv", 2, "lat"),
        ("locations.csv", 2, "population"),
    ]


def test_a_column_full_of_errors_is_cut_short_and_counted():
    rows = "".join(f"*,2010-03-{day % 28 + 1:02},x{day}\n" for day in range(250))
    problems = problems_of(toy() | {"prices.csv": b"area,date,index\n" + rows.encode()})
    assert len(problems) == 101
    assert problems[-1].wrong.startswith("and 150 more problems")
