"""A Flee folder whose run can be worked out by hand, and runs of it."""

from __future__ import annotations

import datetime as dt
import json
import shutil

from typer.testing import CliRunner

from havenward.cli.main import app
from tests.scenario_flee.helpers import written

SETTINGS = """\
log_levels:
  idp_totals: 0
spawn_rules:
  sum_from_camps: True
move_rules:
  max_move_speed: 200
  conflict_movechance: 1.0
  camp_movechance: 0.0
optimisations:
  hasten: 1
"""
REGISTERED = (10, 20, 30, 25, 28)
"""People registered in the one camp on days 0 to 4: they fall on day 3."""


def tiny(start="2010-01-01", settings=SETTINGS):
    """One conflict zone, a day's way from one camp. All who set out leave at once and stay in the camp."""
    first = dt.date.fromisoformat(start)
    counts = "".join(f"{first + dt.timedelta(days=day)},{count}\n" for day, count in enumerate(REGISTERED))
    texts = {
        "input_csv/locations.csv": "#name,region,country,lat,lon,location_type,conflict_date,population\n"
        "Old Town,R,Home,1,1,conflict_zone,0,1000\nCamp,R,Abroad,1,2,camp,,\n",
        "input_csv/routes.csv": "#name1,name2,distance,forced_redirection\nOld Town,Camp,100,0\n",
        "input_csv/closures.csv": "#closure_type,name1,name2,closure_start,closure_end\n",
        "input_csv/conflicts.csv": "#Day,Old Town\n" + "".join(f"{day},1\n" for day in range(5)),
        "input_csv/sim_period.csv": f"StartDate,{start}\nLength,5\n",
        "source_data/data_layout.csv": "total,all.csv\nCamp,camp.csv\n",
        "source_data/all.csv": counts,
        "source_data/camp.csv": counts,
        "simsetting.yml": settings,
    }
    return {name: text.encode() for name, text in texts.items()}


def havenward(*arguments):
    return CliRunner().invoke(app, [str(part) for part in arguments])


def made(files, folder, *options, sources="UNHCR, ACLED"):
    """The folder of a run of a Flee folder in memory, marked as made from public sources, and where that was written."""
    source, out = written(files, folder / "case"), folder / "run"
    mark = ["--public-sources", sources] if sources else []
    done = havenward("run", source, "--members", 2, "--out", out, *mark, *options)
    assert done.exit_code == 0, done.output
    return out


def broken_off(run, folder, **record):
    """A copy of a run whose record says that it did not get to its end."""
    copy = shutil.copytree(run, folder)
    said = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    (copy / "run.json").write_text(json.dumps(said | {"status": "broken off"} | record), encoding="utf-8")
    return copy
