"""Small Flee folders in memory, one thing changed, and what is then said about them."""

from pathlib import Path

from havenward.scenario.flee.read import check_flee_files
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.problems import Problem

Files = dict[str, bytes]

INSTANCES = Path(__file__).parents[3] / "shared" / "data" / "flee" / "instances"

LOCATIONS = """\
#name,region,country,latitude,longitude,location_type,conflict_date,population,initial_idps,conflict_intensity
Alpha,North,Home,1.5,2.5,conflict_zone,0,1000,,0.5
Beta,North,Home,1.6,2.6,conflict_zone,2,500,,
Gamma,South,Home,1.7,2.7,town,,200,,
Turn,South,Home,1.8,2.8,marker,,,,
Hub,East,Abroad,1.9,2.9,forwarding_hub,,,,
Delta,East,Abroad,2.0,3.0,camp,,300,5,
Epsilon,South,Home,2.1,3.1,idpcamp,,,,
"""
ROUTES = """\
#name1,name2,distance,forced_redirection,max_move_speed,walk_probability
Alpha,Beta,100,0,60,0.1
Beta,Gamma,75.5,0,60,0.1
Gamma,Turn,20,,60,0.1
Turn,Hub,30,,60,0.1
Hub,Delta,40,,60,0.1
Gamma,Epsilon,10,,60,0.1
"""
CONFLICTS = "#Day,Alpha,Beta\n" + "".join(f"{day},1,{0.5 if day >= 2 else 0}\n" for day in range(6))
SETTINGS = """\
log_levels:
  agent: 1
spawn_rules:
  sum_from_camps: True
  read_from_agents_csv_file: True
  conflict_spawn_decay: [1.0, 0.5]
move_rules:
  max_move_speed: 200
  fixed_routes: True
  WomenAvoidHazards: True
optimisations:
  hasten: 2
"""


def small() -> Files:
    """Every file that a folder driven by conflict may have, without any fault."""
    texts = {
        "input_csv/locations.csv": LOCATIONS,
        "input_csv/routes.csv": ROUTES,
        "input_csv/closures.csv": "#closure_type,name1,name2,closure_start,closure_end\n"
        "country,Home,Abroad,1,3\ncamp,Delta,,4,-1\n",
        "input_csv/conflicts.csv": CONFLICTS,
        "location_changes.csv": "#name,new_type,day\nGamma,idpcamp,3\n",
        "input_csv/registration_corrections.csv": "Delta,2020-01-21,normalize\n",
        "input_csv/sim_period.csv": "StartDate,2020-01-01\nLength,6\n",
        "input_csv/agents.csv": "location,age,gender\nAlpha,30,male\nAlpha,31,male\nBeta,8,female\nBeta,,\n",
        "input_csv/region_attributes_IPC.csv": "#Day,North,South,East\n0,10,20,0\n10,20,40.5,0\n",
        "input_csv/demographics_age.csv": "age,Default,Alpha\n10,1,2\n40,3,0.5\n",
        "input_csv/demographics_gender.csv": "gender,Default\nfemale,0.5\nmale,0.5\n",
        "source_data/data_layout.csv": "total,refugees.csv\nDelta,delta-1.csv,delta-2.csv\nEpsilon,epsilon.csv\n",
        "source_data/refugees.csv": "#Date,count\n2019-12-30,0\n2020-01-11,100\n2020-01-21,500\n",
        "source_data/delta-1.csv": "Date,count\n2020-01-01,10\n2020-01-06,20\n2020-01-21,40\n",
        "source_data/delta-2.csv": "2020-01-01,1\n2020-01-11,2\n2020-01-21,4\n",
        "source_data/epsilon.csv": "2020-01-01,5\n# a remark\n2020-01-21,25,estimate\n",
        "simsetting.yml": SETTINGS,
    }
    return {name: text.encode() for name, text in texts.items()}


def flooded() -> Files:
    """A folder driven by floods, without any fault."""
    places = ("Left", "Right")
    rows = [f"{place},R,Home,1,1,flood_zone,,100" for place in places]
    texts = {
        "input_csv/locations.csv": "#name,region,country,lat,lon,location_type,conflict_date,population\n" + "\n".join(rows),
        "input_csv/routes.csv": "#name1,name2,distance,forced_redirection\nLeft,Right,10,\n",
        "input_csv/flood_level.csv": "#Day,Left,Right\n0,0,1\n1,1,2\n2,2,0\n",
        "input_csv/sim_period.csv": "StartDate,2023-08-01\nLength,3\n",
        "source_data/data_layout.csv": "total,all.csv\nLeft,left.csv\nRight,right.csv\n",
        "source_data/all.csv": "2023-08-01,0\n",
        "source_data/left.csv": "2023-08-01,100\n",
        "source_data/right.csv": "2023-08-01,100\n",
        "simsetting.yml": """\
spawn_rules:
  flood_zone_spawning_only: True
  conflict_zone_spawning_only: False
  take_from_population: True
  flood_driven_spawn_mode:
    displaced_per_flood_day: [0, 0.1, 0.2, 0.3]
move_rules:
  flood_rules:
    flood_movechances: [0, 0.5, 1, 1]
    flood_loc_weights: [1, 0.5, 0.1, 0]
""",
    }
    return {name: text.encode() for name, text in texts.items()}


def with_major_routes() -> Files:
    """The same, with a file that Flee reads and nobody there or here can follow."""
    return small() | {"input_csv/major_routes.csv": b"Beta,Gamma,Epsilon\n"}


def replaced(files: Files, file: str, old: str, new: str) -> Files:
    """A piece of text replaced, which must be there once."""
    text = files[file].decode()
    assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {file}"
    return files | {file: text.replace(old, new).encode()}


def without(files: Files, *names: str) -> Files:
    """The folder without some files."""
    return {name: content for name, content in files.items() if name not in names}


def problems_of(files: Files) -> list[Problem]:
    """Everything that is said."""
    return check_flee_files(files)[1]


def read(files: Files) -> FleeScenario:
    """What a folder without faults says."""
    found, problems = check_flee_files(files)
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    assert found is not None
    return found


def only(files: Files) -> Problem:
    """The one problem of a folder."""
    problems = problems_of(files)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def written(files: Files, folder: Path) -> Path:
    """The folder on disk."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
