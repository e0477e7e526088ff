"""`/api/v1/metrics/models`: models compared like for like, each number with its interval."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries
from backend.api.authentication import access_of
from backend.api.metrics_distribution import FILTER_PARAMETER, TIME_PARAMETERS
from backend.api.traces import ERRORS
from backend.metrics.comparison import Compared, CompareQuestion, Comparison, compare
from backend.metrics.intervals import Estimate

PARAMETERS = ("by", "models", "filter", "from", "to")


class ComparedModel(s.Serializer[Any]):
    model = s.CharField()
    calls = s.IntegerField(help_text="In the window.")
    compared = s.BooleanField()


class ComparedStratum(s.Serializer[Any]):
    value = s.CharField()
    weight = s.FloatField(help_text="Its share of all calls compared.")


class ModelEstimate(s.Serializer[Any]):
    model = s.CharField()
    value = s.FloatField(allow_null=True, help_text="null: nobody gave the numbers in what all models serve.")
    low = s.FloatField(allow_null=True, help_text="The 95 % interval is from here")
    high = s.FloatField(allow_null=True, help_text="to here.")
    rows = s.IntegerField(help_text="Calls (scores) it is made of.")
    clear = s.ChoiceField(
        choices=["higher", "lower"],
        allow_null=True,
        help_text="Than the first model, by more than chance, all comparisons of the answer taken together.",
    )


class ComparedMeasure(s.Serializer[Any]):
    name = s.CharField()
    unit = s.CharField(help_text="As in `/metrics`.")
    better = s.CharField(help_text='"up", "down" or "".')
    models = ModelEstimate(many=True)


class MetricModels(s.Serializer[Any]):
    by = s.CharField()
    models = ComparedModel(many=True, help_text="All of the window, those with most calls first.")
    strata = ComparedStratum(many=True, help_text="What all compared models serve.")
    left_out = s.IntegerField(help_text="Calls of the compared models outside the common strata.")
    measures = ComparedMeasure(many=True)


class MetricModelsView(APIView):
    @extend_schema(
        operation_id="get_metrics_models",
        summary="Compare models like for like",
        parameters=[
            OpenApiParameter(
                "by", str, description="What makes calls alike: a grouping of calls as in `/metrics`, such as `prompt`."
            ),
            OpenApiParameter(
                "models", str, description="Separated by commas; those that share most work when not given."
            ),
            FILTER_PARAMETER,
            *TIME_PARAMETERS,
            queries.PROJECT_PARAMETER,
        ],
        responses={200: MetricModels, **ERRORS},
        tags=["metrics"],
    )
    def get(self, request: Request) -> Response:
        """Cost, latency, tokens, errors and scores of models in the strata that all of them serve, weighted alike."""
        query = request.query_params
        queries.check_known(query, PARAMETERS)
        models = tuple(name.strip() for name in query.get("models", "").split(",") if name.strip())
        project_id = access_of(request).project_id
        by = query.get("by", "").strip()
        return Response(
            shape(compare(CompareQuestion(project_id, *queries.window(query), by, models, query.get("filter", ""))))
        )


def shape(found: Comparison) -> dict[str, object]:
    return {
        "by": found.by,
        "models": [
            {"model": name, "calls": calls, "compared": name in found.models} for name, calls in found.seen.items()
        ],
        "strata": [{"value": name, "weight": weight} for name, weight in found.strata.items()],
        "left_out": found.left_out,
        "measures": [_measure(one) for one in found.measures],
    }


def _measure(one: Compared) -> dict[str, object]:
    unit = "ms" if one.unit == "ns" else one.unit
    models = [_estimate(one, model, estimate) for model, estimate in one.estimates.items()]
    return {"name": one.name, "unit": unit, "better": one.better, "models": models}


def _estimate(one: Compared, model: str, estimate: Estimate | None) -> dict[str, object]:
    scale = 1_000_000 if one.unit == "ns" else 1
    if estimate is None:
        return {"model": model, "value": None, "low": None, "high": None, "rows": 0, "clear": None}
    return {
        "model": model,
        "value": estimate.value / scale,
        "low": estimate.low / scale,
        "high": estimate.high / scale,
        "rows": estimate.rows,
        "clear": {1: "higher", -1: "lower"}.get(one.clear.get(model, 0)),
    }
