"""Settings that hold for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Derandomised, so that a run says the same twice; no deadline, because the first call of a kernel compiles it.
settings.register_profile(
    "steady", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")
