"""What a stopped server left in its folder: spans that a query sees, and their bytes on disk."""

from __future__ import annotations

import json
import sys
from typing import LiteralString

from backend.store.client import Profile, Store

STORED: LiteralString = "SELECT count() AS spans FROM spans FINAL"
ON_DISK: LiteralString = """
SELECT sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts
WHERE active AND database = currentDatabase() AND table = 'spans'"""


def main() -> None:
    store = Store(f"chdb://{sys.argv[1]}")
    spans = store.read(STORED, profile=Profile.EXPORT)[0]["spans"]
    disk = store.read(ON_DISK, profile=Profile.EXPORT)[0]
    store.close()
    print(json.dumps({"spans": spans, "bytes": int(disk["bytes"]), "parts": int(disk["parts"])}))


if __name__ == "__main__":
    main()
