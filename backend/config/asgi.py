"""The web port for any ASGI server: `uvicorn backend.config.asgi:application`. `manage.py up web` does it by itself."""

from __future__ import annotations

import os
from typing import cast

from django.conf import settings
from django.core.asgi import get_asgi_application

from backend.config.router import Asgi, Router

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
django_application = cast(Asgi, get_asgi_application())

from backend.config.receiver import open_receiver  # noqa: E402 - needs Django's models

application = Router(django_application, open_receiver=lambda: open_receiver(settings.SPANHOUSE))
