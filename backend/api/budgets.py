"""`/api/v1/budgets`: what may be spent, what is, and what the period is expected to end with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.models import User
from backend.api import budget_schemas, queries, schemas
from backend.api.authentication import access_of, named_project
from backend.budgets import services, spending
from backend.budgets.models import Budget
from backend.budgets.services import Terms
from backend.core.errors import InvalidInput
from backend.projects import services as projects
from backend.projects.models import Project

ERRORS = dict.fromkeys((400, 401, 403, 404, 503, 504), schemas.ErrorBody)


class Budgets(APIView):
    @extend_schema(
        operation_id="list_budgets",
        summary="List budgets with what is spent",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: budget_schemas.BudgetList, **ERRORS},
        tags=["budgets"],
    )
    def get(self, request: Request) -> Response:
        """The oldest first. Of a budget for each value the three that spend most are told."""
        project = _project(request)
        found = spending.states(project.id, services.list_budgets(project))
        return Response({"results": [budget_schemas.shape(one) for one in found]})

    @extend_schema(
        operation_id="create_budget",
        summary="Create a budget",
        parameters=[queries.PROJECT_PARAMETER],
        request=budget_schemas.NewBudget,
        responses={201: budget_schemas.Budget, **ERRORS},
        tags=["budgets"],
    )
    def post(self, request: Request) -> Response:
        """A budget tells; it stops no call."""
        project = _project(request, writes=True)
        terms = Terms(**_body(request, budget_schemas.NewBudget))
        made = services.create_budget(project=project, actor=access_of(request).actor, terms=terms)
        return _told(project, made, status.HTTP_201_CREATED)


class OneBudget(APIView):
    @extend_schema(
        operation_id="get_budget",
        summary="Get a budget with what is spent",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: budget_schemas.Budget, **ERRORS},
        tags=["budgets"],
    )
    def get(self, request: Request, budget_id: UUID) -> Response:
        project = _project(request)
        return _told(project, services.get_budget(project, budget_id))

    @extend_schema(
        operation_id="change_budget",
        summary="Change a budget",
        parameters=[queries.PROJECT_PARAMETER],
        request=budget_schemas.BudgetChange,
        responses={200: budget_schemas.Budget, **ERRORS},
        tags=["budgets"],
    )
    def patch(self, request: Request, budget_id: UUID) -> Response:
        """What is not given stays."""
        project = _project(request, writes=True)
        terms = services.terms_of(services.get_budget(project, budget_id))
        terms = replace(terms, **_body(request, budget_schemas.BudgetChange))
        actor = access_of(request).actor
        return _told(project, services.change_budget(project=project, actor=actor, budget_id=budget_id, terms=terms))

    @extend_schema(
        operation_id="delete_budget",
        summary="Delete a budget",
        parameters=[queries.PROJECT_PARAMETER],
        responses={204: None, **ERRORS},
        tags=["budgets"],
    )
    def delete(self, request: Request, budget_id: UUID) -> Response:
        project = _project(request, writes=True)
        services.delete_budget(project=project, actor=access_of(request).actor, budget_id=budget_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _project(request: Request, *, writes: bool = False) -> Project:
    """A key that writes needs the scope, which HasScope asked for; a person also the role."""
    queries.check_known(request.query_params, ())
    if writes and isinstance(request.user, User):
        return projects.project_for(request.user, named_project(request), "budget:manage")
    return Project.objects.get(id=access_of(request).project_id)


def _body(request: Request, serializer: type[s.Serializer[Any]]) -> dict[str, Any]:
    """The checked body. Raises InvalidInput or DRF's ValidationError, which name the wrong field."""
    data: Any = request.data
    if not isinstance(data, dict):
        raise InvalidInput("Send a budget as an object.")
    given = cast("dict[str, Any]", data)
    checked = serializer(data=given)
    unknown = sorted(set(given) - set(checked.fields))
    if unknown:
        raise InvalidInput(f"A budget has no field {unknown[0]!r}.", field=unknown[0])
    checked.is_valid(raise_exception=True)
    return dict(cast("dict[str, Any]", checked.validated_data))


def _told(project: Project, budget: Budget, code: int = status.HTTP_200_OK) -> Response:
    return Response(budget_schemas.shape(spending.state(project.id, budget)), status=code)
