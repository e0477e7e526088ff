"""Packages of npm that tests use: exporters that send spans, axe-core that judges pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import ROOT

FIXTURE = ROOT / "tests/fixtures/node"
# Kept between runs; the first one downloads some 15 MB.
CACHE = ROOT / ".make/node-packages"


def node_packages(source: Path = FIXTURE, cache: Path = CACHE) -> Path:
    """`cache`, with the packages that `source`/package.json names. Without npm the test is skipped; in CI it fails."""
    npm = shutil.which("npm")
    if npm is None:
        _missing("npm is not installed (Debian, Ubuntu: apt-get install npm)")
    cache.mkdir(parents=True, exist_ok=True)
    package = (source / "package.json").read_text(encoding="utf-8")
    stamp = cache / "installed.json"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != package:
        (cache / "package.json").write_text(package, encoding="utf-8")
        command = [str(npm), "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        done = subprocess.run(command, cwd=cache, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode != 0:
            _missing(f"npm could not install the packages: {done.stderr.strip()[-300:]}")
        stamp.write_text(package, encoding="utf-8")
    return cache


def axe_script() -> str:
    """The source of axe-core."""
    return (node_packages() / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def _missing(what: str) -> None:
    # A run that judged nothing must not be green.
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)
