"""A small example in the engine, made once for all tests of this folder that only read it."""

from __future__ import annotations

import pytest

from backend.demo.calendar import Calendar, round_down
from backend.demo.plan import steps
from backend.demo.steps import Made

# A Saturday: weekends must not hide the stories.
ANCHOR_NS = round_down(1_795_246_119_000_000_000)
SCALE = 0.02


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar(ANCHOR_NS)


@pytest.fixture(scope="session")
def made(calendar: Calendar) -> list[Made]:
    return [one for step in steps(calendar, SCALE) for one in step.make()]
