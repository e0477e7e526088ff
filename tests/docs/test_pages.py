"""Documents are tested: they describe every setting, reason, reply and attribute key that the code knows."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from backend.config.environment import VARIABLES
from backend.store.filter_fields import FIELDS, MAPS, Field
from ingest import client_drops, errors
from ingest.otlp import REASONS
from tests.docs.pages import PAGES, ROOT, first_cells, text


@pytest.mark.parametrize("variable", VARIABLES.values(), ids=lambda v: v.name)
@pytest.mark.parametrize("page", ["README.md", "docs/settings.md"])
def test_it_describes_every_setting(variable, page: str) -> None:
    assert variable.name in first_cells(page), f"{page}: no table row for {variable.name}"


@pytest.mark.parametrize("page", ["README.md", "docs/settings.md"])
def test_it_describes_no_setting_that_is_gone(page: str) -> None:
    known = {variable.name for variable in VARIABLES.values()}
    documented = {name for name in first_cells(page) if re.fullmatch(r"[A-Z_]{6,}", name)}
    assert documented - known == set()


def test_it_gives_the_defaults() -> None:
    rows = {line.split("`")[1]: line for line in text("docs/settings.md").splitlines() if line.startswith("| `")}
    plain = {v.name: v.default for v in VARIABLES.values() if v.default and "DATA_DIR" not in v.default}
    assert {name: default for name, default in plain.items() if f"`{default}`" not in rows[name]} == {}


def test_it_explains_every_reason_of_a_rejected_span() -> None:
    assert {*REASONS, *client_drops.REASONS} - first_cells("docs/ingest.md") == set()


def test_it_explains_every_refusal() -> None:
    refusals = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.Refused)]
    page = text("docs/ingest.md")
    assert [e.code for e in refusals if e is not errors.Refused and f"`{e.code}`" not in page] == []


@pytest.mark.parametrize("field", [*FIELDS, *MAPS.values()], ids=lambda f: f.name)
def test_it_names_every_field_of_the_filter(field: Field) -> None:
    page = text("docs/filter.md")
    assert f"`{field.name}`" in page or f"`{field.name}." in page


def test_the_compose_file_sets_only_known_variables() -> None:
    set_there = re.findall(r"^    ([A-Z_]+): ", text("docker-compose.yml").partition("\nservices:")[0], re.MULTILINE)
    assert set(set_there) - {variable.name for variable in VARIABLES.values()} == set()


def test_the_conventions_page_is_up_to_date() -> None:
    script = load(ROOT / "scripts/write_conventions.py")
    page = text("docs/conventions.md")
    assert script.with_tables(page) == page, "run .venv/bin/python scripts/write_conventions.py"


def test_the_sdks_parameters_are_up_to_date() -> None:
    script = load(ROOT / "scripts/write_sdk_parameters.py")
    page = text("sdk/python/README.md")
    assert script.with_table(page) == page, "run .venv/bin/python scripts/write_sdk_parameters.py"


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_its_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(#[^)\s]*)?\)", page.read_text(encoding="utf-8"))
    missing = [target for target, _ in links if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_its_make_commands_exist(page: Path) -> None:
    makefile = text("Makefile")
    named = set(
        re.findall(
            r"\bmake ([a-z-]+)(?=[`\s])", "\n".join(re.findall(r"```.*?```|`[^`]+`", page.read_text(), re.DOTALL))
        )
    )
    assert {name for name in named if f"\n{name}:" not in makefile} == set()
