"""The tools, each with how it is started and how its report is read. The one place that knows them apart."""

import json
import os
import statistics
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PAYMENTS = os.path.join(ROOT, "Examples", "yaml", "payments.yaml")
KEYS = os.path.join(HERE, "rewind_keys.yaml")
KEY_BUGS = ("key-is-only-a-lock",)


@dataclass
class Report:
    """What a tool says it found: a rule's name, and when, as seconds since the epoch, if it was before its end."""

    rule: str
    at: float | None = None


@dataclass
class Told:
    """What a tool said at its end."""

    reports: list[Report] = field(default_factory=list)
    transitions: int | None = None
    seconds: float | None = None
    overhead: float | None = None
    """The share of `seconds` in which the service was not asked anything."""


class Tool:
    """A tool in one configuration."""

    name = title = note = ""
    needs_python = True
    copies_the_file = False
    limit_seconds = 40

    def command(self, setup, service, out):
        raise NotImplementedError

    def read(self, out):
        raise NotImplementedError

    def environment(self, service):
        return {"ORDERS_DATABASE": service.database, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}


def _loaded(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError):
        return None  # Killed at the limit, or gone wrong: it has told nothing.


class Rewind(Tool):
    """`rewind explore` on the example file."""

    name, title = "rewind", "Rewind"
    note = "`rewind explore Examples/yaml/payments.yaml`, to the first violation; all of it for the correct service"
    needs_python = False

    def command(self, setup, service, out):
        file = KEYS if setup.bug in KEY_BUGS else PAYMENTS
        stop = ["--max-violations", "1"] if setup.bug else []
        return [setup.rewind, "explore", file, "--url", service.url, "--json", out, *stop]

    def read(self, out):
        result = _loaded(out)
        if result is None:
            return Told()
        numbers = result["statistics"]
        elapsed = numbers["elapsedMilliseconds"]
        return Told(
            [Report(v["name"]) for v in result["violations"] if v["confirmed"]], numbers["transitions"], elapsed / 1000,
            1 - numbers["requestMilliseconds"] / elapsed)


class RewindDemo(Rewind):
    """The same exploration in Swift. It starts a service of its own, so it is measured without the proxy."""

    name, title = "rewind-demo", "Rewind, in Swift"
    note = "`rewind demo`: the same exploration compiled, with a service that it starts itself"

    def command(self, setup, service, out):
        chosen = ["--bug", setup.bug, "--max-violations", "1"] if setup.bug else ["--exploration", "payments"]
        return [setup.rewind, "demo", *chosen, "--json", out]


class Script(Tool):
    """A script beside this file, which writes its report as JSON."""

    script = ""
    arguments = ()
    sees_database = True

    def command(self, setup, service, out):
        database = [service.database] if self.sees_database else []
        return [setup.python, os.path.join(HERE, self.script), service.url, *database, out, *self.arguments]

    def read(self, out):
        told = _loaded(out)
        if told is None:
            return Told()
        reports = [Report(report["rule"], report["at"]) for report in told["reports"]]
        return Told(reports, told["transitions"], told["seconds"])


class VenomQATutorial(Script):
    name, title, script = "venomqa-tutorial", "VenomQA, tutorial", "venomqa_tutorial.py"
    note = "its payment tutorial made runnable; takes back the tester's context only"
    sees_database = False


class VenomQAFileCopy(Script):
    name, title, script = "venomqa-file-copy", "VenomQA, file copy", "venomqa_best.py"
    note = "the payments exploration in its idiom; its adapter copies the file, and the service lets it"
    copies_the_file = True


class VenomQAContext(Script):
    name, title, script = "venomqa-context", "VenomQA, context only", "venomqa_best.py"
    note = "the same, without taking the data back"
    arguments = ("--context-only",)


class Hypothesis(Script):
    name, title, script = "hypothesis", "Hypothesis", "hypothesis_stateful.py"
    note = "a `RuleBasedStateMachine` with the same requests, diagram, invariants and laws; default settings"


class Schemathesis(Tool):
    """Its stateful phase, on the service's own OpenAPI document with links added."""

    name, title = "schemathesis", "Schemathesis, stateful"
    note = "`st run --phases stateful`, otherwise its defaults; links added to our document, which has none"
    arguments = ("--phases", "stateful")

    def command(self, setup, service, out):
        document = os.path.join(os.path.dirname(out), "openapi.json")
        with open(document, "w") as file:
            json.dump(linked(_loaded(os.path.join(ROOT, "docs", "openapi.json"))), file)
        return [
            setup.schemathesis, "run", document, "--url", service.url, *self.arguments, "--seed", str(setup.seed),
            "--generation-database", "none", "--no-color", "--report", "ndjson", "--report-ndjson-path", out]

    def read(self, out):
        first = {}
        try:
            with open(out) as file:
                for line in file:
                    for rule, at in failures(json.loads(line)):
                        first.setdefault(rule, at)
        except (OSError, ValueError):
            pass  # The last line is cut off when it was killed; what stands before it counts.
        return Told([Report(rule, at) for rule, at in first.items()])


class SchemathesisLong(Schemathesis):
    name, title = "schemathesis-long", "Schemathesis, long"
    note = "all phases, time budget 150 s; the correct service and one bug only"
    arguments = ("--max-time", "150", "--continue-on-failure")
    limit_seconds = 180


TOOLS = [
    Rewind(), VenomQATutorial(), VenomQAFileCopy(), VenomQAContext(), Hypothesis(), Schemathesis(), SchemathesisLong()]
SPEED = [Rewind(), RewindDemo(), VenomQATutorial(), VenomQAFileCopy(), VenomQAContext(), Hypothesis()]


def linked(document):
    """The document with links from each answer that shows an order to everything that can be done with it."""
    links = {}
    for path, item in document["paths"].items():
        if path.startswith("/orders/{id}"):
            for operation in item.values():
                links[operation["operationId"]] = {
                    "operationId": operation["operationId"], "parameters": {"id": "$response.body#/id"}}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            shows_order = path == "/orders" or path in (
                "/orders/{id}" + end for end in ("", "/pay", "/capture", "/refund", "/cancel"))
            if shows_order:
                for status in ("200", "201"):
                    if status in operation["responses"]:
                        operation["responses"][status]["links"] = links
    return document


def failures(event):
    """The failed checks that an event of Schemathesis's stream tells of, as (check and operation, time)."""
    finished = event.get("ScenarioFinished")
    if not finished:
        return
    recorder = finished.get("recorder") or {}
    cases = recorder.get("cases") or {}
    for case, checks in (recorder.get("checks") or {}).items():
        for check in checks:
            if check.get("status") == "failure":
                operation = (cases.get(case) or {}).get("value", {})
                where = "%s %s" % (operation.get("method"), operation.get("path"))
                yield "%s at %s" % (check["name"], where), finished["timestamp"]


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None
