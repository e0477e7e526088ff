"""`/api/v1/models` and `/api/v1/prices`: models seen with their price, and the prices that a project sets itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.models import User
from backend.api import price_schemas, queries, schemas
from backend.api.authentication import access_of, named_project
from backend.core.errors import InvalidInput
from backend.pricing import overrides, seen
from backend.projects import services as projects

ERRORS = dict.fromkeys((400, 401, 403, 503, 504), schemas.ErrorBody)


class Models(APIView):
    @extend_schema(
        operation_id="list_models",
        summary="List the models used",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: price_schemas.ModelList, **ERRORS},
        tags=["prices"],
    )
    def get(self, request: Request) -> Response:
        """Every model that a call named, with the price that holds now. Those without a price come first."""
        queries.check_known(request.query_params, ())
        found = seen.used_models(access_of(request).project_id)
        return Response({"results": [price_schemas.model(one) for one in found]})


class Prices(APIView):
    @extend_schema(
        operation_id="list_prices",
        summary="List the project's own prices",
        parameters=[queries.PROJECT_PARAMETER],
        responses={200: price_schemas.PriceList, **ERRORS},
        tags=["prices"],
    )
    def get(self, request: Request) -> Response:
        """The prices that the project set; they win over the price list."""
        queries.check_known(request.query_params, ())
        found = overrides.own_prices(access_of(request).project_id)
        return Response({"results": [price_schemas.price(one) for one in found]})

    @extend_schema(
        operation_id="set_price",
        summary="Set the price of a model",
        request=price_schemas.NewPrice,
        parameters=[queries.PROJECT_PARAMETER],
        responses={201: price_schemas.Price, **ERRORS, 413: schemas.ErrorBody, 415: schemas.ErrorBody},
        tags=["prices"],
    )
    def post(self, request: Request) -> Response:
        """From `effective_from` on; a price that begins at the same time is replaced. Past calls cost it, too."""
        queries.check_known(request.query_params, ())
        _check_may_set(request)
        body: Any = request.data
        if not isinstance(body, dict):
            raise InvalidInput("Send a price as an object.")
        serializer = price_schemas.NewPrice(data=body)
        unknown = sorted(str(name) for name in body if name not in serializer.fields)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        if unknown:
            raise InvalidInput(f"A price has no field {unknown[0]!r}.", field=unknown[0])
        serializer.is_valid(raise_exception=True)
        checked: Any = serializer.validated_data
        new = overrides.NewPrice(**{name: value for name, value in checked.items() if value is not None})
        access = access_of(request)
        made = overrides.set_price(project_id=access.project_id, actor=access.actor, new=new)
        return Response(price_schemas.price(made), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="remove_price",
        summary="Remove a price that the project set",
        parameters=[
            OpenApiParameter("model", str, required=True),
            OpenApiParameter("provider", str),
            OpenApiParameter(
                "effective_from", str, description="As the price says it; without it, the one from always."
            ),
            queries.PROJECT_PARAMETER,
        ],
        responses={204: None, 404: schemas.ErrorBody, **ERRORS},
        tags=["prices"],
    )
    def delete(self, request: Request) -> Response:
        """The price list counts again, for past calls too."""
        query = request.query_params
        queries.check_known(query, ("model", "provider", "effective_from"))
        _check_may_set(request)
        access = access_of(request)
        overrides.remove_price(
            project_id=access.project_id,
            actor=access.actor,
            provider=query.get("provider", ""),
            model=query.get("model", ""),
            effective_from=price_schemas.begin(query.get("effective_from", "")),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _check_may_set(request: Request) -> None:
    """A key needs the scope `write`, which HasScope asked for; a person also the role."""
    if isinstance(request.user, User):
        projects.project_for(request.user, named_project(request), "price:manage")
