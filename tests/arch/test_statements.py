"""Guard: every SQL statement over a table of tenants names the project it reads."""

from __future__ import annotations

import ast
import re

import pytest

from tests.arch.sources import ROOT, Source, sources

# The second form reads what holds for all projects beside the project's own.
TENANT = re.compile(r"\bproject_id\s*(=\s*\{project_id:UUID\}|IN\s*\(\{project_id:UUID\}, toUUID\('0{8}-[0-]+'\)\))")
# Statements that are meant for all projects at once: "module:name" -> why.
ALL_PROJECTS: dict[str, str] = {
    "backend.store.prices:UNRESOLVED": "the job that looks for prices does so for every model seen; it gives no span",
    "backend.store.facts:BEHIND": "the job that makes facts looks for hours of every project; it gives no span",
    "backend.store.facts:SWEEP": "the job that deletes replaced facts does so in every project",
    "backend.store.queries.intake:QUARANTINED": "the watch job counts refused bodies for the server's log",
}


def tenant_tables() -> set[str]:
    """The tables of the ClickHouse migrations that have a project_id column."""
    tables: set[str] = set()
    for file in sorted((ROOT / "backend/store/migrations").glob("*.sql")):
        for statement in re.split(r";\s*\n", file.read_text(encoding="utf-8")):
            made = re.search(r"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`?(\w+)`?", statement, re.IGNORECASE)
            if made and re.search(r"\bproject_id\b", statement):
                tables.add(made.group(1))
    return tables


def statements(source: Source) -> list[tuple[str, str]]:
    """Every top-level name of a module with all SQL text it is made of, constants of the same module put in."""
    named: dict[str, list[ast.AST]] = {}
    exempt = frozenset(key.partition(":")[2] for key in ALL_PROJECTS if key.startswith(f"{source.dotted}:"))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            named.setdefault(node.name, []).append(node)
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            named.setdefault(node.target.id, []).append(node.value)
    return [(name, text_of(node, named, exempt | {name})) for name, nodes in named.items() for node in nodes]


def text_of(node: ast.AST, named: dict[str, list[ast.AST]], seen: frozenset[str]) -> str:
    parts: list[str] = []
    docstring = (
        ast.get_docstring(node, clean=False) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
    )
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and child.value != docstring:
            parts.append(child.value)
        elif isinstance(child, ast.Name) and child.id in named and child.id not in seen and child.id.isupper():
            parts += [text_of(other, named, seen | {child.id}) for other in named[child.id]]
    return "\n".join(parts)


def reads(text: str, tables: set[str]) -> int:
    """How often the text reads from a table of tenants."""
    names = "|".join(sorted(tables)) or "-"
    return len(re.findall(rf"\b(?:FROM|JOIN|UPDATE|DELETE\s+FROM)\s+(?:{names})\b", text, re.IGNORECASE))


def store_users() -> list[Source]:
    return [
        s for s in sources("backend") if "SELECT" in s.text.upper() and not s.path.startswith("backend/conventions")
    ]


@pytest.mark.parametrize("source", store_users(), ids=lambda s: s.path)
def test_it_names_the_project_in_every_statement(source: Source) -> None:
    tables = tenant_tables()
    open_ones = [
        name
        for name, text in statements(source)
        if reads(text, tables) > len(TENANT.findall(text)) and f"{source.dotted}:{name}" not in ALL_PROJECTS
    ]
    assert open_ones == [], f"{source.path}: no `project_id = {{project_id:UUID}}` for each table read in {open_ones}"


def test_it_knows_the_tables_of_tenants() -> None:
    assert {"spans", "scores", "log_events", "ingest_stats"} <= tenant_tables()


def test_the_list_of_exceptions_is_not_stale() -> None:
    tables = tenant_tables()
    known = {f"{s.dotted}:{name}" for s in store_users() for name, text in statements(s) if reads(text, tables)}
    assert set(ALL_PROJECTS) - known == set()
