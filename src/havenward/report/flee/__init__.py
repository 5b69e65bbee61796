"""The report of a run of a Flee folder."""
