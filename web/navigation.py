"""The entries of the side bar. An entry is here only when its page exists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """`key`: pressed after `g`, it goes there."""

    label: str
    icon: str
    url_name: str
    current_for: tuple[str, ...]
    key: str


GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Observe",
        (
            Entry("Overview", "layout-dashboard", "overview", ("overview", "overview-widget"), "o"),
            Entry(
                "Dashboards",
                "gauge",
                "dashboards",
                (
                    "dashboards",
                    "dashboard",
                    "dashboard-new",
                    "dashboard-import",
                    "dashboard-widget",
                    "widget-new",
                    "widget-edit",
                ),
                "d",
            ),
            Entry("Explore", "scan-search", "explore", ("explore", "explore-heatmap", "explore-differences"), "x"),
            Entry("Compare models", "scale", "models", ("models",), "c"),
            Entry("Traces", "list", "traces", ("traces", "trace", "span", "compare"), "t"),
            Entry("Sessions", "messages-square", "sessions", ("sessions", "session"), "e"),
            Entry("Users", "users", "users", ("users", "user"), "u"),
        ),
    ),
    (
        "Operate",
        (
            Entry("Send traces", "plug", "start", ("start",), "s"),
            Entry("Ingest", "inbox", "ingest", ("ingest",), "i"),
            Entry("Models & prices", "coins", "prices", ("prices", "price-remove"), "m"),
            Entry("Budgets", "wallet", "budgets", ("budgets", "budget", "budget-new", "budget-edit"), "b"),
            Entry("API keys", "key-round", "keys", ("keys", "key-revoke"), "k"),
            Entry("Share links", "share-2", "sharing", ("sharing", "share-revoke"), "l"),
        ),
    ),
)
ENTRIES: tuple[Entry, ...] = tuple(entry for _, entries in GROUPS for entry in entries)
