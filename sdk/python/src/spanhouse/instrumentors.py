"""Switches on the installed instrumentations of LLM libraries, one for each library."""

from __future__ import annotations

import importlib.metadata
import logging
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from spanhouse.warn import warn

log = logging.getLogger("spanhouse")

GROUP = "opentelemetry_instrumentor"
# Where two families instrument a library, the one further left is used. OpenInference and OpenLLMetry record what was
# said without further settings, OpenTelemetry's own only when a variable of theirs says so.
FAMILIES = ("openinference", "openllmetry", "opentelemetry")
_OPENINFERENCE = "openinference-instrumentation-"
_PREFIX = "opentelemetry-instrumentation-"
_GENAI = _PREFIX + "genai-"
# OpenTelemetry's own that do not have `genai` in their names.
_OTEL_NAMES = {"openai-v2": "openai", "openai-agents-v2": "openai-agents", "google-genai": "google-genai"}
# OpenLLMetry shares its prefix with instrumentations of web frameworks and databases, which are not for us.
_OPENLLMETRY = frozenset(
    (
        "agno", "alephalpha", "anthropic", "bedrock", "chromadb", "cohere", "crewai", "google-generativeai", "groq",
        "haystack", "lancedb", "langchain", "litellm", "llamaindex", "marqo", "mcp", "milvus", "mistralai", "ollama",
        "openai", "openai-agents", "pinecone", "qdrant", "replicate", "sagemaker", "together", "transformers",
        "vertexai", "voyageai", "watsonx", "weaviate", "writer",
    )
)  # fmt: skip
# They translate spans of others, and are no instrumentations of a library.
_NOT_ONES = frozenset(("openlit", "openllmetry", "codex"))
_SAME = {"llama-index": "llamaindex"}


@dataclass(frozen=True)
class Found:
    """An installed instrumentation."""

    library: str
    family: str
    package: str
    entry_point: Any


def library_of(package: str) -> tuple[str, str] | None:
    """(library, family) of a distribution's name; None when it is not about LLMs."""
    name = re.sub(r"[-_.]+", "-", package).lower()
    if name.startswith(_OPENINFERENCE):
        library, family = name[len(_OPENINFERENCE) :], "openinference"
    elif name.startswith(_GENAI):
        library, family = name[len(_GENAI) :], "opentelemetry"
    elif name.startswith(_PREFIX):
        library = name[len(_PREFIX) :]
        if library in _OTEL_NAMES:
            library, family = _OTEL_NAMES[library], "opentelemetry"
        elif library in _OPENLLMETRY:
            family = "openllmetry"
        else:
            return None
    else:
        return None
    return None if library in _NOT_ONES else (_SAME.get(library, library), family)


def installed() -> list[Found]:
    """All that are installed, the preferred one of a library first."""
    found: dict[tuple[str, str], Found] = {}
    for distribution in importlib.metadata.distributions():
        package = distribution.metadata["Name"] or ""
        known = library_of(package)
        if known is None:
            continue
        for entry_point in distribution.entry_points:
            if entry_point.group == GROUP:
                found.setdefault(known, Found(*known, package, entry_point))
    return sorted(found.values(), key=lambda one: (one.library, FAMILIES.index(one.family)))


def chosen(candidates: list[Found], wanted: bool | Collection[str]) -> list[Found]:
    """One of each library; `wanted` True means all libraries."""
    kept: dict[str, Found] = {}
    for one in candidates:
        if wanted is not True and one.library not in {_SAME.get(name, name) for name in wanted or ()}:
            continue
        first = kept.setdefault(one.library, one)
        if first is not one:
            log.info("spanhouse: %s instruments %s; %s is left out", first.package, one.library, one.package)
    return list(kept.values())


def instrument(provider: Any, wanted: bool | Collection[str]) -> list[Any]:
    """Switch them on; returns what is needed to switch them off. One that fails does not stop the others."""
    started: list[Any] = []
    for one in chosen(installed(), wanted) if wanted else ():
        try:
            instrumentor = one.entry_point.load()()
            if not _library_is_there(instrumentor):
                continue
            if getattr(instrumentor, "is_instrumented_by_opentelemetry", False):
                log.info("spanhouse: %s is on already, with a provider of its own", one.package)
                continue
            instrumentor.instrument(tracer_provider=provider)
            started.append(instrumentor)
            log.info("spanhouse: %s instruments %s", one.package, one.library)
        except Exception as error:
            warn(f"{one.package} could not be switched on: {error}")
    return started


def uninstrument(instrumentors: list[Any]) -> None:
    for instrumentor in instrumentors:
        try:
            instrumentor.uninstrument()
        except Exception as error:
            warn(f"{type(instrumentor).__name__} could not be switched off: {error}")


def _library_is_there(instrumentor: Any) -> bool:
    """Whether the instrumented library is installed: otherwise the instrumentation would log an error."""
    try:
        wanted = list(instrumentor.instrumentation_dependencies())
    except Exception:
        return True
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9._-]+", str(requirement))
        try:
            importlib.metadata.version(name.group() if name else "")
        except (importlib.metadata.PackageNotFoundError, ValueError):
            continue
        return True
    return not wanted
