"""Jobs of metrics."""

from __future__ import annotations

from celery import shared_task

from backend.core.errors import StoreUnavailable
from backend.metrics import facts


@shared_task(name="metrics.make_facts", ignore_result=True)
def make_facts() -> None:
    """Idempotent; two at once do the same work twice. ClickHouse being away is no error of the job."""
    try:
        facts.make_facts()
    except StoreUnavailable:
        return


@shared_task(name="metrics.sweep_facts", ignore_result=True)
def sweep_facts() -> None:
    """Idempotent."""
    try:
        facts.sweep_facts()
    except StoreUnavailable:
        return
