"""Facts for the metrics of long windows: when they are made, and which questions read them."""

from __future__ import annotations

import time
from dataclasses import replace
from uuid import UUID

import structlog

from backend.core import limits
from backend.core.errors import SpanhouseError, StoreUnavailable
from backend.metrics.scans import shared
from backend.store import client
from backend.store import facts as stored
from backend.store.facts import Facts
from backend.store.queries import counted
from backend.store.queries.facts import can_tell
from backend.store.queries.metrics import Wanted

log = structlog.get_logger("facts")


def used_for(project_id: UUID, wanted: Wanted) -> Wanted:
    """The same question, to be answered from facts as far as they are current, and with what other charts found out."""
    if can_tell(wanted.family, wanted.group, wanted.matching):
        wanted = replace(wanted, facts=known(project_id, wanted.from_ns, wanted.to_ns))
    if wanted.family != "calls" or (wanted.facts is not None and wanted.facts.whole):
        return wanted
    window = (wanted.scan_from_ns, wanted.to_ns)
    found = shared((project_id, "left out", *window), lambda: counted.left_out(client.current(), project_id, *window))
    return replace(wanted, left_out=found)


def known(project_id: UUID, from_ns: int, to_ns: int) -> Facts | None:
    """The facts of a window; None when it is short, or when there are none to speak of."""
    if to_ns - from_ns < limits.FACTS_FROM_NS:
        return None
    return shared(
        (project_id, "facts", from_ns, to_ns),
        lambda: stored.current_facts(client.current(), project_id, from_ns, to_ns),
    )


def make_facts(later_ns: int = 0) -> int:
    """Make what is missing or outdated, for about FACTS_RUN_S at a time; how many batches were made.

    `later_ns`: as it will be done so much later, when nothing arrives until then.
    """
    store, started, made = client.current(), time.monotonic(), 0
    for batch in stored.batches(store, time.time_ns() + later_ns):
        try:
            stored.make(store, batch, time.time_ns() + later_ns)
            made += 1
        except StoreUnavailable:
            raise
        except SpanhouseError as error:  # too large, say: these hours go on being read from spans
            log.warning(
                "facts", project=str(batch.project_id), first=batch.first, last=batch.last, problem=error.message
            )
        if time.monotonic() - started > limits.FACTS_RUN_S:
            break
    return made


def sweep_facts() -> None:
    """Delete what was replaced."""
    stored.sweep(client.current(), time.time_ns())
