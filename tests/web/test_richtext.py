"""What a model wrote never becomes a script, a request to another host, or a link that acts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import richtext

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{display:none}</style>",
    "<iframe src=//evil.example></iframe>",
    "<svg onload=alert(1)>",
    "[x](/logout/)",
    '[x](https://a.example "onmouseover=alert(1)")',
    "```<script>\nalert(1)\n```",
    "[a]: javascript:alert(1)\n\n[a]",
    "<https://ok.example/<script>>",
]
ALLOWED_TAG = re.compile(
    r"</?(p|br|hr|h[1-6]|strong|em|s|code|pre|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|a|span)\b[^<>]*>"
)


def assert_harmless(html: str) -> None:
    left = ALLOWED_TAG.sub("", html)
    assert "<" not in left, left
    for tag in ALLOWED_TAG.finditer(html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag[0]))
        assert set(attributes) <= {"href", "rel", "target"} or re.fullmatch(r"hl-\w{1,4}", attributes.get("class", ""))
        assert attributes.get("href", "https://").lower().startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize("text", HOSTILE)
def test_it_makes_hostile_markdown_harmless(text: str) -> None:
    assert_harmless(richtext.markdown(text))


@given(
    st.lists(
        st.sampled_from([*HOSTILE, "<", ">", '"', "'", "`", "[", "](", ")", "\n", "*", "&lt;", "\x00"]), max_size=8
    ).map("".join)
)
def test_it_stays_harmless_in_any_mixture(text: str) -> None:
    assert_harmless(richtext.markdown(text))


def test_it_renders_ordinary_markdown() -> None:
    html = richtext.markdown("**Hi**\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n[docs](https://docs.example/)")
    assert "<strong>Hi</strong>" in html
    assert "<li>a</li>" in html
    assert "<td>1</td>" in html
    assert 'href="https://docs.example/"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_it_names_an_image_without_loading_it() -> None:
    html = richtext.markdown("![a cat](https://evil.example/cat.png)")
    assert "[image a cat https://evil.example/cat.png]" in html
    assert "<img" not in html


def test_it_colours_code_and_escapes_it() -> None:
    html = richtext.markdown("```python\ndef f(): return '<script>'\n```\n\n```nonsense\n<b>\n```")
    assert '<span class="hl-k">def</span>' in html
    assert "<script>" not in html
    assert "&lt;b&gt;" in html
    assert_harmless(html)


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, "{", "[1", "", "12", '"text"', "NaN"])
def test_what_is_no_object_stays_text(text: str) -> None:
    assert richtext.parsed_json(text) is None


def test_markdown_of_the_largest_size_is_quick() -> None:
    import time

    started = time.perf_counter()
    for text in ("[" * 40_000, "*a " * 13_000, "> " * 20_000, "`" * 40_000, "![" * 20_000):
        assert_harmless(richtext.markdown(text))
    assert time.perf_counter() - started < 20
