"""The quickstart, the guides and the examples: every snippet compiles, and runs where its packages are installed.

The guides' packages have an environment of their own, `.make/guides`, made once with those that are small
(tests/fixtures/guides/packages.txt). To run others: `.make/guides/bin/pip install` what their pages name.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import ROOT, snippet
from tests.sdk.fake import provider_module
from tests.support.processes import clean_environment, wait_for
from tests.support.server import API_KEY, Server

FIXTURE = ROOT / "tests/fixtures/guides/packages.txt"
VENV = ROOT / ".make/guides"
GUIDES = sorted((ROOT / "docs/integrations").glob("*.md"))
EXAMPLES = ROOT / "sdk/python/examples"
MARK = re.compile(r"<!-- guide: ([^>]+) -->\n```python\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
SOURCE = str(ROOT / "sdk/python/src")


def guide(page: Path) -> tuple[list[str], str]:
    """(packages, the snippet)."""
    found = MARK.search(page.read_text(encoding="utf-8"))
    return (found.group(1).split(), found.group(2)) if found else ([], "")


RUNNABLE = [page for page in GUIDES if guide(page)[1]]


@pytest.fixture(scope="session")
def python() -> Path:
    """The Python of the guides' environment."""
    wanted = FIXTURE.read_text(encoding="utf-8")
    stamp = VENV / "installed.txt"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        command = [str(VENV / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "-r", str(FIXTURE)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
        if done.returncode != 0 and not os.environ.get("CI"):
            pytest.skip(f"pip could not install the guides' packages: {done.stderr.strip()[-300:]}")
        assert done.returncode == 0, done.stderr
        stamp.write_text(wanted, encoding="utf-8")
    return VENV / "bin/python"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("guides"))
    try:
        yield server.start()
    finally:
        server.stop()


def run(python: str | Path, code: str, server: Server, folder: Path, service: str = "", libraries: str = "0") -> str:
    with provider_module().FakeProvider() as provider:
        address = provider.address
        code = code.replace("Portkey()", f"Portkey(base_url={address + '/v1'!r})")  # it has no variable for it
        environment = {
            **clean_environment(),
            "PYTHONPATH": SOURCE,
            "SPANHOUSE_ENDPOINT": server.otlp,
            "SPANHOUSE_API_URL": server.web,
            "SPANHOUSE_API_KEY": API_KEY,
            "SPANHOUSE_PROJECT": service,
            "SPANHOUSE_AUTO_INSTRUMENT": libraries,  # the environment has more than one application would
            "SPANHOUSE_SPOOL_DIR": str(folder / "spool"),
            **dict.fromkeys(("OPENAI_BASE_URL", "OPENAI_API_BASE", "PORTKEY_BASE_URL"), address + "/v1"),
            "ANTHROPIC_BASE_URL": address,
            "GOOGLE_GEMINI_BASE_URL": address,
            **{f"{name}_API_KEY": "fake" for name in ("OPENAI", "ANTHROPIC", "GOOGLE", "PORTKEY")},
            "HOME": str(folder),
            "CREWAI_DISABLE_TELEMETRY": "true",
        }
        done = subprocess.run(
            [str(python), "-c", code],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def spans_of(server: Server, service: str) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]]:
        rows = server.api("traces", filter=f"service:{service}").json()["results"]
        return [span for row in rows for span in server.trace(row["trace_id"])["spans"]]

    return wait_for(look, why=f"spans of {service}")


def has(python: Path, packages: list[str]) -> bool:
    listed = subprocess.run(
        [str(python), "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True
    )
    installed = {line.partition("==")[0].lower().replace("_", "-") for line in listed.stdout.splitlines()}
    return {package.lower() for package in packages} <= installed


@pytest.mark.parametrize("page", [ROOT / "docs/quickstart.md", *GUIDES], ids=lambda p: p.stem)
def test_its_python_compiles(page: Path) -> None:
    for code in PYTHON.findall(page.read_text(encoding="utf-8")):
        compile(code, page.name, "exec")


def test_every_guide_is_listed() -> None:
    index = (ROOT / "docs/integrations/README.md").read_text(encoding="utf-8")
    assert [page.name for page in GUIDES if page.name != "README.md" and f"({page.name})" not in index] == []


@pytest.mark.system
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", RUNNABLE, ids=lambda p: p.stem)
def test_its_snippet_makes_a_trace(page: Path, python: Path, server: Server, tmp_path: Path) -> None:
    packages, code = guide(page)
    if not has(python, packages):  # compiled by the test above; a package that is listed must be there
        assert page.stem not in FIXTURE.read_text(encoding="utf-8").partition("\n")[0].split()
        return
    prefix = "openinference-instrumentation-"
    libraries = ",".join(name.removeprefix(prefix) for name in packages if name.startswith(prefix)) or "0"
    said = run(python, code, server, tmp_path, page.stem, libraries)
    assert "Paris" in said
    spans = spans_of(server, page.stem)
    assert {"llm", "retriever"} & {span["type"] for span in spans}
    assert any("Paris" in str(span["output_messages"]) + str(span["output"]) for span in spans)
    if page.stem != "vector-databases":
        assert 14 in {span["usage"]["input_tokens"] for span in spans}


@pytest.mark.system
def test_the_quickstart_makes_a_trace(server: Server, tmp_path: Path) -> None:
    run(sys.executable, snippet("docs/quickstart.md", "quickstart"), server, tmp_path, "quickstart")
    spans = {span["name"]: span for span in spans_of(server, "quickstart")}
    assert {name: span["type"] for name, span in spans.items()} == {
        "answer": "agent",
        "retrieve": "retriever",
        "chat": "llm",
    }
    assert {(span["session_id"], span["user_id"], *span["tags"]) for span in spans.values()} == {
        ("chat-17", "alice", "quickstart")
    }
    assert spans["chat"]["input_messages"][0]["parts"][0]["content"] == "What is the capital of France?"


@pytest.mark.system
@pytest.mark.parametrize(("name", "count"), [("agent", 5), ("two_processes", 2), ("openai_chat", 5)])
def test_the_example_runs(name: str, count: int, python: Path, server: Server, tmp_path: Path) -> None:
    begin = f"import runpy, sys; sys.path.insert(0, {str(EXAMPLES)!r}); "
    path = str(EXAMPLES / f"{name}.py")
    run(
        python,
        begin + f"sys.argv = [{path!r}]; runpy.run_path({path!r}, run_name='__main__')",
        server,
        tmp_path,
        libraries="openai",
    )
    service = f"example-{name}".replace("_", "-").replace("openai-chat", "openai")
    wait_for(lambda: len(spans_of(server, service)) == count, why=f"{count} spans")
    assert len({span["trace_id"] for span in spans_of(server, service)}) == 1
