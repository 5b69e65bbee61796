"""Every behaviour A1 to A18, every defect B1 to B31 and every quirk of FLEE.md, and what covers it.

A cover is a test (file::name; file::CASES[name] is a message) or, where there is nothing to test, the reason. What covers a
defect shows that it is done right, or that the folder is refused or warned of. test_defects.py holds that none is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

MESSAGES = "tests/scenario_flee/test_messages.py"
SETTINGS = "tests/scenario_flee/test_settings.py"
READ = "tests/scenario_flee/test_read.py"
SERIES = "tests/scenario_flee/test_series.py"

BEHAVIOURS = {
    "A1": ["test_registers.py::test_day_0_counts_everybody_twice"],
    "A2": ["test_crowding.py::test_people_of_day_0_are_taken_off_the_capacity"],
    "A3": [
        "test_travel.py::test_a_second_link_has_a_whole_day_again",
        "test_travel.py::test_who_has_come_a_days_way_goes_no_farther",
    ],
    "A4": ["test_travel.py::test_a_link_ends_for_those_who_came_farther_than_its_length"],
    "A5": [
        "test_crowding.py::test_a_crowd_released_on_one_day_overshoots",
        "test_crowding.py::test_a_trickle_overshoots_when_one_person_leaves",
    ],
    "A6": [
        "test_zones.py::test_intensity_is_read_when_a_conflict_begins",
        "test_zones.py::test_a_camp_that_was_a_zone_is_half_a_town",
    ],
    "A7": [
        "test_paths.py::test_every_simple_path_is_an_option",
        "test_paths.py::test_war_on_the_way_costs_nothing",
        "test_crowding.py::test_people_pass_through_a_full_camp",
        "test_crowding.py::test_a_path_is_given_up_where_its_camp_has_filled_up_meanwhile",
    ],
    "A8": [
        "test_origins.py::test_weights_are_a_day_late",
        "test_origins.py::test_a_change_of_kind_alone_is_seen_the_day_after",
    ],
    "A9": ["It concerns the date column of the table that is written, which the export tests hold."],
    "A10": ["test_registers.py::test_falls_are_held_against_later_arrivals"],
    "A11": ["test_crowding.py::test_whoever_comes_later_sees_who_came_before"],
    "A12": [
        "test_fixed_routes.py::test_the_score_counts_twice",
        "test_fixed_routes.py::test_later_places_are_seen_as_they_were_yesterday",
        "test_fixed_routes.py::test_crowds_thin_out_nothing_and_still_turn_people_away",
        "test_fixed_routes.py::test_nothing_is_pruned",
        "test_fixed_routes.py::test_a_marker_takes_a_stop",
    ],
    "A13": [
        "test_closures.py::test_reopening_is_not_counted",
        "test_closures.py::test_they_go_back_even_if_it_opens_meanwhile",
    ],
    "A14": [
        "Connections are neither kept nor drawn: nothing in the rules asks for them, and they stand in logs of persons only."
    ],
    "A15": [
        "test_registers.py::test_values_are_cut_before_they_are_subtracted",
        "test_registers.py::test_hasten_divides_before_the_cut",
        "test_origins.py::test_hasten_floors_the_people_of_a_place",
        "test_crowding.py::test_hasten_divides_capacities_and_cuts",
    ],
    "A16": [
        "test_crowding.py::test_hasten_divides_capacities_and_cuts",
        "test_crowding.py::test_capacities_grow_from_the_first_day_on",
        "test_origins.py::test_a_constant_number_sets_out_of_each_zone",
        "test_floods.py::test_a_number_sets_out_by_level_with_floods",
    ],
    "A17": [
        "test_zones.py::test_a_conflict_of_the_places_table_is_a_day_older",
        "test_origins.py::test_the_last_multiplier_holds_for_ever_and_places_told_of_once_are_a_day_older",
    ],
    "A18": ["test_crowding.py::test_what_is_inside_and_what_is_left_on_day_0"],
}

DEFECTS = {
    "B1": ["test_law.py::test_a_member_is_the_same_in_any_company", "There is no engine by message passing."],
    "B2": ["test_law.py::test_a_member_is_the_same_in_any_company", "There is no engine by message passing."],
    "B3": [
        f"{MESSAGES}::CASES[never at war]",
        "test_zones.py::test_a_later_conflict_date_is_a_town_until_the_table_says_otherwise",
    ],
    "B4": [f"{MESSAGES}::CASES[short conflicts]"],
    "B5": [
        f"{MESSAGES}::CASES[link]",
        "test_closures.py::test_what_closes",
        "test_closures.py::test_a_single_road_closes_as_it_is_meant",
    ],
    "B6": [f"{MESSAGES}::CASES[unknown place]", f"{MESSAGES}::CASES[no such road]"],
    "B7": [
        f"{SETTINGS}::test_both_spellings_of_sinks",
        "test_flee_cases.py::test_people_leave_the_count_of_a_camp_that_is_a_sink",
    ],
    "B8": ["test_defects.py::test_the_rule_of_two_systems_is_told_of"],
    "B9": [
        "test_fixed_routes.py::test_major_routes_are_followed_or_told_of",
        "test_fixed_routes.py::test_a_marker_takes_a_stop",
        f"{MESSAGES}::CASES[routes unused]",
    ],
    "B10": [f"{SETTINGS}::test_warnings", "test_flee_cases.py::test_every_level_of_awareness_runs"],
    "B11": [
        "test_paths.py::test_pruning_at_a_place_without_a_road",
        "test_paths.py::test_a_road_that_ends_at_a_marker_leads_nowhere",
        f"{MESSAGES}::CASES[no road]",
    ],
    "B12": [f"{SETTINGS}::test_errors", "test_flee_cases.py::test_what_rests_on_groupings_is_refused"],
    "B13": [
        "test_attraction.py::test_listed_agents_have_ages_that_are_numbers",
        "test_attraction.py::test_who_avoids_hazards",
    ],
    "B14": ["test_attraction.py::test_near_places_attract_more"],
    "B15": [
        f"{MESSAGES}::CASES[level of the last entry]",
        f"{MESSAGES}::CASES[level beyond]",
        "test_floods.py::test_a_forecast_scales_the_chance_to_leave",
        "test_floods.py::test_trust_goes_by_the_day_that_is_forecast",
        "test_floods.py::test_a_forecast_of_floods_makes_dry_places_worthless",
        "test_floods.py::test_the_flood_weighs_on_flood_zones_twice",
    ],
    "B16": ["test_defects.py::test_harvests_are_told_of"],
    "B17": [f"{MESSAGES}::CASES[place called as a region]", f"{MESSAGES}::CASES[hunger without a region]"],
    "B18": ["There is no log of agents: it would be a record of persons."],
    "B19": [f"{MESSAGES}::CASES[correction when]", f"{SERIES}::test_corrections_that_cannot_be_carried_out"],
    "B20": [f"{MESSAGES}::CASES[lost counts]", f"{SERIES}::test_files_are_summed_as_flee_does"],
    "B21": [
        f"{MESSAGES}::CASES[no speed]",
        f"{MESSAGES}::CASES[redirected]",
        "test_defects.py::test_a_road_with_forced_redirection_is_there_twice",
    ],
    "B22": [
        f"{MESSAGES}::CASES[short row]",
        f"{MESSAGES}::CASES[no date]",
        f"{SETTINGS}::test_warnings",
        "test_defects.py::test_towns_stay_towns_whatever_their_chance",
        "test_defects.py::test_zones_that_nobody_leaves_are_told_of",
    ],
    "B23": [
        f"{MESSAGES}::CASES[nobody to leave]",
        "test_origins.py::test_a_day_without_an_origin_is_refused",
        "test_origins.py::test_a_population_that_runs_out_stops_the_run",
        "test_registers.py::test_two_folders_in_one_process_share_no_debt",
    ],
    "B24": ["Calls of Flee's own programming interface, which we do not offer; a folder cannot reach them."],
    "B25": ["Calls of Flee's own programming interface, which we do not offer; a folder cannot reach them."],
    "B26": [f"{MESSAGES}::CASES[coupling]", "Coupled runs and the micro model are not carried out."],
    "B27": [
        f"{SETTINGS}::test_warnings",
        f"{SETTINGS}::test_errors",
        f"{SETTINGS}::test_words_that_mean_no",
        "test_defects.py::test_an_intensity_of_a_half_stays_a_half",
    ],
    "B28": [
        "Flee's run scripts are not used; our commands check their arguments, and no reader prints.",
        "test_origins.py::test_listed_agents_are_there_from_the_start",
    ],
    "B29": [
        "Flee's and FabFlee's scripts that work on results are not used; our scores have tests of their own in tests/fit."
    ],
    "B30": ["FabFlee's tasks are not used; what `add_camp` writes is refused.", f"{MESSAGES}::CASES[short row]"],
    "B31": ["A benchmark of Flee's own, which is not used."],
}

QUIRKS = {
    "2.1 conflicts.csv must be there": [f"{MESSAGES}::CASES[no conflicts]"],
    "2.1 byte order marks": [f"{READ}::test_byte_order_marks_line_ends_and_blank_lines_change_nothing"],
    "2.1 a row whose first cell is empty": [f"{MESSAGES}::CASES[no name]"],
    "2.2 a header without #": [f"{MESSAGES}::CASES[bare header]"],
    "2.2 names that stand twice": [f"{MESSAGES}::CASES[same name]"],
    "2.2 home is the country of the first row": ["test_attraction.py::test_the_country_of_the_first_row_is_home"],
    "2.2 empty degrees": [f"{MESSAGES}::CASES[no degrees]"],
    "2.2 types by parts of words": [f"{READ}::test_kinds_are_found_in_the_order_of_the_specification"],
    "2.2 unknown type": [f"{MESSAGES}::CASES[no kind]"],
    "2.2 a capacity of 0": [f"{MESSAGES}::CASES[no room]"],
    "2.2 further people in camps only": [f"{MESSAGES}::CASES[placed elsewhere]"],
    "2.2 a capacity that grows": ["test_crowding.py::test_capacities_grow_from_the_first_day_on"],
    "2.2 columns without a name": [f"{MESSAGES}::CASES[cells beyond]"],
    "2.3 redirection": [
        f"{MESSAGES}::CASES[redirected]",
        "test_defects.py::test_a_road_with_forced_redirection_is_there_twice",
    ],
    "2.3 parallel roads": ["test_paths.py::test_parallel_roads_are_weighed_apart_and_the_first_is_travelled"],
    "2.3 a speed in every row": [f"{MESSAGES}::CASES[no speed]"],
    "2.3 comments among major routes": [f"{MESSAGES}::CASES[remark]"],
    "2.4 names that are not there": [f"{MESSAGES}::CASES[unknown place]", f"{MESSAGES}::CASES[unknown country]"],
    "2.4 links": [f"{MESSAGES}::CASES[link]"],
    "2.4 second names": [f"{MESSAGES}::CASES[second place]"],
    "2.4 a negative start": [f"{MESSAGES}::CASES[too early]"],
    "2.4 unknown types": [f"{MESSAGES}::CASES[unknown kind]"],
    "2.4 closures are not counted": ["test_closures.py::test_reopening_is_not_counted"],
    "2.4 camps that open late": ["test_zones.py::test_a_camp_may_open_late"],
    "2.5 the number of the day is not read": [f"{MESSAGES}::CASES[day left out]"],
    "2.5 unknown columns": [f"{MESSAGES}::CASES[unknown column]"],
    "2.5 cells beyond the header": [f"{MESSAGES}::CASES[one cell more]"],
    "2.6 read from where Flee was started": [f"{MESSAGES}::CASES[changes elsewhere]"],
    "2.6 changes to and from a bend of the road": [
        "test_zones.py::test_a_marker_that_becomes_a_town_is_a_stop",
        "test_zones.py::test_a_town_that_becomes_a_marker_is_no_stop",
    ],
    "2.7 corrections": [f"{MESSAGES}::CASES[correction of nobody]", f"{MESSAGES}::CASES[early correction]"],
    "2.9 the first row is the total": [f"{MESSAGES}::CASES[not the total]", f"{MESSAGES}::CASES[total by name]"],
    "2.9 a camp without a series": [f"{MESSAGES}::CASES[camp without series]"],
    "2.9 a series without a camp": ["test_registers.py::test_a_series_without_a_camp_counts"],
    "2.9 dates before the start and out of order": [
        "test_registers.py::test_before_and_after_its_dates_a_series_is_flat",
        f"{MESSAGES}::CASES[out of order]",
    ],
    "2.10 attributes cut at the second underscore": [f"{MESSAGES}::CASES[cut attribute]"],
    "2.11 agents of unknown places": ["test_flee_cases.py::test_listed_agents_of_unknown_places_are_left_out"],
    "2.11 agents leave the population": ["test_origins.py::test_listed_agents_leave_the_population"],
    "2.12 levels below the last entry": [f"{MESSAGES}::CASES[level of the last entry]"],
    "2.13 days of the food table": [f"{MESSAGES}::CASES[days missing]"],
    "2.14 coupling and weather": [f"{MESSAGES}::CASES[coupling]"],
    "2.15 keys that are not known": [f"{SETTINGS}::test_warnings"],
    "2.15 both spellings": [f"{SETTINGS}::test_both_spellings_of_flood_spawning"],
    "2.15 the rules of Flee 1": [
        f"{SETTINGS}::test_the_rules_of_flee_1",
        "test_travel.py::test_the_rules_of_flee_1_in_force",
    ],
    "4.3 peace adds nobody by itself": ["test_origins.py::test_peace_adds_nobody_by_itself"],
    "4.3 the default weight of conflict": ["test_attraction.py::test_defaults_are_those_of_the_code"],
    "4.3 short stints": ["test_travel.py::test_stints_are_measured_in_days_at_the_general_speed"],
}


def missing(covers: Iterable[str]) -> list[str]:
    """Return those of `covers` that are not there.

    Each is a test, as file::name with the file beside this one or with its whole path, a message, as file::CASES[name], or a
    reason, which is a sentence.
    """
    here = Path(__file__).parent
    gone = []
    for cover in covers:
        file, _, name = cover.partition("::")
        if not name or " " in file:
            continue
        path = here / file if "/" not in file else here.parents[1] / file
        tree = ast.parse(path.read_text()).body
        known = {node.name for node in tree if isinstance(node, ast.FunctionDef)}
        if name.startswith("CASES["):
            table = next(node.value for node in tree if isinstance(node, ast.AnnAssign) and node.target.id == "CASES")
            known = {f"CASES[{key.value}]" for key in table.keys}
        if name not in known:
            gone.append(cover)
    return gone
