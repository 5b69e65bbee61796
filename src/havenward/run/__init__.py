"""Binds a rule set to a solver, turns the days, keeps what came out."""
