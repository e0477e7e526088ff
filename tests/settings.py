"""The product's settings for tests: nothing of the machine's environment, an own folder, ClickHouse in memory."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="spanhouse-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

for _name in list(os.environ):
    if _name.startswith(("SPANHOUSE_", "CLICKHOUSE_", "DATABASE_", "CELERY_")):
        del os.environ[_name]
os.environ.update(
    SPANHOUSE_DATA_DIR=_folder,
    SPANHOUSE_SECRET_KEY="only for tests, and long enough for Django",
    SPANHOUSE_LOG_LEVEL="WARNING",
    CLICKHOUSE_URL="chdb://memory",
)

from backend.config.settings import *  # noqa: E402, F403
from backend.config.settings import DATABASES  # noqa: E402

# A file, not memory: threads of a test then see what SQLite really does with them.
DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/tests.sqlite3"}
# The real one takes 0.2 s by design.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
