"""A quota is held by what ClickHouse has counted this month."""

from __future__ import annotations

import time
from uuid import UUID

import pytest

from ingest.quota import MonthlyUse
from ingest.stats import COLUMNS

pytestmark = pytest.mark.store
PROJECT = UUID(int=4)


def test_it_counts_this_month_and_this_project(store):
    now, long_ago = int(time.time()), int(time.time()) - 40 * 86_400
    rows = [
        (project, second, "traces", "s", 1, 1, 7, 7, {}, 1)
        for project, second in ((PROJECT, now), (PROJECT, long_ago), (UUID(int=5), now))
    ]
    store.insert("ingest_stats", COLUMNS, rows)
    month = MonthlyUse()
    assert month.used(PROJECT) == 0
    month.refresh(store)
    assert month.used(PROJECT) == 7


def test_it_does_not_read_again_at_once(store):
    month = MonthlyUse()
    month.used(PROJECT)
    month.refresh(store)
    store.insert("ingest_stats", COLUMNS, [(PROJECT, int(time.time()), "traces", "s", 1, 1, 7, 7, {}, 1)])
    month.refresh(store)
    assert month.used(PROJECT) == 0
