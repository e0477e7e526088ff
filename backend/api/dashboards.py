"""`/api/v1/dashboards`: dashboards that people put together, and their export."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api import queries, schemas
from backend.api.views import asked
from backend.core import limits
from backend.core.errors import InvalidInput
from backend.dashboards import document, services
from backend.dashboards.models import Dashboard as Stored
from backend.dashboards.widgets import CHARTS, SIZES

ERRORS = dict.fromkeys((400, 401, 403, 404, 503), schemas.ErrorBody)
MEASURES_TEXT = "Of one kind of rows, as `/api/v1/metrics` names them; one of `/api/v1/metrics/distribution` for a "


class DashboardWidget(s.Serializer[Any]):
    """What does not fit together is an error that names the widget and the field."""

    id = s.CharField(required=False, help_text="Made when left out. A widget that keeps its id keeps its address.")
    title = s.CharField(required=False, help_text="Made from the measures when left out.")
    measures = s.ListField(child=s.CharField(), help_text=MEASURES_TEXT + "histogram or a heatmap.")
    group_by = s.CharField(required=False, allow_blank=True, help_text="As `/api/v1/metrics` names it; metadata.KEY.")
    top = s.IntegerField(required=False, min_value=1, max_value=limits.METRIC_GROUPS)
    filter = s.CharField(required=False, allow_blank=True, help_text="Holds beside the filter of the page.")
    chart = s.ChoiceField(CHARTS, required=False)
    size = s.ChoiceField(SIZES, required=False)


class DashboardDocument(s.Serializer[Any]):
    """The same that a page exports and imports."""

    version = s.IntegerField(required=False, help_text="1")
    name = s.CharField(max_length=limits.DASHBOARD_NAME_CHARS)
    description = s.CharField(required=False, allow_blank=True, max_length=limits.DASHBOARD_TEXT_CHARS)
    widgets = DashboardWidget(many=True, required=False)


class NewDashboard(DashboardDocument):
    shared = s.BooleanField(required=False, default=True, help_text="A key's dashboards must be.")


class DashboardChange(s.Serializer[Any]):
    name = s.CharField(required=False, max_length=limits.DASHBOARD_NAME_CHARS)
    description = s.CharField(required=False, allow_blank=True, max_length=limits.DASHBOARD_TEXT_CHARS)
    shared = s.BooleanField(required=False, help_text="Whether everybody in the project sees it.")
    widgets = DashboardWidget(many=True, required=False)


class Dashboard(DashboardDocument):
    id = s.UUIDField()
    shared = s.BooleanField()
    owner = s.CharField(allow_null=True, help_text="An email address; null when a key made it.")
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()


class DashboardList(s.Serializer[Any]):
    results = Dashboard(many=True)


def body_of(request: Request, known: tuple[str, ...]) -> dict[str, Any]:
    """Raises InvalidInput. Names, texts and widgets are checked by the domain, in words of the product."""
    data: Any = request.data
    if not isinstance(data, dict):
        raise InvalidInput("Send a dashboard as an object.")
    given = cast("dict[str, Any]", data)
    for field in given:
        if field not in known:
            raise InvalidInput(f"A dashboard has no field {field!r}.", field=field)
    if not isinstance(given.get("shared", True), bool):
        raise InvalidInput("shared is true or false.", field="shared")
    return given


def shape(one: Stored) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "description": one.description,
        "shared": one.shared,
        "owner": one.owner.email if one.owner else None,
        "widgets": one.widgets,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


class Dashboards(APIView):
    @extend_schema(
        operation_id="list_dashboards",
        summary="List dashboards",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: DashboardList, **ERRORS},
        tags=["dashboards"],
    )
    def get(self, request: Request) -> Response:
        """The shared dashboards of the project and, with a session, one's own, by name."""
        return Response({"results": [shape(one) for one in services.list_dashboards(*asked(request))]})

    @extend_schema(
        operation_id="create_dashboard",
        summary="Make or import a dashboard",
        parameters=[queries.PROJECT_PARAMETER],
        request=NewDashboard,
        responses={201: Dashboard, **ERRORS},
        tags=["dashboards"],
    )
    def post(self, request: Request) -> Response:
        """Takes what an export gives. All of it is right, or nothing is made."""
        project, actor = asked(request)
        body = dict(body_of(request, (*document.FIELDS, "shared")))
        shared = bool(body.pop("shared", True))
        made = services.import_dashboard(project=project, actor=actor, raw=body, shared=shared)
        return Response(shape(made), status=status.HTTP_201_CREATED)


class OneDashboard(APIView):
    @extend_schema(
        operation_id="get_dashboard",
        summary="Get a dashboard",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: Dashboard, **ERRORS},
        tags=["dashboards"],
    )
    def get(self, request: Request, dashboard_id: UUID) -> Response:
        return Response(shape(services.get_dashboard(*asked(request), dashboard_id)))

    @extend_schema(
        operation_id="change_dashboard",
        summary="Change a dashboard",
        parameters=[queries.PROJECT_PARAMETER],
        request=DashboardChange,
        responses={200: Dashboard, **ERRORS},
        tags=["dashboards"],
    )
    def patch(self, request: Request, dashboard_id: UUID) -> Response:
        """What is not given stays; `widgets` are replaced whole."""
        project, actor = asked(request)
        body = dict(body_of(request, ("name", "description", "shared", "widgets")))
        if "widgets" in body:
            body["widgets"] = document.read_widgets(body["widgets"])
        for field, value in body.items():
            if value is None:
                raise InvalidInput(f"{field} is missing.", field=field)
        changed = services.change_dashboard(project=project, actor=actor, dashboard_id=dashboard_id, **body)
        return Response(shape(changed))

    @extend_schema(
        operation_id="delete_dashboard",
        summary="Delete a dashboard",
        parameters=[queries.PROJECT_PARAMETER],
        responses={204: None, **ERRORS},
        tags=["dashboards"],
    )
    def delete(self, request: Request, dashboard_id: UUID) -> Response:
        project, actor = asked(request)
        services.delete_dashboard(project=project, actor=actor, dashboard_id=dashboard_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DashboardExport(APIView):
    @extend_schema(
        operation_id="export_dashboard",
        summary="Export a dashboard",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: DashboardDocument, **ERRORS},
        tags=["dashboards"],
    )
    def get(self, request: Request, dashboard_id: UUID) -> Response:
        """Without ids, owner and times: what `POST /api/v1/dashboards` takes, here or elsewhere."""
        return Response(services.export_dashboard(services.get_dashboard(*asked(request), dashboard_id)))
