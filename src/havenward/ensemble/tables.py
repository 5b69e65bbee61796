"""Tables as files: CSV, and a workbook that says what its columns mean."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pandas as pd


def csv_of(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV."""
    return frame.to_csv(index=False, lineterminator="\n").encode()


def workbook(frame: pd.DataFrame, name: str, read_me: Mapping[str, str], about: Mapping[str, str], frozen: int) -> bytes:
    """Return a table as a workbook: a read-me sheet, then the rows. What is said of it stands in its properties too.

    Args:
        frame: the table.
        name: of its sheet.
        read_me: what the first sheet says, line by line.
        about: its title, tier and banner.
        frozen: columns that stay in sight.
    """
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}) as book:
        pd.DataFrame(read_me.items(), columns=["what", "meaning"]).to_excel(book, sheet_name="read me", index=False)
        frame.to_excel(book, sheet_name=name, index=False, freeze_panes=(1, frozen))
        words = {"title": about["title"], "keywords": f"tier: {about['tier']}", "comments": about["banner"]}
        book.book.set_properties(words)
    return file.getvalue()
