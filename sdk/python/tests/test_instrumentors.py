"""Which installed instrumentations are switched on, and that one library is not recorded twice."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from spanhouse.instrumentors import Found, chosen, installed, instrument, library_of, uninstrument


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("openinference-instrumentation-openai", ("openai", "openinference")),
        ("openinference_instrumentation_llama_index", ("llamaindex", "openinference")),
        ("opentelemetry-instrumentation-llamaindex", ("llamaindex", "openllmetry")),
        ("opentelemetry-instrumentation-openai-v2", ("openai", "opentelemetry")),
        ("opentelemetry-instrumentation-genai-anthropic", ("anthropic", "opentelemetry")),
        ("opentelemetry-instrumentation-anthropic", ("anthropic", "openllmetry")),
        ("opentelemetry-instrumentation-django", None),
        ("openinference-instrumentation-openllmetry", None),
        ("requests", None),
    ],
)
def test_it_knows_the_families(package, expected):
    assert library_of(package) == expected


def test_one_of_each_library():
    found = [Found("openai", family, family, None) for family in ("openinference", "openllmetry", "opentelemetry")]
    other = Found("langchain", "openllmetry", "x", None)
    assert chosen([*found, other], True) == [found[0], other]
    assert chosen([*found, other], ["langchain"]) == [other]
    assert chosen(found, ("llamaindex",)) == []


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Two installed instrumentations of one library, one whose library is missing, one that breaks."""

    def package(name, library, body="", needs="pytest"):
        module = name.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(
            "calls = []\n"
            "class One:\n"
            f"    def instrumentation_dependencies(self): return ['{needs} >= 1']\n"
            "    def instrument(self, **given):\n"
            f"        {body or 'calls.append(given)'}\n"
            "    def uninstrument(self): calls.append('off')\n"
        )
        info = tmp_path / f"{module}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[opentelemetry_instrumentor]\n{library} = {module}:One\n")

    package("openinference-instrumentation-openai", "openai")
    package("opentelemetry-instrumentation-openai", "openai")
    package("openinference-instrumentation-groq", "groq", needs="no-such-library")
    package("openinference-instrumentation-dspy", "dspy", body="raise RuntimeError('broken')")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_it_switches_on_what_is_installed(packages, caplog):
    names = [(one.library, one.family) for one in installed() if "site-packages" not in str(one.entry_point)]
    assert {("openai", "openinference"), ("openai", "openllmetry"), ("groq", "openinference")} <= set(names)
    provider = SimpleNamespace()
    started = instrument(provider, ["openai", "groq", "dspy"])
    calls = sys.modules["openinference_instrumentation_openai"].calls
    assert (len(started), calls) == (1, [{"tracer_provider": provider}])
    assert "opentelemetry_instrumentation_openai" not in sys.modules
    assert "openinference-instrumentation-dspy could not be switched on: broken" in caplog.text
    uninstrument(started)
    assert calls[-1] == "off"
    assert instrument(provider, False) == []
