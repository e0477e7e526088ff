"""The scaled-out mode: `web`, `ingest`, `worker` and `beat` as processes, with PostgreSQL, Redis and ClickHouse."""

from __future__ import annotations

import uuid
from pathlib import Path

from tests.support.clickhouse import ClickHouseFront
from tests.support.server import Server
from tests.support.services import Postgres, Redis


class Cluster:
    """Each process has a data folder of its own, as on machines of their own."""

    def __init__(self, folder: Path, postgres: Postgres, redis: Redis, clickhouse: ClickHouseFront) -> None:
        name = f"spanhouse_{uuid.uuid4().hex[:8]}"
        self.clickhouse = clickhouse
        self.database = name
        environment = {
            "CLICKHOUSE_URL": clickhouse.url(name),
            "DATABASE_URL": postgres.create(name),
            "CELERY_BROKER_URL": redis.url(),
            "SPANHOUSE_SECRET_KEY": "a secret that all processes share " * 2,
        }
        self.web, self.ingest, self.worker, self.beat = (
            Server(folder / role, role, environment) for role in ("web", "ingest", "worker", "beat")
        )

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.web, self.ingest, self.worker, self.beat

    def migrate(self) -> None:
        """What an operator runs before the processes start."""
        self.web.manage("migrate", "--no-input")
        self.web.manage("migrate_store")

    def start(self) -> None:
        for server in self.servers:
            server.start(wait=False)
        for server in self.servers:
            server.wait_ready()

    def stop(self) -> None:
        for server in self.servers:
            server.stop()
