"""Ways of spoiling a scenario: of its bytes, text, cells, columns, rows, YAML and files. All draw from one `Random`."""

import csv
import io
from collections.abc import Callable
from random import Random

from tests.scenario.helpers import Files

Mutation = Callable[[Files, Random], Files]

NASTY = [
    "", " ", "nan", "inf", "-inf", "-1", "0", "1e400", "1e12", "99999999999999999999", "0x1F", "1_0", "1,5",
    "1.234,5", "50%", "١٢", "۱۲٫۵", "½", "２", "true", "yes", "NULL", "2010-02-30", "31/12/2010", "2010-12-31",
    "12.5.2010", "40271", "2010-06", "9999-12-31", "0001-01-01", "*", ";", "a;b", "town;;old town", "|", ">",
    "=1+1", "'", '"', '""', "\\", "\n", "a\nb", "\t", "\u200f", "\u202e", "\ufeff", "\u0000", "\x1b[31m",
    "\udcff", "é", "e\u0301", "مدينة", "x" * 90, "y" * 5000, "invented", "Tarrow North", "Stone Bridge",
    "East side", "South gate", "town", "east", "sourced", "home", "crossing", "[red]", "{}", "${HOME}",
    "../../etc/passwd", "%s%n", "#adm1", "# comment", "---", "&a", "*a", "!!str", "<<", "? x", "- ", ": ", "~",
]  # fmt: skip
COLUMNS = [
    "", "name", "Name", "nmae", "date", "lat", "lon", "phone", "ethnicity", "id number", "value ", "\ufeffname",
    "x", "كثافة", "label", "source", "note", "population", "share", "place", "first_name", "#adm1",
]  # fmt: skip
YAML_LINES = [
    "x: 1", "format: 2", "format: -1", "format: 1", "start: 2010-01-01", "end: never", "areas: []", "areas:",
    "  - name: town", "nature: live", "tier: secret", "a: &a [1]", "b: *a", "<<: {a: b}", "!!python/none",
    "? [a]", "---", "...", "\tx: y", "  x: y", "'", '"', "[[[[[[[[[[", "{{{{", "limits: no", "limits: [[a]]",
    "epochs: {a: b}", "epochs: [1, 2]", "x: |", "%YAML 1.2", "\x07", "religion: x", "name: 5", "title: [a]",
    "- y", "@", "`", "x: !t y", ": ", "control: stochastic", "end: 2009-01-01",
]  # fmt: skip


def spoil(files: Files, random: Random) -> Files:
    """One to three mutations, one after the other."""
    for _ in range(random.choice([1, 1, 2, 3])):
        files = random.choice(MUTATIONS)(files, random)
    return files


def _table(files: Files, random: Random) -> tuple[str, list[list[str]]]:
    """A table and its cells; one that cannot be read as CSV any more has none."""
    file = random.choice(sorted(name for name in files if name.endswith(".csv")) or ["locations.csv"])
    text = files.get(file, b"").decode("utf-8", errors="replace")
    try:
        return file, list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return file, []


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogateescape")


def change_bytes(files: Files, random: Random) -> Files:
    """Changes, takes out or puts in a few bytes."""
    if not files:
        return files
    file = random.choice(sorted(files))
    content = bytearray(files[file])
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(content) + 1)
        width = random.choice([0, 1, 1, 3])
        content[at : at + width] = random.randbytes(random.choice([0, 1, 1, 2]))
    return files | {file: bytes(content)}


def change_text(files: Files, random: Random) -> Files:
    """Puts something nasty anywhere."""
    if not files:
        return files
    file = random.choice(sorted(files))
    content = files[file]
    at = random.randrange(len(content) + 1)
    return files | {file: content[:at] + random.choice(NASTY).encode("utf-8", "surrogateescape") + content[at:]}


def save_otherwise(files: Files, random: Random) -> Files:
    """Saves a file as another program would."""
    if not files:
        return files
    file = random.choice(sorted(files))
    content = files[file]
    text = content.decode("utf-8", errors="replace")
    ways = [
        content.replace(b"\n", b"\r\n"),
        content.replace(b"\n", b"\r"),
        content.replace(b",", b";"),
        content.replace(b",", b"\t"),
        content.replace(b",", b"|"),
        b"\xef\xbb\xbf" + content,
        text.encode("utf-16"),
        text.encode("latin-1", errors="replace"),
        content.replace(b"\n", b"\n\n"),
        content.upper(),
        content[: random.randrange(len(content) + 1)],
        content * 2,
    ]
    return files | {file: random.choice(ways)}


