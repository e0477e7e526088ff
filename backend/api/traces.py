"""`/api/v1/traces` and `/api/v1/spans`: reading."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries, schemas, shapes
from backend.api.authentication import access_of
from backend.core.errors import InvalidInput
from backend.traces import downloads, services
from backend.traces.listing import ORDERS, Order
from backend.traces.summary import summary

ERRORS = dict.fromkeys((400, 401, 403, 404, 422, 503, 504), schemas.ErrorBody)


class Traces(APIView):
    @extend_schema(
        operation_id="list_traces",
        summary="List traces",
        parameters=[
            OpenApiParameter("filter", str, description="In the language of the filter bar."),
            OpenApiParameter("from", str, description=f"Traces that begin at or after. {queries.TIME_TEXT}"),
            OpenApiParameter("to", str, description=f"Traces that begin before. {queries.TIME_TEXT}"),
            OpenApiParameter("order", str, enum=ORDERS, default="newest"),
            queries.CURSOR_PARAMETER,
            queries.LIMIT_PARAMETER,
            queries.PROJECT_PARAMETER,
        ],
        responses={200: schemas.TraceList, **ERRORS},
        tags=["traces"],
    )
    def get(self, request: Request) -> Response:
        """Traces that begin in the time range, the last 24 hours by default."""
        query = request.query_params
        queries.check_known(query, ("filter", "from", "to", "order", "cursor", "limit"))
        start_ns, end_ns = queries.window(query)
        asked = services.TraceQuery(
            start_ns=start_ns,
            end_ns=end_ns,
            filter=query.get("filter", ""),
            order=order_of(query.get("order") or "newest"),
            cursor=query.get("cursor") or None,
            limit=queries.page_size(query),
        )
        page = services.list_traces(access_of(request).project_id, asked)
        return Response({"results": [summary(row) for row in page.results], "next_cursor": page.next_cursor})


class TraceExport(APIView):
    @extend_schema(
        operation_id="export_traces",
        summary="Download traces",
        parameters=[
            OpenApiParameter("format", str, enum=("jsonl", "csv"), default="jsonl"),
            OpenApiParameter("filter", str, description="In the language of the filter bar."),
            OpenApiParameter("from", str, description=f"Traces that begin at or after. {queries.TIME_TEXT}"),
            OpenApiParameter("to", str, description=f"Traces that begin before. {queries.TIME_TEXT}"),
            OpenApiParameter("order", str, enum=ORDERS, default="newest"),
            queries.PROJECT_PARAMETER,
        ],
        responses={(200, "application/x-ndjson"): bytes, (200, "text/csv"): bytes, **ERRORS},
        tags=["traces"],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """All traces of the time range that match, as JSON lines (each as in the list) or CSV, sent while they are
        read. Text in CSV that a spreadsheet would take for a formula has an apostrophe in front."""
        query = request.query_params
        queries.check_known(query, ("format", "filter", "from", "to", "order"))
        form = downloads.format_of(query.get("format", ""))
        asked = services.TraceQuery(
            *queries.window(query),
            filter=query.get("filter", ""),
            order=order_of(query.get("order") or "newest"),
        )
        services.check(asked)
        pages = services.all_traces(access_of(request).project_id, asked)
        return StreamingHttpResponse(downloads.chunks(pages, form), content_type=downloads.CONTENT_TYPES[form])


class Trace(APIView):
    @extend_schema(
        operation_id="get_trace",
        summary="Get a trace",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: schemas.Trace, **ERRORS},
        tags=["traces"],
    )
    def get(self, request: Request, trace_id: str) -> Response:
        """One trace with its spans. A trace of more than 2,000 spans comes without payloads (`"payloads": false`)."""
        queries.check_known(request.query_params, ())
        return Response(shapes.trace(services.get_trace(access_of(request).project_id, trace_id)))


class Span(APIView):
    @extend_schema(
        operation_id="get_span",
        summary="Get a span",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: schemas.Span, **ERRORS},
        tags=["traces"],
    )
    def get(self, request: Request, trace_id: str, span_id: str) -> Response:
        """One span whole, with its content."""
        queries.check_known(request.query_params, ())
        return Response(shapes.span(services.get_span(access_of(request).project_id, trace_id, span_id)))


class SpanMapping(APIView):
    @extend_schema(
        operation_id="get_span_mapping",
        summary="Why a span looks as it does",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: schemas.SpanMapping, **ERRORS},
        tags=["traces"],
    )
    def get(self, request: Request, trace_id: str, span_id: str) -> Response:
        """Which attribute filled each field, which candidates lost, and which attributes nothing used."""
        queries.check_known(request.query_params, ())
        found = services.get_span_sources(access_of(request).project_id, trace_id, span_id)
        return Response(shapes.span_mapping(found))


def order_of(written: str) -> Order:
    for order in ORDERS:
        if order == written:
            return order
    raise InvalidInput(f"order is {', '.join(ORDERS[:-1])} or {ORDERS[-1]}.", field="order")
