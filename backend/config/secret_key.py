"""The key that signs sessions: given, or made once and kept in the data folder."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from backend.config.environment import InvalidSetting


def secret_key(given: str, data_dir: Path) -> str:
    """`given`, else the content of DATA_DIR/secret_key, which is made when it is not there."""
    if given:
        return given
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        why = error.strerror or str(error)
        raise InvalidSetting(f"SPANHOUSE_DATA_DIR {data_dir} cannot be used: {why}.") from None


def _make(path: Path) -> None:
    """Written whole under another name and then linked: of two processes that start at once, the first wins and the
    second reads the first one's key. A temporary file has mode 600."""
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=".secret_key") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return
