"""`/api/v1/metrics/differences`: which values a region of a distribution has more or less often than the rest."""

from __future__ import annotations

import math
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries
from backend.api.authentication import access_of
from backend.api.metrics import MetricMeasure
from backend.api.metrics_distribution import FILTER_PARAMETER, QUANTITY_PARAMETER, TIME_PARAMETERS, shown_quantity
from backend.api.traces import ERRORS
from backend.core.errors import InvalidInput
from backend.core.times import parse_time
from backend.metrics.differences import Differences, Region, differences
from backend.metrics.distribution import SpreadQuestion, find_quantity

PARAMETERS = ("measure", "filter", "from", "to", "region_from", "region_to", "low", "high")
NO_END = 1e300


class DifferentValue(s.Serializer[Any]):
    value = s.CharField(help_text="Of token counts the class n: from 4ⁿ to below 4ⁿ⁺¹.")
    inside = s.IntegerField(help_text="Rows of the sample inside the region that have it.")
    outside = s.IntegerField()
    share_inside = s.FloatField()
    share_outside = s.FloatField()
    certain = s.FloatField(
        help_text="How much the shares differ at least, with 95 % certainty for all values together; 0: may be chance."
    )


class DifferentField(s.Serializer[Any]):
    field = s.CharField(help_text="As in a filter, but for `finish_reason` and `prompt_version`.")
    clear = s.BooleanField(help_text="Whether one of the values differs by more than chance.")
    values = DifferentValue(many=True, help_text="Those that differ most first.")


class MetricDifferences(s.Serializer[Any]):
    measure = MetricMeasure()
    inside = s.IntegerField(help_text="Rows inside the region.")
    outside = s.IntegerField(help_text="Other rows that match and have the number.")
    sample_inside = s.IntegerField(help_text="Rows looked at.")
    sample_outside = s.IntegerField()
    compared = s.IntegerField(help_text="Values compared.")
    fields = DifferentField(many=True)  # pyright: ignore[reportAssignmentType] - a field of the answer of this name


class MetricDifferencesView(APIView):
    @extend_schema(
        operation_id="get_metrics_differences",
        summary="Tell what a region of a distribution has in common",
        parameters=[
            QUANTITY_PARAMETER,
            OpenApiParameter("region_from", str, description="Where the region begins; `from` by default."),
            OpenApiParameter("region_to", str, description="Where the region ends; `to` by default."),
            OpenApiParameter("low", float, description="Numbers in the region are at least this: ms, tokens or usd."),
            OpenApiParameter("high", float, description="Numbers in the region are below this."),
            FILTER_PARAMETER,
            *TIME_PARAMETERS,
            queries.PROJECT_PARAMETER,
        ],
        responses={200: MetricDifferences, **ERRORS},
        tags=["metrics"],
    )
    def get(self, request: Request) -> Response:
        """For each field and attribute the values whose share inside the region differs from the share outside."""
        query = request.query_params
        queries.check_known(query, PARAMETERS)
        quantity = find_quantity(query.get("measure", "").strip())
        start, end = queries.window(query)
        scale = 1_000_000 if quantity.unit == "ns" else 1
        region = Region(
            _moment(query, "region_from", start),
            _moment(query, "region_to", end),
            _number(query, "low", 0.0) * scale,
            _number(query, "high", NO_END) * scale,
        )
        question = SpreadQuestion(
            access_of(request).project_id, start, end, quantity=quantity.name, filter=query.get("filter", "")
        )
        return Response(shape(differences(question, region)))


def _moment(query: QueryDict, name: str, default: int) -> int:
    found = query.get(name, "").strip()
    try:
        return parse_time(found, default) if found else default
    except ValueError as error:
        raise InvalidInput(f"{error}.", field=name) from None


def _number(query: QueryDict, name: str, default: float) -> float:
    written = query.get(name, "").strip()
    try:
        found = float(written[:40]) if written else default
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or found < 0:
        raise InvalidInput(f"{name} must be a number from 0.", field=name)
    return found


def shape(found: Differences) -> dict[str, object]:
    return {
        "measure": shown_quantity(found.quantity),
        "inside": found.inside,
        "outside": found.outside,
        "sample_inside": found.sample_inside,
        "sample_outside": found.sample_outside,
        "compared": found.compared,
        "fields": [
            {
                "field": one.field,
                "clear": one.clear,
                "values": [
                    {
                        "value": v.value,
                        "inside": v.inside,
                        "outside": v.outside,
                        "share_inside": v.share_inside,
                        "share_outside": v.share_outside,
                        "certain": v.certain,
                    }
                    for v in one.values
                ],
            }
            for one in found.fields
        ],
    }
