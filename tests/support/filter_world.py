"""Spans, log events and scores in tables of their own beside the product's, and what filters find among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.store.client import Profile, Store
from backend.store.filters import compile_filter

DATABASE = "filter_tests"
TABLES = ("spans", "log_events", "scores")
PROJECT = UUID(int=1)
Row = dict[str, Any]


class FilterWorld:
    """Made once per test module: unlike the product's tables, nobody empties these."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.command(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
        for table in TABLES:
            store.command(f"DROP TABLE IF EXISTS {DATABASE}.{table}")
            store.command(f"CREATE TABLE {DATABASE}.{table} AS {table}")

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Rows with the same columns each."""
        names = sorted({name for row in rows for name in row})
        for row in rows:
            assert names == sorted(row), "give every row the same columns"
        with self.store._use(Profile.WRITE) as client:
            client.insert(table, [[row[name] for name in names] for row in rows], names, database=DATABASE)

    def find(self, text: str, *, traces: bool = False) -> list[str]:
        """Ids of the spans (traces) that match."""
        compiled = compile_filter(text, of="traces" if traces else "spans")
        where: Any = compiled.where
        for table in TABLES:
            where = re.sub(rf"FROM {table}(?=\s)", f"FROM {DATABASE}.{table}", where)
        if traces:
            sql = f"SELECT DISTINCT trace_id AS id FROM {DATABASE}.spans"
            sql += f" WHERE project_id = {{project_id:UUID}} AND ({where}) ORDER BY id"
        else:
            sql = f"SELECT span_id AS id FROM {DATABASE}.spans"
            sql += f" WHERE project_id = {{project_id:UUID}} AND ({where}) ORDER BY id"
        params = {**compiled.params, "project_id": PROJECT}
        return [row["id"] for row in self.store.read(sql, params)]  # type: ignore[arg-type]
