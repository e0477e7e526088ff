"""Arguments, variables, OpenTelemetry's variables, defaults: in this order, and wrong ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanhouse.parameters import PARAMETERS, default_spool_dir, read_settings

README = Path(__file__).parents[1] / "README.md"


def test_with_nothing_set_it_sends_to_this_machine():
    settings = read_settings({}, {})
    assert settings.traces_url == "http://127.0.0.1:4318/v1/traces"
    assert settings.scores_url == "http://127.0.0.1:8000/api/v1/scores"
    assert (settings.api_key, settings.auto_instrument, settings.set_global, settings.enabled) == (
        "",
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://traces.example.com", "https://traces.example.com/v1/traces"),
        ("https://traces.example.com/otel/v1/traces/", "https://traces.example.com/otel/v1/traces"),
        ("localhost:4318", "http://localhost:4318/v1/traces"),
        ("traces.example.com", "https://traces.example.com/v1/traces"),
        ("http://collector:4317", "http://collector:4318/v1/traces"),
        ("http://[::1]:4318", "http://[::1]:4318/v1/traces"),
    ],
)
def test_forms_of_an_endpoint(given, url):
    assert read_settings({"endpoint": given}, {}).traces_url == url


def test_an_argument_wins_over_a_variable_and_that_over_opentelemetrys():
    environ = {"SPANHOUSE_ENDPOINT": "http://ours:1", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://theirs:1"}
    assert read_settings({"endpoint": "http://given:1"}, environ).endpoint == "http://given:1"
    assert read_settings({}, environ).endpoint == "http://ours:1"
    del environ["SPANHOUSE_ENDPOINT"]
    assert read_settings({}, environ).endpoint == "http://theirs:1"


def test_variables_of_every_kind():
    environ = {
        "SPANHOUSE_API_KEY": "sk-1",
        "OTEL_SERVICE_NAME": "shop",
        "SPANHOUSE_SAMPLE_RATE": "0.25",
        "SPANHOUSE_AUTO_INSTRUMENT": "openai, LangChain",
        "SPANHOUSE_SET_GLOBAL": "yes",
        "OTEL_BSP_MAX_QUEUE_SIZE": "99",
        "SPANHOUSE_SPOOL": "off",
        "OTEL_TRACES_SAMPLER": "always_off",
    }
    found = read_settings({}, environ)
    assert (found.api_key, found.project, found.sample_rate) == ("sk-1", "shop", 0.25)
    assert (found.auto_instrument, found.set_global, found.queue_spans, found.spool) == (
        ("openai", "langchain"),
        True,
        99,
        False,
    )
    assert not found.sampler_variable  # our own rate was given
    assert read_settings({}, {"OTEL_TRACES_SAMPLER": "always_off"}).sampler_variable


def test_headers_of_another_vendor_stay_with_its_endpoint():
    environ = {
        "OTEL_EXPORTER_OTLP_HEADERS": "x-vendor-key=secret%20one",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://vendor:4318",
    }
    assert read_settings({}, environ).headers == {"x-vendor-key": "secret one"}
    assert read_settings({"endpoint": "http://ours:4318"}, environ).headers == {}
    assert read_settings({}, {**environ, "SPANHOUSE_ENDPOINT": "http://ours:4318"}).headers == {}


def test_the_sdk_can_be_switched_off():
    assert not read_settings({}, {"OTEL_SDK_DISABLED": "true"}).enabled
    assert not read_settings({}, {"SPANHOUSE_ENABLED": "0"}).enabled
    assert read_settings({"enabled": True}, {"OTEL_SDK_DISABLED": "true"}).enabled


@pytest.mark.parametrize("parameter", [p for p in PARAMETERS if p.variable], ids=lambda p: p.name)
def test_a_wrong_value_is_named_and_ignored(parameter, caplog):
    try:
        parameter.read("\x00 no such value")
    except ValueError:
        settings = read_settings({}, {parameter.variable: "\x00 no such value"})
        assert getattr(settings, parameter.name) in (parameter.default, default_spool_dir({}))
        assert parameter.variable in caplog.text


def test_the_spool_is_in_the_users_state_folder_or_in_the_temporary_one(tmp_path):
    assert default_spool_dir({"HOME": str(tmp_path)}) == str(tmp_path / ".local/state/spanhouse")
    assert default_spool_dir({"XDG_STATE_HOME": str(tmp_path)}) == str(tmp_path / "spanhouse")
    assert default_spool_dir({"HOME": "/nowhere"}).startswith("/tmp/spanhouse-")


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)
def test_the_readme_describes_it(parameter):
    lines = README.read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"| `{parameter.name}`"))
    for variable in filter(None, (parameter.variable, *parameter.fallbacks)):
        assert f"`{variable}`" in row
