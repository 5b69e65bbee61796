"""Settings that hold for every test."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# Derandomised, so that a run says the same twice; no deadline, because the first call of a kernel compiles it.
settings.register_profile(
    "steady", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def audit_folder(tmp_path_factory):
    """Keep what the tests write out of the audit log and the catalogue of whoever runs them; what they start inherits it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAVENWARD_STATE", str(tmp_path_factory.mktemp("state")))
        patch.delenv("HAVENWARD_CATALOGUE", raising=False)
        yield
