"""A simulated display for each test, English unless asked otherwise."""

import pytest

from tests.support.screens import Screen


@pytest.fixture
def screen() -> Screen:
    return Screen()
