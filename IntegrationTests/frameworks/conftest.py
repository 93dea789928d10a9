import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


@pytest.fixture(scope="module")
def engine():
    from kit import RuleEngine

    engine = RuleEngine()
    yield engine
    engine.stop()
