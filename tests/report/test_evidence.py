"""Evidence: what is compared with what, and that the printed figures are drawn."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from matplotlib.lines import Line2D

from havenward.report.detail import detail
from havenward.report.digest import Digest
from havenward.report.drawing import Drawing
from havenward.report.evidence import Compared, Counted, counted, model_of, parted
from havenward.report.facts import Facts, facts
from havenward.report.fans import evidence_panel
from havenward.report.panel import Panel
from tests.report.conftest import TODAY
from tests.report.example_outcome import Example


@pytest.fixture
def known(toy: Example) -> Facts:
    return facts(toy.found, toy.given, toy.run)


def found(toy: Example, sums: Digest, **changes: object):
    given = toy.given.model_copy(update=changes)
    return counted(given, sums, detail(given, "public", TODAY))


def test_every_printed_figure_is_compared(toy: Example, toy_sums: Digest):
    figures = [figure for count in found(toy, toy_sums) for figure in count.figures]
    assert len(figures) == len(toy.given.evidence)
    assert all(figure.model is not None for figure in figures)


def drawn(count: Counted, sums: Digest, known: Facts) -> tuple[Panel, Line2D]:
    """The panel of a series, and its rings."""
    sheet = Drawing(3.0, "Series", "Of the example", known)
    panel = evidence_panel(sheet, (100, 50, 400, 250), count, sums)
    (rings,) = [shape for shape in sheet.shapes if isinstance(shape, Line2D) and shape.get_marker() == "o"]
    return panel, rings


def test_rings_stand_at_the_printed_values(toy: Example, toy_sums: Digest, known: Facts):
    for count in found(toy, toy_sums):
        panel, rings = drawn(count, toy_sums, known)
        assert list(rings.get_ydata()) == [figure.row.value for figure in count.figures]
        days = [np.datetime64(figure.row.date).astype(int) for figure in count.figures]
        assert list(rings.get_xdata()) == days
        pixels = panel.scale.transform(rings.get_xydata())
        assert (pixels >= [panel.left, panel.top]).all()
        assert (pixels <= [panel.right, panel.bottom]).all()
        assert panel.scale.transform((panel.first, 0)).tolist() == pytest.approx([panel.left, panel.bottom])


def test_a_flow_is_summed_over_its_days_and_drawn_at_its_mean(toy: Example, toy_sums: Digest, known: Facts):
    row = toy.given.evidence[-1]
    flow = row.model_copy(
        update={"measure": "flow", "from_date": row.date - dt.timedelta(days=6), "value": 700.0, "low": None}
    )
    (count,) = found(toy, toy_sums, evidence=(flow,))
    figure = count.figures[0]
    assert figure.days == 7
    end = (row.date - toy_sums.dates[0].item()).days
    expected = np.median(toy_sums.observed[row.series][:, end - 6 : end + 1].sum(axis=1))
    assert figure.model is not None
    assert figure.model.middle == pytest.approx(expected)
    _, rings = drawn(count, toy_sums, known)
    assert list(rings.get_ydata()) == [100]


def test_figures_after_a_counter_ended_are_left_out(toy: Example, toy_sums: Digest):
    last = max(row.date for row in toy.given.evidence)
    observers = tuple(row.model_copy(update={"end": last - dt.timedelta(days=1)}) for row in toy.given.observers)
    dates = {figure.row.date for count in found(toy, toy_sums, observers=observers) for figure in count.figures}
    assert dates
    assert max(dates) < last


def test_figures_outside_the_run_are_left_out(toy: Example, toy_sums: Digest):
    row = toy.given.evidence[0].model_copy(update={"date": dt.date(2029, 1, 1)})
    assert found(toy, toy_sums, evidence=(row,)) == []


def test_a_small_home_is_never_told_of(toy: Example, toy_sums: Digest):
    home = next(place for place in toy.given.locations if place.kind == "home")
    row = toy.given.evidence[0].model_copy(update={"site": home.name, "quantity": "at_home"})

    def told_at(population: float) -> int:
        places = tuple(
            place.model_copy(update={"population": population}) if place is home else place for place in toy.given.locations
        )
        return len(found(toy, toy_sums, evidence=(row,), locations=places))

    assert told_at(5_000) == 1
    assert told_at(4_999) == 0


def test_a_figure_meets_the_interval_with_its_printed_range(toy: Example, toy_sums: Digest):
    (count, *_) = found(toy, toy_sums)
    figure = count.figures[0]
    assert figure.model is not None
    far = figure.row.model_copy(update={"value": figure.model.high * 3, "low": None, "high": None})
    wide = far.model_copy(update={"low": figure.model.low, "high": figure.model.high * 9})
    assert Compared(far, figure.model).inside is False
    assert Compared(wide, figure.model).inside is True
    assert Compared(far, None).inside is None


def test_nothing_is_said_where_the_counter_began_before_the_run(toy: Example, toy_sums: Digest):
    observed = np.full((6, 90), np.nan)
    assert model_of(observed, Compared(toy.given.evidence[0], None), toy_sums) is None


def test_parts_have_every_long_series_once(toy: Example, toy_sums: Digest):
    counts = found(toy, toy_sums)
    moving, standing, rest = parted(counts, 1)
    assert [count.series for count in moving] == ["authority arrivals"]
    assert [count.series for count in standing] == ["counter displaced"]
    assert rest == []


def test_the_page_says_how_many_meet(toy_report: Path):
    text = toy_report.read_text(encoding="utf-8")
    assert "of 18 printed figures, with their printed ranges, meet the model" in text
    assert "counter displaced" in text
