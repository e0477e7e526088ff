"""`/api/v1/views`: saved views of the traces list."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.models import User
from backend.api import queries, schemas
from backend.api.authentication import access_of
from backend.core.errors import InvalidInput
from backend.core.limits import VIEW_NAME_CHARS
from backend.projects.models import Project
from backend.views import services
from backend.views.models import SavedView
from backend.views.services import Actor

ERRORS = dict.fromkeys((400, 401, 403, 404, 503), schemas.ErrorBody)


class ViewState(s.Serializer[Any]):
    """The parameters of the list's address; what is not given is as the list has it by itself."""

    filter = s.CharField(required=False, allow_blank=True)
    range = s.CharField(required=False, allow_blank=True, help_text="A length that ends now: `45m`, `24h`, `2w`.")
    to = s.CharField(required=False, allow_blank=True)
    order = s.CharField(required=False, allow_blank=True)
    cols = s.CharField(required=False, allow_blank=True, help_text="Names of columns with commas between.")
    zone = s.CharField(required=False, allow_blank=True, help_text="`utc` or `local`.")

    def get_fields(self) -> dict[str, s.Field[Any, Any, Any, Any]]:
        return super().get_fields() | {"from": s.CharField(required=False, allow_blank=True)}


class ViewChange(s.Serializer[Any]):
    name = s.CharField(required=False, max_length=VIEW_NAME_CHARS)
    shared = s.BooleanField(required=False, help_text="Whether everybody in the project sees it.")
    state = ViewState(required=False)


class NewView(ViewChange):
    name = s.CharField(max_length=VIEW_NAME_CHARS)
    shared = s.BooleanField(required=False, default=False, help_text="A key's views must be.")


class View(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()
    shared = s.BooleanField()
    owner = s.CharField(allow_null=True, help_text="An email address; null when a key made it.")
    state = ViewState()
    created_at = s.DateTimeField()
    changed_at = s.DateTimeField()


class ViewList(s.Serializer[Any]):
    results = View(many=True)


def asked(request: Request) -> tuple[Project, Actor]:
    queries.check_known(request.query_params, ())
    access = access_of(request)
    user = request.user if isinstance(request.user, User) else None
    return Project.objects.get(id=access.project_id), Actor(access.actor, user)


def body_of(request: Request, serializer: type[s.Serializer[Any]]) -> dict[str, Any]:
    """The checked body. Raises InvalidInput or DRF's ValidationError, which name the wrong field."""
    data: Any = request.data
    if not isinstance(data, dict):
        raise InvalidInput("Send a view as an object.")
    given = cast("dict[str, Any]", data)
    state: Any = given.get("state")
    unknown = sorted(set(given) - {"name", "shared", "state"})
    wrong = sorted(set(cast("dict[str, Any]", state)) - set(services.PARTS)) if isinstance(state, dict) else []
    for field in (*unknown, *(f"state.{part}" for part in wrong)):
        raise InvalidInput(f"A view has no field {field!r}.", field=field)
    checked = serializer(data=given)
    checked.is_valid(raise_exception=True)
    return dict(cast("dict[str, Any]", checked.validated_data))


def shape(view: SavedView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "name": view.name,
        "shared": view.shared,
        "owner": view.owner.email if view.owner else None,
        "state": view.state,
        "created_at": view.created_at,
        "changed_at": view.changed_at,
    }


class Views(APIView):
    @extend_schema(
        operation_id="list_views",
        summary="List saved views",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: ViewList, **ERRORS},
        tags=["views"],
    )
    def get(self, request: Request) -> Response:
        """The shared views of the project and, with a session, one's own, by name."""
        return Response({"results": [shape(view) for view in services.list_views(*asked(request))]})

    @extend_schema(
        operation_id="create_view",
        summary="Save a view",
        parameters=[queries.PROJECT_PARAMETER],
        request=NewView,
        responses={201: View, **ERRORS},
        tags=["views"],
    )
    def post(self, request: Request) -> Response:
        project, actor = asked(request)
        body = body_of(request, NewView)
        view = services.create_view(
            project=project, actor=actor, name=body["name"], shared=body["shared"], state=body.get("state", {})
        )
        return Response(shape(view), status=status.HTTP_201_CREATED)


class OneView(APIView):
    @extend_schema(
        operation_id="get_view",
        summary="Get a saved view",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: View, **ERRORS},
        tags=["views"],
    )
    def get(self, request: Request, view_id: UUID) -> Response:
        return Response(shape(services.get_view(*asked(request), view_id)))

    @extend_schema(
        operation_id="change_view",
        summary="Change a saved view",
        parameters=[queries.PROJECT_PARAMETER],
        request=ViewChange,
        responses={200: View, **ERRORS},
        tags=["views"],
    )
    def patch(self, request: Request, view_id: UUID) -> Response:
        """What is not given stays; `state` is replaced whole."""
        project, actor = asked(request)
        body = body_of(request, ViewChange)
        return Response(shape(services.change_view(project=project, actor=actor, view_id=view_id, **body)))

    @extend_schema(
        operation_id="delete_view",
        summary="Delete a saved view",
        parameters=[queries.PROJECT_PARAMETER],
        responses={204: None, **ERRORS},
        tags=["views"],
    )
    def delete(self, request: Request, view_id: UUID) -> Response:
        project, actor = asked(request)
        services.delete_view(project=project, actor=actor, view_id=view_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
