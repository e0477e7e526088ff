"""The shapes of requests and replies as serializers: what the OpenAPI page says and what input is checked by."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field  # pyright: ignore[reportUnknownVariableType]
from rest_framework import serializers as s

SPAN_TYPES = (
    "llm", "embedding", "agent", "chain", "tool", "retriever", "reranker", "guardrail", "evaluator", "prompt", "span",
)  # fmt: skip
STATUS_CODES = ("ok", "error", "unset")
COST_SOURCES = ("reported", "computed", "unpriced", "mixed")
SCORE_SOURCES = ("human", "user", "evaluator", "api")
SCORE_TYPES = ("numeric", "categorical", "boolean", "text")
KINDS = ("internal", "server", "client", "producer", "consumer", "unspecified")
OPEN_OBJECT: dict[str, Any] = {"type": "object", "additionalProperties": True}


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string"}]})
class ScoreValueField(s.Field[Any, Any, Any, Any]):
    """A number, true or false, or a text; what fits is checked where scores are made."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, int | float | str):
            raise s.ValidationError("value must be a number, true, false or a text.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(OPEN_OBJECT)
class OpenObject(s.JSONField):
    """An object whose keys depend on the span."""


class ErrorDetail(s.Serializer[Any]):
    code = s.CharField()
    message = s.CharField()
    field = s.CharField(required=False)  # pyright: ignore[reportAssignmentType] - shadows nothing that is used
    position = s.IntegerField(required=False)


class ErrorBody(s.Serializer[Any]):
    error = ErrorDetail()


class Usage(s.Serializer[Any]):
    input_tokens = s.IntegerField(allow_null=True, help_text="Counts cached input, too.")
    output_tokens = s.IntegerField(allow_null=True)
    cache_read_tokens = s.IntegerField(allow_null=True)
    cache_write_tokens = s.IntegerField(allow_null=True)
    reasoning_tokens = s.IntegerField(allow_null=True)
    audio_input_tokens = s.IntegerField(allow_null=True)
    audio_output_tokens = s.IntegerField(allow_null=True)
    total_tokens = s.IntegerField(allow_null=True)


class Cost(s.Serializer[Any]):
    total = s.FloatField(allow_null=True, help_text="null when no price is known.")
    input = s.FloatField(allow_null=True)
    output = s.FloatField(allow_null=True)
    currency = s.CharField()
    source = s.ChoiceField(choices=COST_SOURCES)  # pyright: ignore[reportAssignmentType]


class Timed(s.Serializer[Any]):
    """What traces and spans have in common. Times are RFC 3339 in UTC with nine digits after the second."""

    name = s.CharField()
    start_time = s.DateTimeField()
    end_time = s.DateTimeField()
    duration_ms = s.FloatField()
    session_id = s.CharField(allow_null=True)
    user_id = s.CharField(allow_null=True)
    tags = s.ListField(child=s.CharField())
    usage = Usage()
    cost = Cost()


class ScoreAverage(s.Serializer[Any]):
    name = s.CharField()
    value = s.FloatField(help_text="The mean; true counts as 1.")
    count = s.IntegerField()


class TraceSummary(Timed):
    trace_id = s.CharField()
    root_span_id = s.CharField(allow_null=True, help_text="null while the root span has not arrived.")
    type = s.ChoiceField(choices=SPAN_TYPES)
    status = s.ChoiceField(choices=STATUS_CODES)
    span_count = s.IntegerField()
    error_count = s.IntegerField()
    models = s.ListField(child=s.CharField())
    service_name = s.CharField()
    environment = s.CharField(allow_null=True)
    scores = ScoreAverage(many=True, help_text="Means of the numeric and boolean scores, by name.")
    input_preview = s.CharField(help_text="The first 160 characters.")
    output_preview = s.CharField(help_text="The first 160 characters.")


class TraceList(s.Serializer[Any]):
    results = TraceSummary(many=True)
    next_cursor = s.CharField(allow_null=True, help_text="null on the last page.")


class FacetValue(s.Serializer[Any]):
    value = s.CharField()
    traces = s.IntegerField(help_text="How many traces have a span with this value that matches the filter.")


class FacetValues(s.Serializer[Any]):
    field = s.CharField()
    results = FacetValue(many=True, help_text="The most frequent first.")
    more = s.BooleanField(help_text="Whether there are more values than `limit`.")


class FilterSuggestion(s.Serializer[Any]):
    kind = s.ChoiceField(choices=["field", "condition", "value"])
    text = s.CharField(help_text="What to write.")
    detail = s.CharField(help_text="What it means, for fields and conditions.")
    traces = s.IntegerField(allow_null=True, help_text="About how many traces have the value; null: not counted.")


class FilterSuggestions(s.Serializer[Any]):
    start = s.IntegerField(help_text="The first character that a suggestion replaces.")
    end = s.IntegerField(help_text="The first one behind it.")
    results = FilterSuggestion(many=True)


class SpanStatus(s.Serializer[Any]):
    code = s.ChoiceField(choices=STATUS_CODES)
    message = s.CharField()


class SpanFailure(s.Serializer[Any]):
    type = s.CharField()
    message = s.CharField()
    stacktrace = s.CharField()


class Scope(s.Serializer[Any]):
    name = s.CharField()
    version = s.CharField()


class PromptName(s.Serializer[Any]):
    name = s.CharField()
    version = s.CharField(allow_null=True)


class Event(s.Serializer[Any]):
    name = s.CharField()
    time = s.DateTimeField()
    attributes = s.DictField(child=s.CharField())


class Link(s.Serializer[Any]):
    trace_id = s.CharField()
    span_id = s.CharField()
    attributes = s.DictField(child=s.CharField())


class Message(s.Serializer[Any]):
    """The message schema of OpenTelemetry's GenAI conventions."""

    role = s.CharField()
    parts = s.ListField(child=OpenObject(), help_text="Each has a `type`: text, reasoning, tool_call, …")
    finish_reason = s.CharField(required=False)


class Span(Timed):
    trace_id = s.CharField()
    span_id = s.CharField()
    parent_span_id = s.CharField(allow_null=True)
    type = s.ChoiceField(choices=SPAN_TYPES)
    kind = s.ChoiceField(choices=KINDS)
    status = SpanStatus()
    error = SpanFailure(allow_null=True)
    service_name = s.CharField()
    scope = Scope()
    environment = s.CharField(allow_null=True)
    release = s.CharField(allow_null=True)
    provider = s.CharField(allow_null=True)
    operation = s.CharField(allow_null=True)
    request_model = s.CharField(allow_null=True)
    response_model = s.CharField(allow_null=True)
    response_id = s.CharField(allow_null=True)
    streaming = s.BooleanField(allow_null=True)
    time_to_first_token_ms = s.FloatField(allow_null=True)
    tokens_per_second = s.FloatField(allow_null=True)
    finish_reasons = s.ListField(child=s.CharField())
    agent_name = s.CharField(allow_null=True)
    input_messages = Message(many=True)
    output_messages = Message(many=True)
    input_preview = s.CharField()
    output_preview = s.CharField()
    input = s.CharField(help_text="As it was sent; JSON stays JSON.")
    output = s.CharField(help_text="As it was sent; JSON stays JSON.")
    tool = OpenObject(allow_null=True, help_text="`name`, `arguments`, `result`")
    tool_definitions = s.ListField(child=OpenObject())
    documents = s.ListField(child=OpenObject(), help_text="`id`, `content`, `score`, `metadata`")
    prompt = PromptName(allow_null=True)
    attributes = s.DictField(child=s.CharField())
    resource_attributes = s.DictField(child=s.CharField())
    events = Event(many=True)
    links = Link(many=True)


SOURCES = ("attribute", "resource", "event", "derived", "inferred", "none")


class MappingCandidate(s.Serializer[Any]):
    source = s.ChoiceField(choices=SOURCES)  # pyright: ignore[reportAssignmentType]
    key = s.CharField(allow_null=True)
    member = s.CharField(allow_null=True, help_text="Of the JSON object in the attribute.")
    value = s.CharField(help_text="The text that was sent, its first 300 characters.")


class MappingField(MappingCandidate):
    """`derived`: worked out from `key`. `inferred`: from the rest of the span. `none`: the field is empty."""

    name = s.CharField()
    stored = s.CharField(help_text="What the field holds, as text.")
    lost = MappingCandidate(many=True)


class MappingMessages(s.Serializer[Any]):
    convention = s.CharField(allow_null=True, help_text="Whose messages are shown.")
    conventions = s.ListField(child=s.CharField(), help_text="All that had something to add, in order.")
    attributes = s.ListField(child=s.CharField(), help_text="What they read.")


class SpanMapping(s.Serializer[Any]):
    trace_id = s.CharField()
    span_id = s.CharField()
    mapping_version = s.IntegerField(help_text="Of the table that read this span; 0 when that was not noted yet.")
    current_version = s.IntegerField()
    fields = MappingField(many=True)  # pyright: ignore[reportAssignmentType,reportIncompatibleMethodOverride]
    messages = MappingMessages()
    unused = s.ListField(child=s.CharField(), help_text="Attributes that nothing read.")
    unused_resource = s.ListField(child=s.CharField())


class Score(s.Serializer[Any]):
    id = s.CharField()
    name = s.CharField()
    value = ScoreValueField()
    data_type = s.ChoiceField(choices=SCORE_TYPES)
    trace_id = s.CharField(allow_null=True)
    span_id = s.CharField(allow_null=True)
    session_id = s.CharField(allow_null=True)
    comment = s.CharField()
    source = s.ChoiceField(choices=SCORE_SOURCES)  # pyright: ignore[reportAssignmentType] - no argument of that name is used
    author = s.CharField(help_text="Who wrote it: a person's email, or `key:` and the name of the key.")
    metadata = s.DictField(child=s.CharField())
    created_at = s.DateTimeField()


class Trace(Timed):
    trace_id = s.CharField()
    status = s.ChoiceField(choices=STATUS_CODES)
    span_count = s.IntegerField()
    error_count = s.IntegerField()
    payloads = s.BooleanField(help_text="false: a large trace; ask for the content of one span.")
    truncated = s.BooleanField(help_text="true: the trace has more spans than are listed.")
    scores = Score(many=True)
    spans = Span(many=True)


class ScoreList(s.Serializer[Any]):
    results = Score(many=True)
    next_cursor = s.CharField(allow_null=True, help_text="null on the last page.")


class CreatedScores(s.Serializer[Any]):
    results = Score(many=True)


class NewScore(s.Serializer[Any]):
    """One judgement. An `id` of yours makes sending it again safe: it replaces itself."""

    id = s.CharField(required=False, allow_blank=True, default="", max_length=200)
    name = s.CharField(max_length=200)
    value = ScoreValueField()
    data_type = s.ChoiceField(choices=SCORE_TYPES, required=False, allow_null=True, default=None)
    trace_id = s.CharField(required=False, allow_null=True, allow_blank=True, default="")
    span_id = s.CharField(required=False, allow_null=True, allow_blank=True, default="")
    session_id = s.CharField(required=False, allow_null=True, allow_blank=True, default="")
    comment = s.CharField(required=False, allow_null=True, allow_blank=True, default="", trim_whitespace=False)
    source = s.ChoiceField(choices=SCORE_SOURCES, required=False, default="api")  # pyright: ignore[reportAssignmentType]
    metadata = s.DictField(child=s.CharField(allow_blank=True), required=False, default=dict)
