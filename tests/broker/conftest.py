"""The cast and a desk to import files from."""

from pathlib import Path

import pytest

from tests.broker.flex import Desk


@pytest.fixture
def desk(world, tmp_path: Path) -> Desk:
    return Desk(tmp_path)
