"""JSON in and out: orjson, a size limit, and errors that say where the text breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from backend.api.errors import TooLarge
from backend.core.errors import InvalidInput
from backend.core.limits import MAX_API_BODY_BYTES


class JsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(MAX_API_BODY_BYTES + 1)
        if len(body) > MAX_API_BODY_BYTES:
            raise TooLarge(f"The body is larger than {MAX_API_BODY_BYTES:,} bytes. Send fewer at once.")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise InvalidInput(f"The body is not JSON: {error.msg}.", position=error.pos) from None


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8; the renderer gives bytes

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data)
