"""`/api/v1/scores`: writing one or many, and reading."""

from __future__ import annotations

import time
from typing import Any, cast

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries, schemas
from backend.api.authentication import access_of
from backend.core.errors import InvalidInput
from backend.core.limits import MAX_SCORES_PER_REQUEST
from backend.scores import services
from backend.scores.view import NewScore

ERRORS = dict.fromkeys((401, 403, 503, 504), schemas.ErrorBody)
ONE_OR_MANY = PolymorphicProxySerializer(
    component_name="OneOrManyScores",
    serializers=[schemas.NewScore, schemas.NewScore(many=True)],
    resource_type_field_name=None,
    many=False,
)


class Scores(APIView):
    @extend_schema(
        operation_id="list_scores",
        summary="List scores",
        parameters=[
            OpenApiParameter("trace_id", str),
            OpenApiParameter("span_id", str),
            OpenApiParameter("session_id", str),
            OpenApiParameter("name", str),
            OpenApiParameter("from", str, description=f"Scores made at or after. {queries.TIME_TEXT}"),
            OpenApiParameter("to", str, description=f"Scores made before. {queries.TIME_TEXT}"),
            queries.CURSOR_PARAMETER,
            queries.LIMIT_PARAMETER,
            queries.PROJECT_PARAMETER,
        ],
        responses={200: schemas.ScoreList, 400: schemas.ErrorBody, **ERRORS},
        tags=["scores"],
    )
    def get(self, request: Request) -> Response:
        """Scores, newest first, of all time unless `from` or `to` say otherwise."""
        query = request.query_params
        names = ("trace_id", "span_id", "session_id", "name")
        queries.check_known(query, (*names, "from", "to", "cursor", "limit"))
        now = time.time_ns()
        end_ns = queries.moment(query, "to", now)
        page = services.list_scores(
            access_of(request).project_id,
            **{name: query.get(name) for name in names},
            start_ns=queries.moment(query, "from", now) or 0,
            end_ns=services.END_OF_TIME_NS if end_ns is None else end_ns,
            cursor=query.get("cursor") or None,
            limit=queries.page_size(query),
        )
        return Response({"results": [score.as_dict() for score in page.results], "next_cursor": page.next_cursor})

    @extend_schema(
        operation_id="create_scores",
        summary="Write scores",
        description=(
            f"One score, or a list of up to {MAX_SCORES_PER_REQUEST:,}. All are stored or, when one is wrong, none. "
            "The reply is the score, or `results` for a list."
        ),
        request=ONE_OR_MANY,
        responses={
            201: PolymorphicProxySerializer(
                component_name="OneOrManyStored",
                serializers=[schemas.Score, schemas.CreatedScores],
                resource_type_field_name=None,
                many=False,
            ),
            **dict.fromkeys((400, 413, 415), schemas.ErrorBody),
            **ERRORS,
        },
        examples=[
            OpenApiExample(
                "One",
                value={"id": "8f2", "name": "helpful", "value": 0.9, "trace_id": "5b8aa5a2d2c872e8321cf37308d69df2"},
                request_only=True,
            )
        ],
        parameters=[queries.PROJECT_PARAMETER],
        tags=["scores"],
    )
    def post(self, request: Request) -> Response:
        queries.check_known(request.query_params, ())
        access = access_of(request)
        body: Any = request.data
        many = isinstance(body, list)
        if not many and not isinstance(body, dict):
            raise InvalidInput("Send a score as an object, or a list of them.")
        count = len(cast("list[Any]", body)) if many else 1
        if not 0 < count <= MAX_SCORES_PER_REQUEST:
            raise InvalidInput(f"Send 1 to {MAX_SCORES_PER_REQUEST:,} scores at once.")
        made = services.create_scores(access.project_id, read_scores(body), author=access.actor)
        found = [score.as_dict() for score in made]
        return Response({"results": found} if many else found[0], status=status.HTTP_201_CREATED)


def read_scores(body: Any) -> list[NewScore]:
    """The checked body. Raises InvalidInput or DRF's ValidationError, which name the wrong field."""
    items = cast("list[Any]", body if isinstance(body, list) else [body])
    known = set(schemas.NewScore().fields)
    for position, item in enumerate(items):
        unknown = sorted(set(cast("dict[str, Any]", item)) - known) if isinstance(item, dict) else []
        if unknown:
            place = f"{position}." if isinstance(body, list) else ""
            raise InvalidInput(f"A score has no field {unknown[0]!r}.", field=place + unknown[0])
    serializer = schemas.NewScore(data=body, many=isinstance(body, list))
    serializer.is_valid(raise_exception=True)
    checked: Any = serializer.validated_data
    return [new_score(item) for item in (checked if isinstance(body, list) else [checked])]


def new_score(item: dict[str, Any]) -> NewScore:
    """null is the same as not given."""
    return NewScore(**{name: value for name, value in item.items() if value is not None})
