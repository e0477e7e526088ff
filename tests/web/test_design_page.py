"""The design page: for developers only, and complete."""

from __future__ import annotations

from typing import Any

from django.test import Client

from tests.web.conftest import Reads
from tests.web.markup import assert_safe
from tests.web.test_contrast import PAIRS
from web.views.design import SECTIONS


def test_it_is_not_there_without_debug(alice: Client, reads: Reads) -> None:
    assert alice.get("/design/").status_code == 404


def test_it_shows_every_section_in_both_themes(alice: Client, reads: Reads, settings: Any) -> None:
    settings.DEBUG = True
    page = alice.get("/design/").text
    for section in SECTIONS:
        assert f'id="{section}"' in page
    assert page.count('class="spec-side" data-theme="dark"') == len(SECTIONS)
    assert page.replace('href="https://example.com/"', "").count("https://") == 0
    assert_safe(page.replace('href="https://example.com/"', ""))


def test_it_shows_every_colour(alice: Client, reads: Reads, settings: Any) -> None:
    settings.DEBUG = True
    page = alice.get("/design/").text
    assert [name for name in PAIRS if f'class="c-{name}"' not in page] == []
