"""Traces of LLM applications, for Spanhouse: `init()` once, then `@observe`, `span`, `attributes`, `score`."""

from __future__ import annotations

from spanhouse.accounts import FlushReport
from spanhouse.client import Client, flush, init, score, shutdown
from spanhouse.observing import observe
from spanhouse.propagation import attributes, inject, remote
from spanhouse.spans import Span, current_span, span
from spanhouse.threads import wrap
from spanhouse.version import VERSION

__version__ = VERSION

__all__ = [
    "Client",
    "FlushReport",
    "Span",
    "__version__",
    "attributes",
    "current_span",
    "flush",
    "init",
    "inject",
    "observe",
    "remote",
    "score",
    "shutdown",
    "span",
    "wrap",
]
