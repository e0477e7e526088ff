"""Guards over the files in version control: nothing of one machine, of one registry, or out of date."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.arch.sources import ROOT

# Written in pieces, so that this file does not find itself.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "deb." + "debian.org",
    "archive." + "ubuntu.com",
]
FORBIDDEN = re.compile("|".join(map(re.escape, REGISTRIES)) + r"|(?<![\w.}-])/" + "work/")


@cache
def tracked() -> tuple[Path, ...]:
    """Files in version control, and new ones that are not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def test_it_names_no_registry_and_no_path_of_one_machine() -> None:
    found = []
    for path in tracked():
        if path.stat().st_size > 2_000_000:
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        if b"\0" in path.read_bytes()[:1024]:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in FORBIDDEN.finditer(text)]
    assert found == []


def test_it_tracks_no_data_and_no_caches() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    assert [n for n in names if n.startswith((".venv/", "data/", ".make/")) or n.endswith((".pyc", ".sqlite3"))] == []


def test_every_pinned_version_is_one_line() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[\w.+!]+(\s*;.*)?", line)] == []


def test_the_changelog_has_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changelog
