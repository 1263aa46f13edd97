"""A publisher on this machine for the readers and clients of sources."""

import pytest

from tests.publisher import Publisher


@pytest.fixture
def publisher():
    """A server without pages; each test gives it its own."""
    server = Publisher()
    yield server
    server.close()
