"""The client of this process; None before `init`. Light, so that decorators can be imported without the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanhouse.client import Client

client: Client | None = None
