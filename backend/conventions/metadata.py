"""Where conventions put a person's own keys: `tenant` may come as metadata.tenant, langfuse.trace.metadata.tenant, …"""

from __future__ import annotations

# Before the key. The last one is an attribute of the key's own name: plain OpenTelemetry has no word for metadata.
PREFIXES: tuple[str, ...] = (
    "metadata.",
    "langfuse.trace.metadata.",
    "langfuse.observation.metadata.",
    "langsmith.metadata.",
    "traceloop.association.properties.",
    "lmnr.association.properties.",
    "ai.telemetry.metadata.",
    "genkit:metadata:",
    "",
)
# Attributes that hold all keys at once, as a JSON object.
OBJECTS: tuple[str, ...] = (
    "metadata",
    "langfuse.trace.metadata",
    "langfuse.observation.metadata",
    "braintrust.metadata",
)


def attribute_keys(key: str) -> list[str]:
    """The attributes that may hold this key of the metadata."""
    return [prefix + key for prefix in PREFIXES]


def key_of(attribute: str) -> str:
    """The key of the metadata that this attribute holds; "" when it holds none."""
    return next((attribute.removeprefix(prefix) for prefix in PREFIXES if prefix and attribute.startswith(prefix)), "")
