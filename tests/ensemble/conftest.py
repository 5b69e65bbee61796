"""An ensemble that nothing disturbed, made once."""

from __future__ import annotations

import pytest

from tests.ensemble.helpers import whole


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "toy"
    whole(folder)
    return folder
