"""The entries of the side bar. An entry is here only when its page exists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    label: str
    icon: str
    url_name: str
    current_for: tuple[str, ...]


GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("Observe", (Entry("Traces", "list", "traces", ("traces", "trace", "span", "compare")),)),
    (
        "Operate",
        (
            Entry("Ingest", "inbox", "ingest", ("ingest",)),
            Entry("API keys", "key-round", "keys", ("keys", "key-revoke")),
            Entry("Share links", "share-2", "sharing", ("sharing", "share-revoke")),
        ),
    ),
)
