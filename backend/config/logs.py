"""What log lines look like: one short line each, for people (console) or for machines (json)."""

from __future__ import annotations

from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger


def without_inner_keys(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Drops keys that say nothing to a reader of one line."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event


def configure_structlog() -> None:
    """Sends structlog's events through the standard library, so that all lines of a process look alike."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING."""
    renderer: list[Processor]
    if form == "json":
        renderer = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        plain = structlog.dev.plain_traceback
        renderer = [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=plain)]
    foreign: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow={"status_code"}),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": foreign,
                "processors": [without_inner_keys, *renderer],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Every 404 is a WARNING there; the access log is not ours to write.
            "django.request": {"level": "ERROR"},
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # "Started server process", "Finished …": `up` says what people need to know.
            "uvicorn.error": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "amqp": {"level": "WARNING"},
            # Their warnings come again as our own errors, in one sentence.
            "clickhouse_connect": {"level": "ERROR"},
            "urllib3": {"level": "ERROR"},
            "asyncio": {"level": "WARNING"},
        },
    }
