"""From the bytes of a file to text that can be read as CSV or YAML."""

from __future__ import annotations

import re
import unicodedata

from havenward.scenario.problems import Problems

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_WIDE_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " "))


def decode(file: str, content: bytes, problems: Problems) -> str | None:
    """The text of `content`, without a byte order mark; None (and an error) where it is not UTF-8 text.

    Marks that nobody can see (directions, zero widths) are taken out with a warning: two names that look the
    same would differ by them.
    """
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        problems.error(file, 1, "", "", "the file is a workbook or an archive", "Save it as 'CSV UTF-8'")
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.error(file, 1, "", "", "the file is UTF-16 text, not UTF-8", "Save it as 'CSV UTF-8'")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = content.count(b"\n", 0, fault.start) + 1
        value = content[fault.start : fault.start + 4].hex(" ")
        wrong = "these bytes (in base 16) are not UTF-8 text"
        problems.error(file, row, "", value, wrong, "Save the file as 'CSV UTF-8' or plain UTF-8")
        return None
    control = _CONTROLS.search(text)
    if control:
        row = text.count("\n", 0, control.start()) + 1
        name = "a NUL byte" if control[0] == "\0" else f"the control character U+{ord(control[0]):04X}"
        problems.error(file, row, "", "", f"the line holds {name}", "Delete it, or save the file again as UTF-8")
        return None
    if text.isascii():
        return text
    hidden = _INVISIBLE.search(text)
    if hidden:
        row = text.count("\n", 0, hidden.start()) + 1
        wrong = f"an invisible character (U+{ord(hidden[0]):04X}) stands in the text and was left out"
        problems.warning(file, row, "", "", wrong, "Delete it and any like it")
        text = _INVISIBLE.sub("", text)
    return composed(text)


def composed(text: str) -> str:
    """`text` with plain spaces and composed letters."""
    return unicodedata.normalize("NFC", text.translate(_WIDE_SPACES))


def hides(text: str) -> bool:
    """Whether `text` holds a control character or a mark that nobody can see."""
    return bool(_CONTROLS.search(text) or _INVISIBLE.search(text))
