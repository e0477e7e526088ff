"""The coding agent: hundreds of steps in one trace, a growing history, a subagent, retries and a loop."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from backend.demo import people
from backend.demo.calendar import Calendar
from backend.demo.llms import HAIKU, OPUS, Conversation, Reply, call_part, text_part
from backend.demo.steps import Made, Verdict, rate_limited
from backend.demo.texts import data, fill
from backend.demo.tracing import SECOND, DraftSpan, Service, Trace, Value, as_json

# Input tokens at which the agent summarises its history and goes on.
FULL = 24_000
LOOP = 12
Arguments = Mapping[str, object]


@cache
def tool_definitions() -> str:
    return as_json(
        [
            {
                "type": "function",
                "name": name,
                "description": tool["description"],
                "parameters": {"type": "object", "properties": tool["properties"], "required": tool["required"]},
            }
            for name, tool in data("coding")["tool"].items()
        ]
    )


def task(name: str, number: int, start_ns: int, calendar: Calendar, *, large: bool) -> Made:
    """One task from ticket to summary: about 300 steps when `large`."""
    tasks = data("coding")["task"]
    if large:
        return _Agent(name, start_ns, calendar, tasks[number % len(tasks)]).migrate()
    small = data("coding")["small"]
    return _Agent(name, start_ns, calendar, tasks[number % len(tasks)]).fix(small[number % len(small)])


class _Agent:
    def __init__(self, name: str, start_ns: int, calendar: Calendar, work: Mapping[str, Any]) -> None:
        self.random = Random(name)
        self.work = work
        self.user = people.developer(self.random)
        service = Service("devbot", "0.31.0" if start_ns < calendar.incident[0] else "0.32.1", host="runner-3")
        self.trace = Trace(name, calendar.anchor_ns, start_ns, service, self.random)
        self.session = f"run-{Random(name + '/session').getrandbits(32):08x}"
        self.talk = Conversation(OPUS, data("coding")["system"], tool_definitions(), temperature=0.0, max_tokens=8192)
        self.talk.extra = {
            "gen_ai.conversation.id": self.session,
            "gen_ai.prompt.name": "coding-agent",
            "gen_ai.prompt.version": "27",
        }
        self.slots: dict[str, object] = {}

    # --- two kinds of tasks -------------------------------------------------------------------------------------------
    def migrate(self) -> Made:
        """The same change, module by module."""
        modules = self.random.sample(data("coding")["modules"], 22)
        stuck = self.random.randrange(6, 12)
        with self._root(self.work["title"], self.work["prompt"]) as root:
            self._explore(fill("Which modules match {pattern}, and who else is affected?", self.work), modules)
            for number, module in enumerate(modules):
                self._module(module, fails=self.random.random() < 0.35)
                if number == stuck:
                    self._loop(module)
            self._tests(
                "tests",
                f"{self.random.randint(398, 450)} passed in 61.24s",
                say="All modules are done. Now the whole suite.",
            )
            done = fill(self.work["done"], {"count": len(modules)})
            self.talk.call(self.trace, Reply([text_part(done)]))
            self._finish(root, done)
        return Made(self.trace, self._review())

    def fix(self, small: Mapping[str, Any]) -> Made:
        """A small change in one module."""
        with self._root(small["title"], small["prompt"]) as root:
            if self.random.random() < 0.4:
                self._explore(f"Where is {small['module']} used?", [small["module"]])
            self._module(small["module"], fails=True)
            if self.random.random() < 0.5:
                self._module(self.random.choice(["orders", "payments", "sessions"]), fails=self.random.random() < 0.5)
            done = fill(data("coding")["fixed"], {**self.work, **small})
            self.talk.call(self.trace, Reply([text_part(done)]))
            self._finish(root, done)
        return Made(self.trace, self._review())

    def _root(self, title: str, prompt: str) -> Any:
        self.talk.user(prompt)
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "coding-agent",
            "session.id": self.session,
            "user.id": self.user,
            "tenant": "acme-staff",
            "spanhouse.tags": ["coding", "shop-api"],
            "spanhouse.trace.name": title,
            "vcs.repository.name": "acme/shop-api",
            "gen_ai.input.messages": as_json([{"role": "user", "parts": [text_part(prompt)]}]),
        }
        return self.trace.span("invoke_agent coding-agent", attributes, scope="acme.devbot")

    def _finish(self, root: DraftSpan, done: str) -> None:
        output = [{"role": "assistant", "parts": [text_part(done)], "finish_reason": "stop"}]
        root.set({"gen_ai.output.messages": as_json(output)})

    def _review(self) -> list[Verdict]:
        if self.random.random() > 0.45:
            return []
        good = self.random.random() < 0.75
        comment = "" if good else "Ran the same test over and over before it read the traceback."
        return [Verdict("correct", good, "human", self.trace.now + 1800 * SECOND, comment=comment, author=self.user)]

    # --- steps --------------------------------------------------------------------------------------------------------
    def _module(self, module: str, *, fails: bool) -> None:
        """Search, read, edit, test; once more when the test fails."""
        self.slots = {"module": module, "Model": module.rstrip("s").title(), "path": f"shop/{module}/service.py"}
        path, test_path = f"shop/{module}/service.py", f"tests/{module}/test_service.py"
        service, test = (fill(data("coding")["files"][kind], self.slots) for kind in ("service", "test"))
        old, new, test_old, test_new = (
            fill(self.work[key], self.slots) for key in ("old", "new", "test_old", "test_new")
        )
        lines = [
            f"{path}:{n}:{line}" for n, line in enumerate(service.split("\n"), 1) if old.split("\n")[0].strip() in line
        ]
        self._use(
            "grep", {"pattern": self.work["pattern"], "path": f"shop/{module}"}, "\n".join(lines) or "no matches", 45
        )
        self._use("read_file", {"path": path}, _numbered(service), 12)
        self._use(
            "edit_file",
            {"path": path, "old": old, "new": new},
            f"edited {path}: 1 occurrence",
            15,
            say=f"I replace it because {self.work['why']}",
        )
        if fails:
            self._tests(test_path, self._traceback(module, test_path))
            self._use(
                "read_file", {"path": test_path}, _numbered(test), 12, say="The test still expects the old behaviour."
            )
            self._use(
                "edit_file",
                {"path": test_path, "old": test_old, "new": test_new},
                f"edited {test_path}: 1 occurrence",
                15,
            )
        self._tests(test_path, f"{self.random.randint(6, 24)} passed in {self.random.uniform(0.4, 4.2):.2f}s")

    def _traceback(self, module: str, path: str) -> str:
        failure: str = self.work["failure"]
        return (
            f"F....\n=================== FAILURES ===================\n{path}:14: in test_create_{module}\n"
            f'    made = service.create(make_{module}(reference="r-1"))\nshop/{module}/service.py:27: in create\n'
            f"E   {failure}\n============ 1 failed, {self.random.randint(5, 20)} passed in 2.31s ============"
        )

    def _tests(self, target: str, output: str, say: str = "") -> None:
        self._use("run_tests", {"target": target}, output, 9_500, say=say)

    def _loop(self, module: str) -> None:
        """The agent runs the same failing test again and again."""
        target = f"tests/{module}/test_service.py::test_retry_schedule"
        for _ in range(LOOP):
            output = self._traceback(module, target.split("::", maxsplit=1)[0]).replace(
                f"test_create_{module}", "test_retry_schedule"
            )
            self._use(
                "run_tests", {"target": target}, output, 6_200, say="Perhaps the test is flaky. I run it once more."
            )

    def _use(self, tool: str, arguments: Arguments, result: str, milliseconds: float, say: str = "") -> None:
        """One step: the model asks for a tool, the tool answers."""
        if self.talk.size > FULL:
            self._compact()
        if self.random.random() < 0.012:
            rate_limited(self.trace, self.talk)
        say = say or fill(self.random.choice(data("coding")["thoughts"].get(tool, [""])), self.slots)
        call_id = "toolu_" + self.trace.digest(f"call {len(self.trace.spans)}", 9).hex()
        parts = [*([text_part(say)] if say else []), call_part(call_id, tool, arguments)]
        self.talk.call(self.trace, Reply(parts, finish="tool_call", slow=1.6))
        self._tool_span(tool, call_id, arguments, result, milliseconds)
        self.talk.result(call_id, result)

    def _tool_span(self, tool: str, call_id: str, arguments: Arguments, result: str, milliseconds: float) -> None:
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": call_id,
            "gen_ai.tool.call.arguments": as_json(arguments),
            "gen_ai.tool.call.result": result,
        }
        with self.trace.span(f"execute_tool {tool}", attributes, scope="acme.devbot"):
            self.trace.wait(milliseconds)

    def _compact(self) -> None:
        summary = (
            f"Task: {self.work['title']} ({self.work['ticket']}). Done so far: several modules, all their tests pass. "
            f"Pattern: {self.work['pattern']}. Decision: {self.work['why']} Now at `{self.slots.get('module', '')}`."
        )
        with self.trace.span("compact_history", {"spanhouse.span.type": "chain"}, scope="acme.devbot"):
            asked = Conversation(HAIKU, data("coding")["compact_system"], temperature=0.0, max_tokens=1024)
            asked.user(f"(The conversation of {self.talk.size:,} tokens follows.)")
            asked.call(self.trace, Reply([text_part(summary)]))
        self.talk.compact(summary)

    def _explore(self, question: str, modules: list[str]) -> None:
        """A subagent with a cheaper model searches; only its report comes back."""
        call_id = "toolu_" + self.trace.digest("explore", 9).hex()
        asked = call_part(call_id, "explore", {"question": question})
        self.talk.call(
            self.trace, Reply([text_part("First an overview of what is affected."), asked], finish="tool_call")
        )
        report = "\n".join(f"- shop/{module}/service.py:26 and tests/{module}/test_service.py:14" for module in modules)
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "explorer",
            "gen_ai.input.messages": as_json([{"role": "user", "parts": [text_part(question)]}]),
        }
        with self.trace.span("invoke_agent explorer", attributes, scope="acme.devbot") as span:
            main, self.talk = (
                self.talk,
                Conversation(HAIKU, data("coding")["explorer_system"], tool_definitions(), temperature=0.0),
            )
            self.talk.extra = {"gen_ai.conversation.id": self.session}
            self.talk.user(question)
            self._use(
                "run_command",
                {"command": "git ls-files shop | head -60"},
                "\n".join(f"shop/{one}/{name}.py" for one in modules for name in ("models", "service")),
                25,
            )
            for module in modules[:6]:
                self.slots = {"module": module}
                found = (
                    f"shop/{module}/service.py:26:            "
                    + fill(self.work["old"], {"module": module, "Model": module.title()}).split("\n")[0]
                )
                self._use("grep", {"pattern": self.work["pattern"], "path": f"shop/{module}"}, found, 40)
            self.talk.call(self.trace, Reply([text_part(report)]))
            self.talk = main
            output = [{"role": "assistant", "parts": [text_part(report)], "finish_reason": "stop"}]
            span.set({"gen_ai.output.messages": as_json(output)})
        self.talk.result(call_id, report)


def _numbered(text: str) -> str:
    return "\n".join(f"{n:>4}  {line}" for n, line in enumerate(text.rstrip("\n").split("\n"), 1))
