"""A Celery application with a broker of files; its worker forks a pool."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery
from scenes import make

broker = Path(os.environ["MADE"]).parent / "broker"
broker.mkdir(exist_ok=True)
app = Celery("jobs", broker="filesystem://")
app.conf.broker_transport_options = {
    "data_folder_in": str(broker), "data_folder_out": str(broker), "control_folder": str(broker / "control"),
}  # fmt: skip
app.conf.worker_hijack_root_logger = False


@app.task(name="job")
def job() -> None:
    make(2)


make(1)
if __name__ == "__main__":
    for _ in range(6):
        job.delay()
