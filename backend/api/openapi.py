"""What the OpenAPI page says about ways to log in. Importing it registers them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from backend.api.authentication import KeyAuthentication, SessionAccess


class KeyScheme(OpenApiAuthenticationExtension):  # pyright: ignore[reportUntypedBaseClass] - the library is untyped
    target_class = KeyAuthentication
    name = ["bearer", "basic", "header"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return [{name: []} for name in self.name]  # any one of them

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "An API key."},
            {"type": "http", "scheme": "basic", "description": "The key's public id and its secret."},
            {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "An API key."},
        ]


class SessionScheme(OpenApiAuthenticationExtension):  # pyright: ignore[reportUntypedBaseClass]
    target_class = SessionAccess
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "spanhouse_session",
            "description": "A person's login. Needs `?project=SLUG`, and `X-CSRFToken` for writes.",
        }
