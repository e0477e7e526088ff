"""The provider of the SDK's examples, which is also that of the tests of the guides."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from tests.support.processes import ROOT


def provider_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fake_provider", ROOT / "sdk/python/examples/fake_provider.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
