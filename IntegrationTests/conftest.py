import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from server import Server  # noqa: E402


@pytest.fixture
def serve(tmp_path):
    """Starts servers that are stopped at the end of the test."""
    running = []

    def start(*arguments, data=None, **options):
        server = Server(data or tmp_path / "data", *arguments, **options)
        running.append(server)
        return server.start()

    yield start
    for server in running:
        server.stop()
