"""`/api/v1/metrics/distribution`: what heatmaps and histograms are made of."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field  # pyright: ignore[reportUnknownVariableType]
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries
from backend.api.authentication import access_of
from backend.api.metrics import MetricMeasure
from backend.api.traces import ERRORS
from backend.core import limits
from backend.core.errors import InvalidInput
from backend.core.times import rfc3339
from backend.metrics.distribution import OTHER, QUANTITIES, Distribution, Quantity, SpreadQuestion, distribution

PARAMETERS = ("measure", "group_by", "interval", "filter", "from", "to", "top")
QUANTITY_PARAMETER = OpenApiParameter(
    "measure", str, required=True, description="One of " + ", ".join(f"`{one.name}`" for one in QUANTITIES)
)
FILTER_PARAMETER = OpenApiParameter("filter", str, description="In the language of the filter bar.")
TIME_PARAMETERS = [
    OpenApiParameter("from", str, description=f"What begins at or after. {queries.TIME_TEXT}"),
    OpenApiParameter("to", str, description=f"What begins before. {queries.TIME_TEXT}"),
]


class SpreadBucket(s.Serializer[Any]):
    low = s.FloatField(help_text="In the unit of the measure. Zeros have the bucket from 0 to 0.")
    high = s.FloatField(help_text="Not in the bucket.")


@extend_schema_field({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}})
class _Counts(s.JSONField):
    pass


class SpreadSeries(s.Serializer[Any]):
    group = s.CharField(allow_null=True, help_text='"" for what has no value; null for all groups or all others.')
    rows = s.IntegerField()
    counts = _Counts(help_text="A list an interval, in the order of `starts`, of a number a bucket.")


class MetricDistribution(s.Serializer[Any]):
    measure = MetricMeasure()
    group_by = s.CharField()
    interval_s = s.IntegerField(allow_null=True, help_text="null for a histogram, which has one list of counts.")
    starts = s.ListField(child=s.DateTimeField())
    buckets = SpreadBucket(many=True, help_text="On a logarithmic scale; never more than 41.")
    series = SpreadSeries(many=True, help_text="The groups with most rows; the last one, null, holds all others.")
    total = SpreadSeries()
    missing = s.IntegerField(help_text="Rows of which nobody gave the number, such as calls without a price.")


class MetricDistributionView(APIView):
    @extend_schema(
        operation_id="get_metrics_distribution",
        summary="Count rows by how large a number of theirs is",
        parameters=[
            QUANTITY_PARAMETER,
            OpenApiParameter(
                "interval", str, description="`auto` (default), `none` for a histogram, or a length: `5m`, `1h`, `1d`."
            ),
            OpenApiParameter("group_by", str, description="As in `/metrics`, but for tags."),
            FILTER_PARAMETER,
            *TIME_PARAMETERS,
            OpenApiParameter(
                "top", {"type": "integer", "minimum": 1, "maximum": limits.METRIC_GROUPS, "default": 6},
                description="So many groups apart; all others are put together.",
            ),
            queries.PROJECT_PARAMETER,
        ],
        responses={200: MetricDistribution, **ERRORS},
        tags=["metrics"],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The numbers behind a heatmap (counts by interval and bucket) or a histogram (counts by bucket)."""
        query = request.query_params
        queries.check_known(query, PARAMETERS)
        top = query.get("top", "").strip() or "6"
        if not top.isascii() or not top.isdigit():
            raise InvalidInput(f"top must be a number from 1 to {limits.METRIC_GROUPS}.", field="top")
        question = SpreadQuestion(
            access_of(request).project_id,
            *queries.window(query),
            quantity=query.get("measure", "").strip(),
            interval=query.get("interval", "").strip() or "auto",
            filter=query.get("filter", ""),
            group_by=query.get("group_by", "").strip(),
            top=int(top[:6]),
        )
        return Response(shape(distribution(question)))


def shape(found: Distribution) -> dict[str, object]:
    per_unit = 1_000_000 if found.quantity.unit == "ns" else 1

    def series(group: str | None, rows: int, counts: list[list[int]]) -> dict[str, object]:
        return {"group": group, "rows": rows, "counts": counts}

    return {
        "measure": shown_quantity(found.quantity),
        "group_by": found.group_by,
        "interval_s": found.step_ns // limits.SECOND_NS or None,
        "starts": [rfc3339(start) for start in found.starts],
        "buckets": [{"low": one.low / per_unit, "high": one.high / per_unit} for one in found.buckets],
        "series": [series(None if one.group == OTHER else one.group, one.rows, one.counts) for one in found.series],
        "total": series(None, found.total.rows, found.total.counts),
        "missing": found.missing,
    }


def shown_quantity(quantity: Quantity) -> dict[str, str]:
    return {"name": quantity.name, "label": quantity.label, "unit": "ms" if quantity.unit == "ns" else quantity.unit}
