"""`/api/v1/metrics`: what every chart is made of."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field  # pyright: ignore[reportUnknownVariableType]
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries
from backend.api.authentication import access_of
from backend.api.traces import ERRORS
from backend.core import limits
from backend.core.errors import InvalidInput
from backend.core.times import rfc3339
from backend.metrics import services
from backend.metrics.services import MEASURES, Measure
from backend.metrics.view import Answer, Question, Series, Value

NUMBERS = {"type": "object", "additionalProperties": {"type": "number", "nullable": True}}
LISTS = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "number", "nullable": True}},
}
PARAMETERS = ("measure", "group_by", "interval", "filter", "from", "to", "top")


class MetricMeasure(s.Serializer[Any]):
    name = s.CharField()
    label = s.CharField()  # pyright: ignore[reportAssignmentType] - the name of a field, not of Field's own label
    unit = s.CharField(help_text="count, ms, tokens, usd, share (0 to 1), tokens_per_second or score.")


@extend_schema_field(NUMBERS)
class _Totals(s.JSONField):
    pass


@extend_schema_field(LISTS)
class _Values(s.JSONField):
    pass


class MetricSeries(s.Serializer[Any]):
    group = s.CharField(allow_null=True, help_text='"" for what has no value; null for all groups or all others.')
    totals = _Totals(help_text="By measure, over the whole window. null: nobody gave the numbers.")
    values = _Values(help_text="By measure, one number an interval, in the order of `starts`.")


class Metrics(s.Serializer[Any]):
    measures = MetricMeasure(many=True)
    group_by = s.CharField()
    interval_s = s.IntegerField(allow_null=True, help_text="null when only totals were asked for.")
    starts = s.ListField(child=s.DateTimeField(), help_text="When each interval begins.")
    series = MetricSeries(many=True, help_text="The groups with most of the first measure.")
    other = MetricSeries(allow_null=True, help_text="All other groups together.")
    total = MetricSeries(allow_null=True, help_text="Everything; null where a row has several values, as with tags.")


class MetricsView(APIView):
    @extend_schema(
        operation_id="get_metrics",
        summary="Measure spans, model calls, traces or scores",
        parameters=[
            OpenApiParameter(
                "measure",
                str,
                required=True,
                description="One, or several of one kind separated by commas: "
                + ", ".join(f"`{one.name}`" for one in MEASURES),
            ),
            OpenApiParameter(
                "group_by",
                str,
                description="`model`, `user`, `tag`, …, `metadata.KEY`, `attr.KEY` or `resource.KEY`.",
            ),
            OpenApiParameter("interval", str, description="`auto` (default), `none`, or a length: `5m`, `1h`, `1d`."),
            OpenApiParameter("filter", str, description="In the language of the filter bar."),
            OpenApiParameter("from", str, description=f"What begins at or after. {queries.TIME_TEXT}"),
            OpenApiParameter("to", str, description=f"What begins before. {queries.TIME_TEXT}"),
            OpenApiParameter(
                "top", {"type": "integer", "minimum": 1, "maximum": limits.METRIC_GROUPS, "default": 10},
                description="So many groups apart; all others are put together.",
            ),
            queries.PROJECT_PARAMETER,
        ],
        responses={200: Metrics, **ERRORS},
        tags=["metrics"],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Numbers over time and in all. Tokens and costs count every model call once: wrappers that repeat the usage of
        the calls below them are left out. What is said of a trace (user, session, tag, environment, release) holds for
        all of its spans."""
        query = request.query_params
        queries.check_known(query, PARAMETERS)
        top = query.get("top", "").strip() or "10"
        if not top.isascii() or not top.isdigit():
            raise InvalidInput(f"top must be a number from 1 to {limits.METRIC_GROUPS}.", field="top")
        question = Question(
            access_of(request).project_id,
            *queries.window(query),
            measures=tuple(name.strip() for name in query.get("measure", "").split(",") if name.strip()),
            group_by=query.get("group_by", "").strip(),
            interval=query.get("interval", "").strip() or "auto",
            filter=query.get("filter", ""),
            top=int(top[:6]),
        )
        return Response(shape(services.measure(question)))


def shape(answer: Answer) -> dict[str, object]:
    by_name = {one.name: one for one in answer.measures}
    return {
        "measures": [
            {"name": one.name, "label": one.label, "unit": "ms" if one.unit == "ns" else one.unit}
            for one in answer.measures
        ],
        "group_by": answer.group_by,
        "interval_s": answer.step_ns // limits.SECOND_NS or None,
        "starts": [rfc3339(start) for start in answer.starts],
        "series": [_series(one, one.group, by_name) for one in answer.series],
        "other": _series(answer.other, None, by_name) if answer.other else None,
        "total": _series(answer.total, None, by_name) if answer.total else None,
    }


def _series(series: Series, group: str | None, measures: dict[str, Measure]) -> dict[str, object]:
    return {
        "group": group,
        "totals": {name: _number(value, measures[name]) for name, value in series.totals.items()},
        "values": {name: [_number(v, measures[name]) for v in values] for name, values in series.values.items()},
    }


def _number(value: Value, measure: Measure) -> Value:
    return value / 1_000_000 if value is not None and measure.unit == "ns" else value
