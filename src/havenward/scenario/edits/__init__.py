"""Dated what-ifs over a scenario."""
