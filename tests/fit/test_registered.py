"""What a Flee folder's registers say."""

from dataclasses import replace

import numpy as np
import pytest

from havenward.fit.registered import registered, scored_camps
from havenward.scenario.flee.series import SourceData
from tests.fit.helpers import hastened
from tests.scenario_flee.helpers import flooded, read, replaced, small

CONFLICTS = b"#Day,Alpha,Beta\n" + b"".join(b"%d,1,1\n" % day for day in range(25))


def long():
    """The small folder over 25 days, so that its figures of day 20 lie within the run."""
    files = replaced(small(), "input_csv/sim_period.csv", "Length,6", "Length,25")
    files = replaced(files, "input_csv/region_attributes_IPC.csv", "\n10,20,", "\n24,20,")
    return files | {"input_csv/conflicts.csv": CONFLICTS}


def rows(reports):
    return list(zip(reports.camp.tolist(), reports.day.tolist(), reports.value.tolist(), strict=True))


def test_camps_at_the_start_that_have_a_series_in_the_order_of_locations():
    """Gamma becomes a camp on day 3, which comes too late; the order of data_layout.csv does not matter."""
    layout = "total,refugees.csv\nEpsilon,epsilon.csv\nGamma,epsilon.csv\nDelta,delta-1.csv,delta-2.csv\n"
    assert scored_camps(read(small() | {"source_data/data_layout.csv": layout.encode()})) == ("Delta", "Epsilon")


def test_the_total_is_no_camp():
    files = small() | {"source_data/data_layout.csv": b"Delta,refugees.csv\nEpsilon,epsilon.csv\n"}
    files["input_csv/registration_corrections.csv"] = b""
    assert scored_camps(read(files)) == ("Epsilon",)


def test_floods_make_every_location_count():
    found = registered(read(flooded()))
    assert found.camps == ("Left", "Right")
    np.testing.assert_array_equal(found.daily, [[100, 100]] * 3)


def test_without_a_camp_there_is_nothing_to_score():
    whole = read(small())
    with pytest.raises(ValueError, match="nothing to score"):
        registered(replace(whole, source=SourceData(whole.source.series[:1])))


def test_reports_are_the_printed_figures_over_hasten():
    """Epsilon prints 5 and 25. Delta is 10 + 1 and 40 + 4: days 5 and 10 stand in one of its two files only."""
    assert rows(registered(read(long()), corrected=False).reports) == [(0, 0, 5.5), (0, 20, 22), (1, 0, 2.5), (1, 20, 12.5)]


def test_figures_before_and_after_the_run_are_no_reports():
    files = long() | {"source_data/epsilon.csv": b"2019-12-01,2\n2020-01-01,5\n2020-01-25,7\n2020-01-26,9\n"}
    assert rows(registered(hastened(read(files), 1)).reports)[2:] == [(1, 0, 5), (1, 24, 7)]


def test_a_correction_scales_what_was_printed_before_it():
    """Day 20 counts Delta anew: 64 where 42 stood in the entry before, so 11 becomes 11 * 64 / 42."""
    files = replaced(long(), "source_data/delta-2.csv", "2020-01-21,4", "2020-01-21,24")
    found = registered(hastened(read(files), 1))
    assert found.corrected
    assert rows(found.reports)[:2] == [(0, 0, pytest.approx(11 * 64 / 42)), (0, 20, 64)]
    as_printed = registered(hastened(read(files), 1), corrected=False)
    assert not as_printed.corrected
    assert rows(as_printed.reports)[:2] == [(0, 0, 11), (0, 20, 64)]
    assert found.daily[0, 0] == as_printed.daily[0, 0] == 16


def test_data_of_each_day_are_those_that_flee_counts():
    """Epsilon from 5 on day 0 to 25 on day 20, half of it and whole; then it stays."""
    found = registered(read(long()))
    assert found.daily.shape == (25, 2)
    assert found.daily[[0, 1, 3, 20, 24], 1].tolist() == [2, 3, 4, 12, 12]


def test_an_entry_that_goes_back_in_time_is_left_out():
    """2020-01-06 stands for 2021, say: Flee takes the entry of day 10 for every day up to it."""
    files = long() | {
        "source_data/epsilon.csv": b"2020-01-01,5\n2020-01-11,10\n2020-01-06,99\n2020-01-11,11\n2020-01-21,25\n"
    }
    found = registered(hastened(read(files), 1))
    epsilon = rows(found.reports)[2:]
    assert epsilon == [(1, 0, 5), (1, 10, 10), (1, 20, 25)]
    assert [found.daily[day, 1] for _, day, _ in epsilon] == [5, 10, 25]


def test_camps_emptied_on_day_0_are_scored_on_what_came_since():
    files = replaced(
        long(), "simsetting.yml", "  sum_from_camps: True", "  sum_from_camps: True\n  empty_camps_on_day0: True"
    )
    found = registered(read(files))
    assert found.daily[0].tolist() == [0, 0]
    assert found.daily[20, 1] == 10
    assert rows(found.reports)[2:] == [(1, 0, 0.5), (1, 20, 10.5)]
