"""Migrations: applied once, checked, and the views replaced without a gap."""

from __future__ import annotations

import pytest

from backend.core.errors import StoreRefused, StoreUnavailable
from backend.store import migrate, schema
from backend.store.client import Store
from backend.store.profiles import Profile

pytestmark = pytest.mark.store


def test_a_migrated_store_needs_nothing(store):
    assert migrate.migrate(store) == []
    assert migrate.plan(store) == []
    migrate.check(store)


def test_statements_are_split_and_filled():
    text = "-- a; comment\nCREATE TABLE a {on_cluster};\n\nCREATE TABLE b (x String DEFAULT ';')\n;\n"
    assert schema.statements_of(text, {"on_cluster": "ON CLUSTER c"}) == (
        "CREATE TABLE a ON CLUSTER c",
        "CREATE TABLE b (x String DEFAULT ';')",
    )


def test_a_changed_file_is_refused(store, monkeypatch):
    steps = schema.file_steps(store.database)
    changed = schema.Step(steps[0].name, "other", steps[0].statements)
    monkeypatch.setattr(schema, "file_steps", lambda _: [changed])
    with pytest.raises(StoreRefused, match="0001_spans was changed"):
        schema.plan(store)


def test_a_changed_view_is_replaced_in_place(store, monkeypatch):
    views = schema.view_steps()
    monkeypatch.setattr(schema, "view_steps", lambda: [(v, t, s + " ") for v, t, s in views])
    assert migrate.migrate(store) == ["otlp_to_spans", "otlp_to_log_events"]
    monkeypatch.undo()
    assert migrate.migrate(store) == ["otlp_to_spans", "otlp_to_log_events"]


def test_an_old_server_is_named(store, monkeypatch):
    monkeypatch.setattr(Store, "read", lambda *_, **__: [{"version": "24.8.1.1"}])
    with pytest.raises(StoreUnavailable, match=r"ClickHouse 24.8.1.1 is too old"):
        schema.check_version(store)


def test_missing_changes_are_named(store, monkeypatch):
    monkeypatch.setattr(migrate.schema, "applied", lambda _: {})
    with pytest.raises(StoreUnavailable, match=r"manage\.py migrate_store"):
        migrate.check(store)


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
def test_a_table_that_takes_the_place_of_another_loses_no_span_wherever_it_stops(store, stop):
    (step,) = [one for one in schema.file_steps(store.database) if one.name == "0011_finer_granules"]
    spans = "INSERT INTO spans (project_id, trace_id, span_id, start_time) VALUES (generateUUIDv4(), 't', '{}', now())"
    store.command(spans.format("before"))
    for statement in step.statements[:stop]:
        store.command(statement, profile=Profile.MIGRATE)
    store.command(spans.format("between"))
    for statement in step.statements:
        store.command(statement, profile=Profile.MIGRATE)
    found = store.read("SELECT span_id FROM spans FINAL ORDER BY span_id")
    assert [row["span_id"] for row in found] == ["before", "between"]
    assert store.read("SELECT name FROM system.tables WHERE name LIKE 'spans_%' AND engine LIKE '%MergeTree'") == []


def test_hours_of_spans_from_before_are_known(store):
    (step,) = [one for one in schema.file_steps(store.database) if one.name == "0012_facts"]
    made = "INSERT INTO spans (project_id, trace_id, span_id, start_time) VALUES (generateUUIDv4(), 't', 's', '{}')"
    for start in ("2026-01-05 10:59:59", "2026-01-05 11:00:00"):
        store.command(made.format(start))
    store.command("TRUNCATE TABLE changed_hours")
    for _ in range(2):
        for statement in step.statements:
            store.command(statement, profile=Profile.MIGRATE)
    found = store.read("SELECT DISTINCT toUnixTimestamp(hour) AS at FROM changed_hours ORDER BY at")
    assert [row["at"] for row in found] == [1_767_607_200, 1_767_610_800]
