"""What a model was asked with (temperature, …, the schema of the answer), and what a check found. Any convention."""

from __future__ import annotations

import re
from collections.abc import Mapping

from backend.conventions.field import MLFLOW
from backend.conventions.messages.values import as_map, as_text, decoded, first, is_map, json_text, opened, parse

# Prefixes of attributes that are one parameter each, best first.
PREFIXES = (
    "gen_ai.request.",
    "gen_ai.openai.request.",
    "llm.request.",
    "ai.settings.",
    "llm.openai.",
    "llm.anthropic.",
    "langsmith.metadata.ls_",
)
# Attributes that are a JSON object of parameters.
OBJECTS = (
    "llm.invocation_parameters",
    "embedding.invocation_parameters",
    "langfuse.observation.model.parameters",
    "langsmith.metadata.ls_invocation_params",
    "model_request_parameters",
)
# Single attributes of older conventions. MLflow writes the bare names.
BARE = (
    "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "max_output_tokens", "seed", "n", "stop",
    "frequency_penalty", "presence_penalty", "tool_choice", "response_format", "stream", "reasoning_effort",
    "parallel_tool_calls", "logprobs", "service_tier",
)  # fmt: skip
SINGLE = {
    **{f"llm.{name}": name for name in BARE},
    "gen_ai.output.type": "output_type",
    "gen_ai.embeddings.dimension.count": "dimensions",
}
# Among the prefixes there are things that are no parameter: what is shown elsewhere, or says nothing to a reader.
KNOWN = re.compile(
    r"temperature|top_?[pk]|max_?(completion_|output_)?tokens|maxOutputTokens|seed|n|stop|stop_sequences|stopSequences"
    r"|choice\.count|(frequency|presence|repetition)_?penalty|stream(ing)?|is_stream|reasoning_effort|tool_choice|toolChoice"
    r"|response_format|structured_output_schema|encoding_formats?|parallel_tool_calls|logprobs|service_tier|thinking\w*"
    r"|max_?retries|user|logit_bias|min_p|verbosity|modalities|dimensions|candidate_count|safety_settings|timeout|background",
    re.IGNORECASE,
)
# Inside objects there is more than parameters.
_NO_PARAMETER = (
    "model model_name messages input prompt tools functions function_tools _type instructions system contents"
    " extra_headers extra_body extra_query api_key base_url id object created_at completed_at output usage error"
    " status metadata incomplete_details context_window is_chat_model is_function_calling_model num_output"
    " system_role instruction_parts"
)
NOT_A_PARAMETER = frozenset(_NO_PARAMETER.split())
SAME = {
    **dict.fromkeys(("choice.count", "candidate_count"), "n"),
    **dict.fromkeys(("max_completion_tokens", "max_output_tokens", "maxoutputtokens", "maxtokens"), "max_tokens"),
    **dict.fromkeys(("stop_sequences", "stopsequences"), "stop"),
    **dict.fromkeys(("streaming", "is_stream"), "stream"),
    "topp": "top_p",
    "topk": "top_k",
    "frequencypenalty": "frequency_penalty",
    "presencepenalty": "presence_penalty",
    "toolchoice": "tool_choice",
    "maxretries": "max_retries",
    "structured_output_schema": "response_format",
}
ORDER = ("temperature", "max_tokens", "top_p", "top_k", "seed", "stop", "n", "stream")
SCHEMAS = (
    "gen_ai.request.structured_output_schema",
    "gen_ai.request.response_format",
    "response_format",
    "ai.schema",
    "gen_ai.openai.request.response_format",
)


_VERDICTS = (
    "passed triggered tripwire_triggered flagged blocked action verdict decision label score valid reason explanation"
    " categories"
)
VERDICTS = _VERDICTS.split()
VERDICT_PREFIXES = ("gen_ai.evaluation.", "guardrail.", "gen_ai.guardrail.", "evaluation.", "eval.")


def parameters(attributes: Mapping[str, str], scope_name: str = "") -> dict[str, str]:
    """Name → value as text, the common ones first. A name that several conventions say is taken from the best."""
    found: dict[str, str] = {}

    def say(name: str, value: object) -> None:
        text = as_text(value)
        if text not in ("", "null", "{}", "[]"):
            found.setdefault(SAME.get(name.lower(), name), text)

    for prefix in PREFIXES:
        for key in sorted(attributes):
            name = key.removeprefix(prefix)
            if name != key and KNOWN.fullmatch(name):
                say(name, attributes[key])
    for key, name in SINGLE.items():
        say(name, attributes.get(key, ""))
    for key in OBJECTS:
        for name, value in as_map(parse(attributes.get(key, ""))).items():
            if name not in NOT_A_PARAMETER:
                say(name, value)
    if scope_name.startswith(MLFLOW):
        for name in BARE:
            say(name, decoded(attributes.get(name, "")))
    ranked = sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return {name: found[name] for name in ranked}


def response_schema(attributes: Mapping[str, str]) -> object:
    """The JSON schema that was asked for, or None."""
    asked = [opened(attributes.get(key, "")) for key in SCHEMAS]
    for key in OBJECTS:
        item = as_map(parse(attributes.get(key, "")))
        asked += [item.get("response_format"), item.get("text"), item.get("response_schema"), item.get("output_schema")]
    return next((schema for value in asked if (schema := _schema_in(opened(value))) is not None), None)


def _schema_in(value: object) -> object:
    """OpenAI wraps it: {"type": "json_schema", "json_schema": {"schema": …}}, or {"format": {"schema": …}}."""
    item = as_map(value)
    for _ in range(3):
        inner = first(item, "json_schema", "format", "schema", "schema_")
        if not is_map(inner):
            break
        item = inner
    return item if "properties" in item or "$defs" in item or "anyOf" in item else None


def verdict(attributes: Mapping[str, str], output: str) -> dict[str, str]:
    """What a guardrail or an evaluator found, when its attributes or its output say so: name → value as text."""
    found: dict[str, str] = {}
    for key in sorted(attributes):
        for prefix in VERDICT_PREFIXES:
            if key.startswith(prefix) and len(attributes[key]) <= 2_000:
                found[key.removeprefix(prefix)] = attributes[key]
    said = as_map(parse(output))
    for name in VERDICTS:
        if name in said and name not in found:
            value = said[name]
            found[name] = json_text(value) if not isinstance(value, str) else value
    return found
