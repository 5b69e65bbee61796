"""The folder that the pages are drawn of: sixty days, three camps, a register that is corrected, a road that closes."""

from __future__ import annotations

import datetime as dt

from tests.scenario_flee.helpers import Files, replaced, small

LATER = dt.date(2030, 1, 1)
"""A day on which a run of the folder that is marked as made from public sources is a closed case."""
SOON = dt.date(2020, 4, 1)
"""A day on which it is not."""

SOURCES = "UNHCR and <others>"
"""What the run is marked with."""

DAYS = 60
HASTEN = 2
CAMPS = ("Delta", "Epsilon", "Zeta")
PRINTED = {"Delta": (0, 20, 40, 52), "Epsilon": (0, 20, 35, 52), "Zeta": (0, 31, 45)}
"""Camp -> days from the start on which its register was printed, within the run."""
CORRECTED = dt.date(2020, 2, 10)
"""Earlier figures of Delta are scaled to the register of this day."""

_VALUES = {"Delta": (200, 600, 1500, 1600), "Epsilon": (50, 300, 500, 640), "Zeta": (0, 200, 260)}


def files() -> Files:
    """The folder, driven by its registers."""
    start = dt.date(2020, 1, 1)

    def register(camp: str) -> bytes:
        rows = [f"{start + dt.timedelta(days=day)},{value}" for day, value in zip(PRINTED[camp], _VALUES[camp], strict=True)]
        return "\n".join(rows).encode()

    folder = replaced(small(), "input_csv/sim_period.csv", "Length,6", f"Length,{DAYS}")
    folder = replaced(folder, "input_csv/locations.csv", "camp,,300,5,", "camp,,400,5,")
    folder["input_csv/locations.csv"] += b"Zeta,West,Abroad,1.2,2.2,camp,,1000,,\n"
    folder["input_csv/routes.csv"] += b"Alpha,Zeta,120,0,60,0.1\n"
    folder["input_csv/closures.csv"] = b"#closure_type,name1,name2,closure_start,closure_end\nlocation,Hub,,50,-1\n"
    folder["input_csv/conflicts.csv"] = "".join(
        ["#Day,Alpha,Beta\n", *(f"{day},1,{0.5 if 2 <= day < 40 else 0}\n" for day in range(DAYS))]
    ).encode()
    folder["input_csv/region_attributes_IPC.csv"] = f"#Day,North,South,East\n0,10,20,0\n{DAYS},20,40,0\n".encode()
    folder["input_csv/registration_corrections.csv"] = f"Delta,{CORRECTED},normalize\n".encode()
    folder["source_data/data_layout.csv"] = b"total,refugees.csv\nDelta,delta.csv\nEpsilon,epsilon.csv\nZeta,zeta.csv\n"
    for camp in CAMPS:
        folder[f"source_data/{camp.lower()}.csv"] = register(camp)
    for unused in ("location_changes.csv", "source_data/delta-1.csv", "source_data/delta-2.csv"):
        del folder[unused]
    return folder
