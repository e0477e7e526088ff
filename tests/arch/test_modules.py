"""Guards over modules: a purpose in the first line, a sensible size, a telling name, one reader of the environment."""

from __future__ import annotations

import ast

import pytest

from tests.arch.sources import Source, sources

MAX_LINES = 300
MAX_TEST_LINES = 400
# Longer files, each with the lines it may have and the reason. A file that became short again must leave the list.
LONGER: dict[str, int] = {
    "backend/conventions/messages/shapes.py": 350,  # one family of message shapes; each function is short
    "backend/store/client.py": 350,  # the one door to ClickHouse: pools, limits, errors
    "ingest/http.py": 330,  # one ASGI callable
    "ingest/spool.py": 350,  # the order of write, sync and answer is easier to check on one page
    "web/snippet_texts.py": 330,  # a text per SDK
    "tests/ingest/test_otlp_json.py": 450,
    "tests/support/clickhouse_front.py": 470,  # ClickHouse's HTTP interface as its client uses it
    "tests/system/test_hostile_bodies.py": 450,
}

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
READS_ENVIRONMENT = {"backend/config/settings.py"}


def ids(source: Source) -> str:
    return source.path


@pytest.mark.parametrize("source", sources("backend", "ingest", "web", "benchmarks", "sdk/python/src"), ids=ids)
def test_it_says_its_purpose_first(source: Source) -> None:
    if not source.tree.body:  # an empty __init__.py
        return
    assert ast.get_docstring(source.tree), f"{source.path} has no docstring in its first line"


@pytest.mark.parametrize("source", sources("backend", "ingest", "web", "benchmarks", "sdk", "tests"), ids=ids)
def test_it_stays_short(source: Source) -> None:
    lines = source.text.count("\n")
    limit = LONGER.get(source.path, limit_of(source.path))
    assert lines <= limit, f"{source.path} has {lines} lines; the limit is {limit}: split it by purpose"


def limit_of(path: str) -> int:
    return MAX_TEST_LINES if path.startswith("tests/") else MAX_LINES


def test_the_list_of_longer_files_is_not_stale() -> None:
    lines = {
        source.path: source.text.count("\n")
        for source in sources("backend", "ingest", "web", "benchmarks", "sdk", "tests")
    }
    assert [path for path in LONGER if lines.get(path, 0) <= limit_of(path)] == []


def test_no_module_is_a_drawer() -> None:
    drawers = [s.path for s in sources("backend", "ingest", "web", "benchmarks", "sdk", "tests") if is_drawer(s.path)]
    assert drawers == [], "name these after what they are for"


def is_drawer(path: str) -> bool:
    return any(part.removesuffix(".py").strip("_") in DRAWERS for part in path.split("/"))


@pytest.mark.parametrize("source", sources(), ids=ids)
def test_only_the_settings_read_the_environment(source: Source) -> None:
    if source.path in READS_ENVIRONMENT:
        return
    lines = [node.lineno for node in ast.walk(source.tree) if touches_environment(node)]
    allowed = [node.lineno for node in ast.walk(source.tree) if names_the_settings_module(node)]
    assert sorted(set(lines) - set(allowed)) == [], f"{source.path} reads the environment; put it into settings.py"


def touches_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
        return node.attr in {"environ", "environb", "getenv", "getenvb"}
    return isinstance(node, ast.ImportFrom) and node.module == "os" and any("env" in a.name for a in node.names)


def names_the_settings_module(node: ast.AST) -> bool:
    """`os.environ.setdefault("DJANGO_SETTINGS_MODULE", ...)` is how Django finds settings.py; it reads nothing."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setdefault"
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == "DJANGO_SETTINGS_MODULE"
    )
