"""`/api/v1/filter/suggest`: what may be written next in a filter."""

from __future__ import annotations

from dataclasses import asdict

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries, schemas
from backend.api.authentication import access_of
from backend.api.traces import ERRORS
from backend.core.errors import InvalidInput
from backend.traces.facets import Asked
from backend.traces.suggest import suggest


class Suggest(APIView):
    @extend_schema(
        operation_id="suggest_filter",
        summary="Complete a filter",
        parameters=[
            OpenApiParameter("text", str, description="The filter as far as it is written."),
            OpenApiParameter(
                "position", int, description="Where the cursor stands in it, from 0; the end if not given."
            ),
            OpenApiParameter("from", str, description=f"Spans that begin at or after. {queries.TIME_TEXT}"),
            OpenApiParameter("to", str, description=f"Spans that begin before. {queries.TIME_TEXT}"),
            queries.PROJECT_PARAMETER,
        ],
        responses={200: schemas.FilterSuggestions, **ERRORS},
        tags=["traces"],
    )
    def get(self, request: Request) -> Response:
        """Fields and values that fit at a position of a filter, the values with the number of traces that have them.
        A suggestion replaces the characters from `start` to `end`."""
        query = request.query_params
        queries.check_known(query, ("text", "position", "from", "to"))
        text = str(query.get("text", ""))
        position = str(query.get("position", len(text)))
        if not (position.isascii() and position.isdigit() and len(position) < 6):
            raise InvalidInput("position is the number of characters before the cursor.", field="position")
        asked = Asked(access_of(request).project_id, *queries.window(query), text)
        return Response(asdict(suggest(asked, int(position))))
