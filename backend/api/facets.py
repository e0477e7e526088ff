"""`/api/v1/facets`: the values of a field with counts."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries, schemas
from backend.api.authentication import access_of
from backend.api.traces import ERRORS
from backend.core.errors import InvalidInput
from backend.traces import facets


class Facets(APIView):
    @extend_schema(
        operation_id="list_facet_values",
        summary="List the values of a field",
        parameters=[
            OpenApiParameter("field", str, enum=facets.FIELDS, required=True),
            OpenApiParameter("search", str, description="Only values that hold this text, in any case."),
            OpenApiParameter("filter", str, description="In the language of the filter bar."),
            OpenApiParameter("from", str, description=f"Spans that begin at or after. {queries.TIME_TEXT}"),
            OpenApiParameter("to", str, description=f"Spans that begin before. {queries.TIME_TEXT}"),
            queries.LIMIT_PARAMETER,
            queries.PROJECT_PARAMETER,
        ],
        responses={200: schemas.FacetValues, **ERRORS},
        tags=["traces"],
    )
    def get(self, request: Request) -> Response:
        """The most frequent values of a field and in how many traces a span that matches the filter has them. What the
        filter itself asks for in this field is left aside, so that the other values are seen too."""
        query = request.query_params
        queries.check_known(query, ("field", "search", "filter", "from", "to", "limit"))
        field = str(query.get("field", ""))
        if not field:
            raise InvalidInput(f"Name a field: {', '.join(facets.FIELDS)}.", field="field")
        asked = facets.Asked(access_of(request).project_id, *queries.window(query), query.get("filter", ""))
        limit = queries.page_size(query)
        found = facets.one_field(asked, field, search=query.get("search", ""), limit=limit)
        results = [{"value": one.value, "traces": one.traces} for one in found.values]
        return Response({"field": found.field, "results": results[:limit], "more": found.more})
