"""`manage.py renormalise`: what it prints, and what it refuses."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.management import CommandError

from backend.conventions.columns import MAPPING_VERSION
from backend.store import client, migrate, renormalise
from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from ingest.envelope import frame
from ingest.otlp import check_traces
from tests.conftest import World
from tests.ops.test_commands import run
from tests.support.otlp import llm_span, request

pytestmark = [pytest.mark.store, pytest.mark.django_db]
LATELY = ("renormalise", "--from", "now-1d", "--to", "now")


@pytest.fixture
def open_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The command closes the store at its end; here the other tests still need it."""
    monkeypatch.setattr(store, "close", lambda: None)
    return store


def test_it_says_what_it_did(world: World, open_store: Store) -> None:
    now = time.time_ns()
    body = check_traces(request(llm_span(b"\x01" * 16)).SerializeToString(), now).body
    for project in (world.project, world.other):
        open_store.insert_protobuf("otlp_traces", frame(body, project.id, now), INSERT_SETTINGS["otlp_traces"])
    assert run(*LATELY)[1] == f"0 spans are now as version {MAPPING_VERSION} of the table reads them."
    code, out, _ = run(*LATELY, "--all", "--project", "other")
    assert code == 0
    assert out.startswith("other ")
    assert "\n1 spans" in out
    assert "\n2 spans" in run(*LATELY, "--all")[1]


def test_it_can_be_interrupted(world: World, open_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    body = check_traces(request(llm_span(b"\x01" * 16)).SerializeToString(), now).body
    open_store.insert_protobuf("otlp_traces", frame(body, world.project.id, now), INSERT_SETTINGS["otlp_traces"])

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(renormalise, "renormalise", interrupted)
        code, _, err = run(*LATELY, "--all")
    assert (code, "Run the same command again" in err) == (130, True)
    assert "\n1 spans" in run(*LATELY, "--all")[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "yesterday", "--to", "now"), "'yesterday' is no time"),
        (("--from", "now", "--to", "now-1d"), "--from must lie before --to"),
        (("--from", "now-1d", "--to", "now", "--project", "nowhere"), "no project nowhere"),
    ],
)
def test_it_refuses_what_makes_no_sense(world: World, open_store: Store, arguments: Any, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run("renormalise", *arguments)


def test_it_waits_for_the_schema(world: World, open_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "plan", lambda _: ["0099_missing"])
    code, _, err = run(*LATELY)
    assert (code, "0099_missing" in err) == (1, True)
    assert client.current() is open_store
