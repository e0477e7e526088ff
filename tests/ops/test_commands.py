"""Commands: what they print, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from backend.config.environment import InvalidSetting
from backend.ops import startup
from backend.ops.management.commands.up import ready_text
from backend.projects import services
from tests.conftest import World


def run(*arguments: str) -> tuple[int, str, str]:
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as error:
        code = int(error.code or 0)
    return code, out.getvalue().strip(), err.getvalue().strip()


@pytest.mark.django_db
def test_create_key_prints_a_key_that_works(world: World) -> None:
    code, out, _ = run("create_key", "ci", "--project", "other", "--scopes", "ingest, read")
    grant = services.resolve_key(out)
    assert code == 0
    assert grant is not None
    assert (grant.project_id, grant.scopes) == (world.other.id, {"ingest", "read"})


@pytest.mark.django_db
def test_create_key_names_what_is_wrong(world: World) -> None:
    code, _, err = run("create_key", "ci", "--project", "nowhere")
    assert code == 1
    assert "support-bot" in err
    assert run("create_key", "ci", "--scopes", "root")[0] == 1


@pytest.mark.store
def test_migrate_store_says_when_there_is_nothing_to_do(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(store), "close", lambda _store: None)  # the next test needs it
    assert run("migrate_store") == (0, "Nothing to do.", "")
    assert run("migrate_store", "--plan") == (0, "Nothing to do.", "")
    assert run("migrate_store", "--check")[0] == 0


@pytest.mark.parametrize(
    ("fields", "variable"),
    [({}, "CELERY_BROKER_URL"), ({"broker_url": "redis://cache"}, "CLICKHOUSE_URL")],
)
def test_jobs_of_their_own_need_servers(fields: dict[str, str], variable: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^{variable}"):
        startup.check_jobs(replace(settings.SPANHOUSE, **fields))


@pytest.mark.django_db
def test_the_first_start_prints_what_was_made_and_repeats_nothing_given() -> None:
    made = services.bootstrap(api_key="sk-given-by-somebody")
    assert made is not None
    text = startup.first_start_text(made)
    assert made.password
    assert made.password in text
    assert "sk-given" not in text


def test_the_ready_text_has_every_address() -> None:
    environment = replace(settings.SPANHOUSE, host="::1", port=8001)
    text = ready_text(environment, web=True, receivers=True)
    assert "http://[::1]:8001" in text
    assert "[::1]:4317" in text
    assert "8001" not in ready_text(environment, web=False, receivers=True)