def change_cells(files: Files, random: Random) -> Files:
    """Puts something nasty, or a value of another cell, into a few cells."""
    file, rows = _table(files, random)
    for _ in range(random.randint(1, 3)):
        row = random.choice(rows[1:] or [[]])
        if row:
            others = [cell for other in rows for cell in other]
            row[random.randrange(len(row))] = random.choice([random.choice(NASTY), random.choice(others)])
    return files | {file: _bytes(_joined(rows))}


def change_columns(files: Files, random: Random) -> Files:
    """Renames, drops, repeats, adds or shuffles columns."""
    file, rows = _table(files, random)
    if not rows or not rows[0]:
        return files
    index = random.randrange(len(rows[0]))
    how = random.choice(["rename", "drop", "repeat", "add", "shuffle", "swap names"])
    if how == "rename":
        rows[0][index] = random.choice([*COLUMNS, rows[0][index].upper(), rows[0][index][:-1], f"{rows[0][index]}x"])
    elif how == "drop":
        rows = [row[:index] + row[index + 1 :] for row in rows]
    elif how == "repeat":
        rows = [[*row, row[index] if index < len(row) else ""] for row in rows]
    elif how == "add":
        rows = [[*row, random.choice(NASTY if number else COLUMNS)] for number, row in enumerate(rows)]
    elif how == "shuffle":
        order = random.sample(range(len(rows[0])), len(rows[0]))
        rows = [[row[i] for i in order if i < len(row)] for row in rows]
    else:
        other = random.randrange(len(rows[0]))
        rows[0][index], rows[0][other] = rows[0][other], rows[0][index]
    return files | {file: _bytes(_joined(rows))}


def change_rows(files: Files, random: Random) -> Files:
    """Drops, repeats, lengthens, shortens, empties or shuffles rows, or adds tags."""
    file, rows = _table(files, random)
    if not rows:
        return files
    index = random.randrange(len(rows))
    how = random.choice(["drop", "repeat", "lengthen", "shorten", "empty", "shuffle", "tags", "all gone"])
    if how == "drop":
        del rows[index]
    elif how == "repeat":
        rows.insert(index, list(rows[index]))
    elif how == "lengthen":
        rows[index] = [*rows[index], random.choice(NASTY)]
    elif how == "shorten":
        rows[index] = rows[index][: random.randrange(len(rows[index]) + 1)]
    elif how == "empty":
        rows[index] = [""] * len(rows[index])
    elif how == "shuffle":
        random.shuffle(rows)
    elif how == "tags":
        rows.insert(1, [f"#{cell}" for cell in rows[0]])
    else:
        del rows[1:]
    return files | {file: _bytes(_joined(rows))}


def change_yaml(files: Files, random: Random) -> Files:
    """Drops, repeats, indents, swaps, replaces or adds lines of the header, or puts something nasty after a colon."""
    lines = files.get("scenario.yaml", b"").decode("utf-8", errors="replace").split("\n")
    index = random.randrange(len(lines))
    how = random.choice(["drop", "repeat", "indent", "dedent", "swap", "line", "value", "value", "key"])
    if how == "drop":
        del lines[index]
    elif how == "repeat":
        lines.insert(index, lines[index])
    elif how == "indent":
        lines[index] = "  " + lines[index]
    elif how == "dedent":
        lines[index] = lines[index].lstrip()
    elif how == "swap":
        other = random.randrange(len(lines))
        lines[index], lines[other] = lines[other], lines[index]
    elif how == "line":
        lines.insert(index, random.choice(YAML_LINES))
    else:
        index = random.choice([i for i, line in enumerate(lines) if ":" in line] or [index])
        key, colon, value = lines[index].partition(":")
        lines[index] = f"{key}: {random.choice(NASTY)}" if how == "value" else f"{key[:-1]}{colon}{value}"
    return files | {"scenario.yaml": _bytes("\n".join(lines))}


def change_files(files: Files, random: Random) -> Files:
    """Takes a file away, empties it, or puts another in its place."""
    if not files:
        return files
    file, other = random.choice(sorted(files)), random.choice(sorted(files))
    how = random.choice(["remove", "empty", "replace"])
    if how == "remove":
        return {name: content for name, content in files.items() if name != file}
    return files | {file: b"" if how == "empty" else files[other]}


def _joined(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


MUTATIONS: list[Mutation] = [
    change_bytes, change_text, save_otherwise, change_cells, change_cells, change_cells, change_columns, change_columns,
    change_rows, change_rows, change_yaml, change_yaml, change_yaml, change_files,
]  # fmt: skip
