"""`simsetting.yml` as typed values: one field per key, with Flee's defaults.

The alias of a field, where it has one, is the key that Flee reads; else the key is the name of the field.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from havenward.scenario.schema import Share, Strict

Positive = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]
Level = Annotated[int, Field(ge=0, le=3)]
Month = Annotated[int, Field(ge=1, le=12)]

RATIOS = (0.0, 0.1, 0.2, 0.5, 0.9)
PERSONS = (0.0, 100.0, 200.0, 300.0, 500.0)


class Rules(Strict):
    """A block of keys."""

    model_config = ConfigDict(populate_by_name=True)


class LogLevels(Rules):
    """`log_levels`: what Flee writes beside its table; read and kept, and without effect here."""

    agent: Level = Field(0, description="1 or more: a row per agent and day, 2 and 3: rows per link too")
    link: Level = Field(0, description="1 or more: use of links, 2: by attribute too")
    camp: Level = Field(0, description="1 or more: arrivals and travel times in memory")
    init: Level = Field(0, description="1 or more: places and conflict zones at the start")
    conflict: Level = Field(0, description="1 or more: decay of conflicts")
    idp_totals: Level = Field(0, description="1 or more: a last column with internally displaced persons")
    granularity: Literal["location", "region"] = Field("location", description="names in the log of links")


class ConflictSpawning(Rules):
    """`conflict_driven_spawning`: people set out because of conflict, not as registered."""

    spawn_mode: Literal["constant", "pop_ratio", "poisson"] = Field(
        "constant", description="the same number each day, a share of the population, or a Poisson draw"
    )
    displaced_per_conflict_day: Weight = Field(
        default_factory=lambda data: 0.01 if data.get("spawn_mode") == "pop_ratio" else 500.0,
        description="persons (or the share) of a conflict zone who set out on a day of intensity 1",
    )


class FloodSpawning(Rules):
    """`flood_driven_spawn_mode`: people set out because of floods."""

    spawn_mode: Literal["constant", "pop_ratio", "poisson"] = Field(
        "pop_ratio", description="the same number each day, a share of the population, or a Poisson draw"
    )
    displaced_per_flood_day: tuple[Weight, ...] = Field(
        default_factory=lambda data: RATIOS if data.get("spawn_mode", "pop_ratio") == "pop_ratio" else PERSONS,
        min_length=2,
        description="persons (or the share) who set out on a day, by flood level from 0; straight lines between",
    )


class SpawnRules(Rules):
    """`spawn_rules`: who sets out, when and where."""

    take_from_population: bool = Field(False, description="those who set out leave the population of their place")
    insert_day0: bool = Field(True, description="camps begin with the registered numbers of day 0")
    empty_camps_on_day0: bool = Field(False, description="camps begin empty and the figures of day 0 are deducted")
    conflict_zone_spawning_only: bool = Field(True, description="nobody sets out where there is no conflict")
    flood_zone_spawning_only: bool = Field(False, description="people set out where there are floods")
    camps_are_sinks: bool = Field(
        False, alias="camps_are_sicks", description="arrivals leave the count with the camp's deactivation_probability"
    )
    read_from_agents_csv_file: bool = Field(False, description="agents.csv is read")
    sum_from_camps: bool = Field(True, description="the sum of camps drives departures, not the total")
    starvation_driven_spawning: bool = Field(False, description="population times food deprivation adds to departures")
    average_social_connectivity: Weight = Field(3.0, description="Poisson mean of an agent's connections")
    conflict_spawn_decay: tuple[Weight, ...] | None = Field(
        None, min_length=1, description="multipliers of a conflict by its age"
    )
    conflict_spawn_decay_interval: int = Field(30, ge=1, description="days that each multiplier holds")
    conflict_driven_spawning: ConflictSpawning | None = Field(
        None, description="where the block is there, people set out because of conflict"
    )
    flood_driven_spawning: FloodSpawning | None = Field(
        None,
        alias="flood_driven_spawn_mode",
        description="where the block is there, people set out because of floods",
    )


class FloodRules(Rules):
    """`flood_rules`: what floods do to movement; the lists go by flood level from 0."""

    max_flood_level: int = Field(-1, description="without effect")
    flood_movechances: tuple[Share, ...] | None = Field(None, min_length=2, description="daily chance to leave")
    flood_loc_weights: tuple[Weight, ...] | None = Field(None, min_length=2, description="attractiveness of a place")
    flood_link_weights: tuple[Weight, ...] | None = Field(None, description="without effect")
    flood_forecaster: bool = Field(False, description="people act on forecasts")
    flood_forecaster_timescale: int = Field(0, ge=0, description="days ahead; only 2 or more act")
    flood_forecaster_weights: tuple[Weight, ...] | None = Field(
        None, description="trust in a forecast, by day; absent: 1 every day"
    )
    flood_forecaster_end_time: int = Field(0, ge=0, description="last day that is forecast")
    flood_awareness_weights: tuple[Weight, ...] | None = Field(
        None, description="by group of the attribute floodawareness, from 0"
    )


class MoveRules(Rules):
    """`move_rules`: whether people move on, whereto, and how fast."""

    max_move_speed: Positive = Field(360.0, description="km a day")
    max_walk_speed: Positive = Field(35.0, description="km a day on foot")
    max_crossing_speed: Positive = Field(20.0, description="km a day across water; without effect")
    foreign_weight: Weight = Field(1.0, description="attractiveness of places abroad")
    camp_weight: Weight = Field(1.0, description="attractiveness of camps")
    conflict_weight: Weight = Field(1 / 3.16227766017, description="attractiveness of a conflict zone of intensity 1")
    conflict_movechance: Share = Field(1.0, description="daily chance to leave a conflict zone")
    camp_movechance: Share = Field(0.001, description="daily chance to leave a camp")
    idpcamp_movechance: Share = Field(0.1, description="daily chance to leave a camp of the internally displaced")
    default_movechance: Share = Field(0.3, description="daily chance to leave a town")
    awareness_level: int = Field(1, ge=-1, le=20, description="stops ahead that people know")
    capacity_buffer: Share = Field(0.9, description="share of a capacity from which a camp grows less attractive")
    capacity_scaling: Positive = Field(1.0, description="multiplies capacities")
    avoid_short_stints: bool = Field(False, description="who has travelled little goes on through towns the same day")
    start_on_foot: bool = Field(False, description="the first road is walked")
    use_v1_rules: bool = Field(False, description="sets five keys as Flee 1 had them; see `applied`")
    softening: Weight = Field(10.0, description="km added to the length of every path")
    weight_softening: Weight = Field(0.0, description="added to the attractiveness of every place")
    weight_power: float = Field(1.0, description="exponent of the weight of a path")
    distance_power: float = Field(1.0, description="exponent of the length of a path")
    stay_close_to_home: bool = Field(False, description="far places are less attractive")
    home_distance_power: float = Field(0.5, description="exponent of that distance")
    use_pop_for_loc_weight: bool = Field(False, description="places with many people are more attractive")
    pop_power_for_loc_weight: float = Field(0.1, description="exponent of that population")
    movechance_pop_base: Positive = Field(10000.0, description="population at which the chance to leave is as given")
    movechance_pop_scale_factor: float = Field(0.0, description="exponent of population over that base")
    pruning_threshold: Weight = Field(1.0, description="paths weaker than the best by more than this factor are dropped")
    women_avoid_hazards: bool = Field(False, alias="WomenAvoidHazards", description="women avoid hazards more")
    children_avoid_hazards: bool = Field(False, alias="ChildrenAvoidHazards", description="those under 19 do")
    elderly_avoid_hazards: bool = Field(False, alias="ElderlyAvoidHazards", description="those above 59 do")
    boys_take_risk: bool = Field(False, alias="BoysTakeRisk", description="boys above 14 do not")
    fixed_routes: bool = Field(False, description="one best path to each destination, the same for all")
    two_system_decision_making: bool = Field(False, description="fast and slow decisions; never active in Flee")
    use_economic_pull: bool = Field(False, description="trade_volume and hdi attract")
    harvest_months: tuple[Month, ...] = Field((), description="months (1 to 12) spent at home")
    flee_when_starving: bool = Field(False, description="food deprivation raises the chance to leave")
    avoid_food_deprived_locations: bool = Field(False, description="food deprivation lowers attractiveness")
    flood_rules: FloodRules | None = Field(None, description="where the block is there, floods act on movement")

    def applied(self) -> MoveRules:
        """The rules in force: with `use_v1_rules`, five of them are those of Flee 1."""
        if not self.use_v1_rules:
            return self
        return self.model_copy(
            update={
                "max_move_speed": 200.0,
                "start_on_foot": False,
                "avoid_short_stints": False,
                "camp_weight": 2.0,
                "conflict_weight": 0.25,
            }
        )


class Optimisations(Rules):
    """`optimisations`: how many persons an agent stands for."""

    hasten: int = Field(1, ge=1, le=1_000_000, description="persons per agent: populations and registered numbers / this")


class FleeSettings(Rules):
    """Everything in `simsetting.yml`."""

    number_of_steps: int = Field(-1, ge=-1, description="without effect")
    conflict_input_file: str = Field("", description="without effect: input_csv/conflicts.csv is read")
    flood_level_input_file: str = Field("", description="without effect: input_csv/flood_level.csv is read")
    default_conflict_intensity: Share = Field(1.0, description="intensity of a place that a location change sets at war")
    log_levels: LogLevels = Field(default_factory=LogLevels)
    spawn_rules: SpawnRules = Field(default_factory=SpawnRules)
    move_rules: MoveRules = Field(default_factory=MoveRules)
    optimisations: Optimisations = Field(default_factory=Optimisations)

    @property
    def flood_mode(self) -> bool:
        """Whether floods drive departures; Flee then reads no conflicts."""
        return self.spawn_rules.flood_zone_spawning_only and self.spawn_rules.flood_driven_spawning is not None


NO_EFFECT = {
    ("number_of_steps",): "Flee's programs do not use it: the length stands in sim_period.csv",
    ("conflict_input_file",): "Flee's programs always read conflicts.csv of the input folder",
    ("flood_level_input_file",): "Flee's programs always read flood_level.csv of the input folder",
    ("move_rules", "max_crossing_speed"): "no road is a crossing",
    ("move_rules", "two_system_decision_making"): "Flee stores a number and asks for a truth value, so it is never active",
    ("move_rules", "flood_rules", "max_flood_level"): "nothing asks for it",
    ("move_rules", "flood_rules", "flood_link_weights"): "Flee does not support it",
}
"""Keys that change nothing in Flee, and why."""

MISSPELT = {
    ("spawn_rules", "camps_are_sinks"): "camps_are_sicks",
    ("spawn_rules", "flood_driven_spawning"): "flood_driven_spawn_mode",
    ("spawn_rules", "flood_driven_spawn_mode", "flood_spawn_mode"): "spawn_mode",
    ("spawn_rules", "flood_driven_spawning", "flood_spawn_mode"): "spawn_mode",
}
"""Keys of Flee's documents that Flee itself ignores, and the key that it reads. Both are read here."""
