"""`/api/v1/sessions` and `/api/v1/users`: conversations and people with totals."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import group_schemas, queries, shapes
from backend.api.authentication import access_of
from backend.api.traces import ERRORS
from backend.core.errors import InvalidInput
from backend.traces import groups, services, sessions
from backend.traces.groups import GroupQuery, Kind, of_group
from backend.traces.listing import TraceQuery
from backend.traces.summary import summary
from backend.traces.view import TracePage

WINDOW = (
    OpenApiParameter("from", str, description=f"Spans that begin at or after. {queries.TIME_TEXT}"),
    OpenApiParameter("to", str, description=f"Spans that begin before. {queries.TIME_TEXT}"),
)
LISTED = [
    OpenApiParameter("filter", str, description="In the language of the filter bar: what a trace must have."),
    *WINDOW,
    queries.CURSOR_PARAMETER,
    queries.LIMIT_PARAMETER,
    queries.PROJECT_PARAMETER,
]


def group_list(request: Request, kind: Kind) -> Response:
    query = request.query_params
    queries.check_known(query, ("filter", "from", "to", "cursor", "limit"))
    start_ns, end_ns = queries.window(query)
    asked = GroupQuery(
        kind, start_ns, end_ns, filter=query.get("filter", ""), cursor=query.get("cursor") or None,
        limit=queries.page_size(query),
    )  # fmt: skip
    page = groups.list_groups(access_of(request).project_id, asked)
    results = [shapes.group(kind, one) for one in page.results]
    return Response({"results": results, "next_cursor": page.next_cursor})


def with_traces(body: dict[str, Any], page: TracePage) -> Response:
    found = {"results": [summary(row) for row in page.results], "next_cursor": page.next_cursor}
    return Response({**body, "traces": found})


class Sessions(APIView):
    @extend_schema(
        operation_id="list_sessions",
        summary="List sessions",
        parameters=LISTED,
        responses={200: group_schemas.SessionList, **ERRORS},
        tags=["sessions"],
    )
    def get(self, request: Request) -> Response:
        """Sessions with a span in the time range (the last 24 hours by default), the last active first. Each sums the
        traces of this range that match the filter."""
        return group_list(request, "session")


class Session(APIView):
    @extend_schema(
        operation_id="get_session",
        summary="Get a session",
        parameters=[
            OpenApiParameter("session_id", str, OpenApiParameter.PATH),
            queries.CURSOR_PARAMETER,
            queries.LIMIT_PARAMETER,
            queries.PROJECT_PARAMETER,
        ],
        responses={200: group_schemas.SessionWithTraces, **ERRORS},
        tags=["sessions"],
    )
    def get(self, request: Request, session_id: str) -> Response:
        """One session of all time, and a page of its traces, the oldest first."""
        query = request.query_params
        queries.check_known(query, ("cursor", "limit"))
        project_id = access_of(request).project_id
        group = groups.get_group(project_id, "session", session_id)
        page = sessions.session_traces(
            project_id, session_id, cursor=query.get("cursor") or None, limit=queries.page_size(query)
        )
        return with_traces(shapes.group("session", group), page)


class Users(APIView):
    @extend_schema(
        operation_id="list_users",
        summary="List users",
        parameters=LISTED,
        responses={200: group_schemas.UserList, **ERRORS},
        tags=["users"],
    )
    def get(self, request: Request) -> Response:
        """Users with a span in the time range (the last 24 hours by default), the last active first. Each sums the
        traces of this range that match the filter."""
        return group_list(request, "user")


class User(APIView):
    @extend_schema(
        operation_id="get_user",
        summary="Get a user",
        parameters=[
            OpenApiParameter("user_id", str, OpenApiParameter.PATH),
            *WINDOW,
            queries.CURSOR_PARAMETER,
            queries.LIMIT_PARAMETER,
            queries.PROJECT_PARAMETER,
        ],
        responses={200: group_schemas.UserWithTraces, **ERRORS},
        tags=["users"],
    )
    def get(self, request: Request, user_id: str) -> Response:
        """One user in the time range (the last 24 hours by default), and a page of their traces, the newest first."""
        query = request.query_params
        queries.check_known(query, ("from", "to", "cursor", "limit"))
        project_id = access_of(request).project_id
        start_ns, end_ns = queries.window(query)
        if start_ns >= end_ns:
            raise InvalidInput("The time range ends before it begins.", field="from")
        group = groups.get_group(project_id, "user", user_id, start_ns=start_ns, end_ns=end_ns)
        asked = TraceQuery(
            start_ns, end_ns, filter=of_group("user", user_id), cursor=query.get("cursor") or None,
            limit=queries.page_size(query),
        )  # fmt: skip
        return with_traces(shapes.group("user", group), services.list_traces(project_id, asked))
