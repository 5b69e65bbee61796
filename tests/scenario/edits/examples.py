"""A month of the toy siege, an edit of every kind that changes something in it, and edits of every kind by chance."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from hypothesis import strategies as st

from havenward.model.siege.requirements import SIEGE
from havenward.scenario.cells import choices, kinds
from havenward.scenario.edits.edit import Edit
from havenward.scenario.edits.read import EDITS, collect, edited
from havenward.scenario.read import load
from havenward.scenario.schema import Scenario

START, DAYS = dt.date(2010, 7, 14), 30
DATE, UNTIL = dt.date(2010, 7, 24), dt.date(2010, 8, 3)
BRIDGE = "Stone Bridge"


def changed(scenario: Scenario, *given: Any) -> Scenario:
    """A scenario with edits made to it, about which there is nothing odd."""
    edits, odd = collect(given, "edit")
    found, warnings = edited(scenario, edits, SIEGE)
    assert [*odd, *warnings] == []
    return found


def month() -> Scenario:
    """The assault on the toy siege; one way out of the Old Town is closed from the start."""
    toy = load("toy", SIEGE)
    header = toy.header.model_copy(update={"start": START, "end": START + dt.timedelta(days=DAYS - 1), "epochs": []})
    spans = {("Tarrow Old Town", "night"): {"closed": START}}
    ways = tuple(row.model_copy(update=spans.get((row.from_place, row.use), {})) for row in toy.corridors)
    return toy.model_copy(update={"header": header, "corridors": ways})


def edit(kind: str, **keys: Any) -> Edit:
    """An edit on the usual date, up to the usual last day where it may have one."""
    usual = {"date": DATE} | ({"until": UNTIL} if "until" in EDITS[kind].model_fields else {})
    return EDITS[kind](edit=kind, **usual | keys)


EXAMPLES = {
    one.edit: one
    for one in (
        edit("open_corridor", from_place="Tarrow Old Town", crossing=BRIDGE, use="night"),
        edit("close_corridor", from_place="Tarrow South", crossing=BRIDGE, use="front"),
        edit("open_crossing", crossing=BRIDGE, desks=2, hours=5),
        edit("close_crossing", crossing=BRIDGE),
        edit("set_desks", crossing=BRIDGE, desks=3),
        edit("set_hours", crossing=BRIDGE, hours=3),
        edit("set_buses", crossing=BRIDGE, seats=100),
        edit("move_front", area="town", besieged_share=0.1, over_days=4),
        edit("delay_offensive", area="*", days=5),
        edit("speed_offensive", place="Tarrow South", factor=2),
        edit("set_fighting", place="Tarrow South", intensity=0.5),
        edit("restore_phones", area="town"),
        edit("ban_phones"),
        edit("advise_staying", level=0.0),
        edit("set_exit", area="town", level=0.0),
        edit("set_supplies", area="old town", inflow=1.2),
        edit("close_border"),
        edit("early_return", services=0.9),
        edit("add_camp", name="North Field", lat=31.06, lon=-39.82, plots=500, road_to=BRIDGE, km=6),
        edit("set_capacity", camp="Quarry", plots=50),
        edit("close_camp", camp="Long Meadow"),
    )
}
"""An edit of each kind that changes something."""

LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="|>") | st.just(" ")


def texts(most: int) -> st.SearchStrategy[str]:
    """Texts as they are after reading: no space at the ends, letters composed."""
    plain = st.text(LETTERS, min_size=1, max_size=most // 4)
    return plain.map(lambda text: unicodedata.normalize("NFC", text).strip()).filter(bool)


def values(kind: type[Edit], name: str) -> st.SearchStrategy[Any]:
    """Values that a key may have."""
    field = kind.model_fields[name]
    limits = {sign: getattr(m, sign) for m in field.metadata for sign in ("ge", "gt", "le") if hasattr(m, sign)}
    least, most = limits.get("ge", limits.get("gt")), limits.get("le")
    match kinds(kind)[name]:
        case "choice":
            value = st.sampled_from(choices(kind, name))
        case "date":
            value = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
        case "integer":
            value = st.integers(least + ("gt" in limits), most)
        case "number":
            value = st.floats(least, most, exclude_min="gt" in limits)
        case _:
            value = texts(80)
    return value if field.is_required() or field.default is not None else st.none() | value


def edits() -> st.SearchStrategy[Edit]:
    """Edits of every kind, with any of their keys; most fit no scenario."""

    def of(name: str) -> st.SearchStrategy[Edit]:
        kind = EDITS[name]
        keys = {key: values(kind, key) for key in kind.model_fields if key != "edit"}
        needed = {key: value for key, value in keys.items() if kind.model_fields[key].is_required()}
        free = {key: value for key, value in keys.items() if key not in needed}
        return st.fixed_dictionaries(needed, optional=free).map(lambda given: kind(edit=name, **given))

    return st.sampled_from(sorted(EDITS)).flatmap(of)
