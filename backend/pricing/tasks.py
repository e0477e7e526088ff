"""Jobs of pricing."""

from __future__ import annotations

from celery import shared_task

from backend.core.errors import StoreUnavailable
from backend.pricing import services


@shared_task(name="pricing.resolve_prices", ignore_result=True)
def resolve_prices() -> None:
    """Idempotent: what is known is not looked up again. ClickHouse being away is no error of the job."""
    try:
        services.resolve_prices()
    except StoreUnavailable:
        return
