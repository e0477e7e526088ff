"""Jobs about logins."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command


@shared_task(name="accounts.clean_sessions", ignore_result=True)
def clean_sessions() -> None:
    """Delete sessions that have expired; a login past its end is of no use to anybody but a thief."""
    call_command("clearsessions")
