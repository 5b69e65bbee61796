"""The page of a Flee run in a real browser, as a reader sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import opened

WIDTHS = (1366, 390)
"""CSS pixels of a laptop and of a phone."""

PICTURES = "Array.from(document.images, i => [i.alt, i.complete && i.naturalWidth > 0, i.getBoundingClientRect().right])"


@pytest.mark.parametrize("width", WIDTHS)
def test_it_opens_quietly_and_fits_the_window(page: Path, tmp_path: Path, width: int):
    with opened(page, tmp_path, width) as tab:
        assert tab.value("innerWidth") == width
        assert tab.value("document.documentElement.scrollWidth") <= width
        pictures = tab.value(PICTURES)
        assert tab.complaints == []
        assert tab.requests == [page.as_uri()]
    assert [whole for _, whole, _ in pictures] == [True] * 3
    assert all(right <= width for _, _, right in pictures)


def test_camps_stand_beside_their_registers_and_the_level_is_told(page: Path, tmp_path: Path):
    with opened(page, tmp_path) as tab:
        (camps,) = tab.value("Array.from(document.querySelectorAll('#camps ~ figure img'), image => image.alt)")
        about = dict(tab.value("Array.from(document.querySelectorAll('dl > div'), d => d.innerText.split(/\\n+/, 2))"))
        banner = tab.value("document.querySelector('.banner').getBoundingClientRect().bottom")
    assert "beside their registers" in camps
    assert about["Level"].startswith("exact: Flee's rules")
    assert 0 < banner < 768


def test_a_page_with_faults_is_seen_to_have_them(tmp_path: Path):
    """What the other tests look for can be found."""
    faulty = tmp_path / "faulty.html"
    faulty.write_text(
        "<meta name=viewport content='width=device-width'><div style='width:900px'>wide</div><img alt='' src='missing.png'>"
        "<script>console.error('no')</script>",
        encoding="utf-8",
    )
    with opened(faulty, tmp_path / "profile", 390) as tab:
        assert tab.value("document.documentElement.scrollWidth") > 390
        assert tab.requests == [faulty.as_uri(), (tmp_path / "missing.png").as_uri()]
        assert len(tab.complaints) == 2
        assert [whole for _, whole, _ in tab.value(PICTURES)] == [False]
