"""Guards over the import contracts: they name every package of the house (lint checks the imports themselves)."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.arch.sources import ROOT


def contract(name: str) -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return next(c for c in contracts if c["id"] == name)


def packages() -> set[str]:
    return {f"backend.{p.name}" for p in (ROOT / "backend").iterdir() if (p / "__init__.py").exists()}


def test_it_puts_every_package_into_a_layer() -> None:
    layers = " ".join(contract("layers")["layers"]).replace("|", " ").replace(":", " ").split()
    assert packages() - set(layers) == set()
    assert {layer for layer in layers if layer.startswith("backend.")} - packages() == set()


def test_it_lets_only_named_modules_of_ingest_reach_django() -> None:
    doors = {line.split(" -> ")[0] for line in contract("no-django")["ignore_imports"]}
    assert doors == {"ingest.keys", "ingest.__main__"}
