"""The TypeScript SDK: its own tests, and what its programs leave on a real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.node import node_packages
from tests.support.processes import ROOT, http, wait_for
from tests.support.server import API_KEY, Server

SOURCE = ROOT / "sdk/typescript"
# A copy that is built in: the source stays as it is in version control.
COPY = ROOT / ".make/sdk-typescript"
PARTS = ("src", "scripts", "tests", "examples")


def clean_environment() -> dict[str, str]:
    """This process's, without what would steer the SDK or Node."""
    return {name: text for name, text in os.environ.items() if not name.startswith(("SPANHOUSE_", "OTEL_", "NODE_"))}


def npm(folder: Path, *command: str) -> None:
    done = subprocess.run(["npm", *command], cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def package() -> Path:
    """The package, built."""
    node_packages(SOURCE, COPY)
    for part in PARTS:
        shutil.rmtree(COPY / part, ignore_errors=True)
        shutil.copytree(SOURCE / part, COPY / part)
    for file in (*SOURCE.glob("*.json"), SOURCE / "README.md"):
        shutil.copy(file, COPY)
    shutil.rmtree(COPY / "dist", ignore_errors=True)
    npm(COPY, "run", "build")
    return COPY


class Application:
    """Programs with a spool of their own."""

    def __init__(self, package: Path, server: Server, folder: Path) -> None:
        self.package, self.server, self.folder = package, server, folder

    def run(self, program: str, *arguments: str, code: int = 0, **more: str) -> str:
        """What it printed; `more` in lower case becomes SPANHOUSE_MORE."""
        environment = {
            **clean_environment(),
            "SPANHOUSE_ENDPOINT": self.server.otlp,
            "SPANHOUSE_API_URL": self.server.web,
            "SPANHOUSE_API_KEY": API_KEY,
            "SPANHOUSE_SPOOL_DIR": str(self.folder / "spool"),
            **{f"SPANHOUSE_{name.upper()}": value for name, value in more.items()},
        }
        done = subprocess.run(
            ["node", program, *arguments],
            cwd=self.package, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def scene(self, name: str, *, code: int = 0, **more: str) -> dict[str, Any]:
        said = self.run("tests/programs/scenes.mjs", name, code=code, **more)
        return json.loads(said) if said.strip() else {}

    def names(self, project: str) -> list[str]:
        """Of the stored spans of a project, as soon as there are any."""
        traces = wait_for(lambda: self.traces(project), why=f"traces of {project}")
        whole = [self.server.trace(trace["trace_id"], trace["span_count"]) for trace in traces]
        return sorted(span["name"] for trace in whole for span in trace["spans"])

    def traces(self, project: str) -> list[dict[str, Any]]:
        return self.server.api("traces", filter=f"service:{project}", limit=200).json()["results"]

    def wait_stored(self, project: str, spans: int) -> None:
        """So many, and not more."""
        wait_for(lambda: sum(trace["span_count"] for trace in self.traces(project)) == spans, why=f"{spans} spans")


@pytest.fixture
def application(package: Path, server: Server, folder: Path) -> Application:
    return Application(package, server, folder)


@pytest.mark.timeout(300)
def test_its_own_tests_pass(package: Path) -> None:
    npm(package, "run", "types")
    done = subprocess.run(
        ["node", "--test", *sorted(str(path) for path in (package / "tests").glob("*.test.mjs"))],
        cwd=package, env=clean_environment(), capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
    passed = re.search(r"^# pass (\d+)", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) >= 40


def test_its_example_reads_right(application: Application) -> None:
    said = application.run("examples/agent.mjs")
    trace = application.server.trace(re.findall(r"^[0-9a-f]{32}$", said, re.MULTILINE)[0], 5)
    spans = {span["name"]: span for span in trace["spans"]}
    types = {name: span["type"] for name, span in spans.items()}
    assert types == {"conversation": "span", "answer": "agent", "retrieve": "retriever", "chat": "llm", "stream": "llm"}
    assert (trace["session_id"], trace["user_id"], trace["tags"]) == ("chat-17", "alice", ["example"])
    chat, stream = spans["chat"], spans["stream"]
    assert (chat["provider"], chat["request_model"], chat["usage"]["output_tokens"]) == ("openai", "gpt-4o-mini", 7)
    assert [message["role"] for message in chat["input_messages"]] == ["system", "user"]
    assert chat["parent_span_id"] == spans["answer"]["span_id"]
    assert stream["output_messages"][0]["parts"][0]["content"] == "Paris is the capital of France."
    assert stream["time_to_first_token_ms"] > 0
    assert [score["name"] for score in trace["scores"]] == ["helpful"]


def test_the_vercel_ai_sdk_reads_right(application: Application) -> None:
    said = json.loads(application.run("tests/programs/vercel.mjs"))
    trace = application.server.trace(said["run"], said["made"])
    spans = {span["name"]: span for span in trace["spans"]}
    names = {span["span_id"]: span["name"] for span in trace["spans"]}
    assert names[spans["ai.generateText"]["parent_span_id"]] == "answer"
    tool = spans["ai.toolCall"]
    assert (tool["type"], tool["tool"]["name"], tool["tool"]["arguments"]) == ("tool", "weather", {"city": "Paris"})
    call = spans["ai.generateText.doGenerate"]
    assert (call["type"], call["request_model"]) == ("llm", "gpt-4o-mini")
    usage = call["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["cache_read_tokens"]) == (14, 7, 4)
    assert {span["session_id"] for span in trace["spans"]} == {"vercel-1"}


def test_the_quickstart_runs(application: Application) -> None:
    page = (ROOT / "docs/quickstart-typescript.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- tested: quickstart-typescript -->\n```js\n(.*?)```", page, re.DOTALL)
    assert found is not None
    program = application.package / "tests/programs/quickstart.mjs"
    program.write_text(found[1], encoding="utf-8")
    assert application.run(str(program), project="quickstart-ts") == "Paris is the capital of France.\n"
    assert application.names("quickstart-ts") == ["answer", "chat", "retrieve"]


@pytest.mark.parametrize("scene", ["plain", "flushed_exit", "workers"])
def test_all_are_stored(application: Application, scene: str) -> None:
    application.scene(scene, project=f"ts-{scene}")
    application.wait_stored(f"ts-{scene}", 65 if scene == "workers" else 20)


def test_what_an_abrupt_end_leaves_is_stored_by_the_next_start(application: Application) -> None:
    application.scene("exit", code=3, project="ts-exit")
    assert application.scene("next", project="ts-exit")["recovered"] == 20
    application.wait_stored("ts-exit", 20)


def test_a_wrong_key_is_counted(application: Application) -> None:
    wrong = application.scene("flushed", api_key="sk-sph-wrong", project="ts-wrong")
    assert (wrong["made"], wrong["dropped"], wrong["unreported"]) == (20, {"unauthenticated": 20}, 20)
    assert application.traces("ts-wrong") == []


def test_the_server_takes_its_reports(application: Application) -> None:
    said = application.scene("flushed", queue_spans="5", project="ts-full")
    assert (said["sent"], said["dropped"], said["unreported"]) == (5, {"queue_full": 15}, 0)
    assert http("GET", application.server.web + "/readyz").status == 200
