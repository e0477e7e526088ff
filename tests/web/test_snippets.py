"""The snippets are whole programs: they parse, with a key and without."""

from __future__ import annotations

import ast
import shutil
import subprocess

import pytest

from web.snippet_texts import SNIPPETS, Snippet, filled

PYTHON = [s for s in SNIPPETS if s.install.startswith("pip")]
SHELL = [s for s in SNIPPETS if not s.install]
NODE = [s for s in SNIPPETS if s.install.startswith("npm")]


def text(snippet: Snippet, key: str) -> str:
    return filled(snippet, base="https://spans.example", key=key, public="pk-sph-1")


@pytest.mark.parametrize("key", ["", "sk-sph-1"])
@pytest.mark.parametrize("snippet", PYTHON, ids=lambda s: s.id)
def test_python_parses(snippet: Snippet, key: str) -> None:
    ast.parse(text(snippet, key))


@pytest.mark.parametrize("key", ["", "sk-sph-1"])
@pytest.mark.parametrize("snippet", SHELL, ids=lambda s: s.id)
def test_shell_parses(snippet: Snippet, key: str) -> None:
    subprocess.run(["bash", "-n"], input=text(snippet, key), text=True, check=True, timeout=20)


@pytest.mark.parametrize("snippet", NODE, ids=lambda s: s.id)
def test_javascript_parses(snippet: Snippet) -> None:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed (Debian, Ubuntu: apt-get install nodejs)")
    command = ["node", "--input-type=module", "--check"]
    subprocess.run(command, input=text(snippet, "sk-sph-1"), text=True, check=True, timeout=20)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda s: s.id)
def test_everything_is_filled_in(snippet: Snippet) -> None:
    assert "[[" not in text(snippet, "sk-sph-1")
    assert "sk-sph-1" in text(snippet, "sk-sph-1")
    assert "https://spans.example" in text(snippet, "")
    assert "Bearer" not in text(snippet, "")


def test_each_has_an_id_of_its_own() -> None:
    assert len({snippet.id for snippet in SNIPPETS}) == len(SNIPPETS)
