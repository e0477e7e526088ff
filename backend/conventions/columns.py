"""What attribute names mean: each normalised column of `spans` and the attribute keys that can fill it, best first.

To teach Spanhouse a new convention, add its keys to the rows in fields/: nothing else has to change. A present,
non-empty value of an earlier key wins over a later one. Sources: OpenTelemetry GenAI semantic conventions (current and
older names), OpenInference, OpenLLMetry (Traceloop), Langfuse, LangSmith, MLflow, Vercel AI SDK, Pydantic AI and
Logfire, LiteLLM, OpenLIT, Laminar, Google ADK, Genkit, Braintrust, LangWatch, AgentOps,
Spring AI, Semantic Kernel, Haystack, Mastra.
"""

from __future__ import annotations

from backend.conventions.field import Field
from backend.conventions.fields import audio, content, model, usage, what, who

# Bumped when a change of the table or of the SQL made from it changes the columns of spans already stored.
MAPPING_VERSION = 4

FIELDS: tuple[Field, ...] = (
    *what.FIELDS,
    *model.FIELDS,
    *usage.FIELDS,
    *audio.FIELDS,
    *who.FIELDS,
    *content.FIELDS,
)

# Picked from the resource; a span's own value wins.
RESOURCE_KEYS: dict[str, tuple[str, ...]] = {
    "service_name": ("service.name",),
    "environment": ("deployment.environment.name", "deployment.environment", "langfuse.environment"),
    "release": ("service.version", "langfuse.release"),
    "session_id": ("session.id",),
    "user_id": ("user.id",),
}
