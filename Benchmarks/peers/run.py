#!/usr/bin/env python3
"""The peer benchmark: Rewind and other tools on the same service, over HTTP, in one run, taking turns.

    make bench-peers            # everything, about 20 minutes
    make bench-peers QUICK=1    # three bugs, one round
    Benchmarks/peers/run.py --only rewind --quick --rewind .build/release/rewind

Writes JSON, and with --markdown the tables of docs/benchmarks.md from it. Exit codes: 0 measured, 2 could not measure.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

# The checkout stays as it is.
sys.dont_write_bytecode = True

import oracle
import processes
import report
import tools

QUICK_BUGS = ["double-refund", "refund-after-cancel", "key-is-only-a-lock"]
LONG_BUG = "double-refund"
ROUNDS = 3
SCRATCH_PREFIX = "rewind-peers-"
MINIMUM_SECONDS_LEFT = 1


@dataclass
class Setup:
    """What every command is made from."""

    rewind: str
    python: str
    schemathesis: str
    seed: int
    bug: str | None = None


class Benchmark:
    def __init__(self, chosen, scratch):
        self.chosen = chosen
        self.scratch = scratch
        self.deadline = time.monotonic() + chosen.minutes * 60
        environment = os.path.join(chosen.venv, "bin") if chosen.venv else ""
        self.setup = Setup(
            chosen.rewind, os.path.join(environment, "python"), os.path.join(environment, "schemathesis"), chosen.seed)
        self.is_unfinished = False

    def chosen_tools(self, known):
        only = self.chosen.only
        return [
            tool for tool in known
            if (not only or tool.name in only) and (self.chosen.venv or not tool.needs_python)]

    def find(self):
        """Every tool on the correct service, then on the service with each bug."""
        runs = []
        for bug in [None, *self.bugs()]:
            for tool in self.chosen_tools(tools.TOOLS):
                if isinstance(tool, tools.SchemathesisLong) and (self.chosen.quick or bug not in (None, LONG_BUG)):
                    continue
                if self.is_time_left():
                    runs.append(self.watched(tool, bug))
                    say_run(runs[-1])
        return runs

    def bugs(self):
        return QUICK_BUGS if self.chosen.quick else oracle.BUGS

    def watched(self, tool, bug):
        """One run of a tool through the counting proxy."""
        self.setup.bug = bug
        with tempfile.TemporaryDirectory(dir=self.scratch) as directory:
            out = os.path.join(directory, "out")
            offset = time.time() - time.monotonic()
            with processes.service(self.setup.rewind, directory, bug, tool.copies_the_file) as service:
                ran = self.ran(tool, service, directory, out)
                watcher = service.watcher
                told = tool.read(out)
                self.explain(tool, told, ran, directory)
            reached = watcher.reached_at
            return {
                "tool": tool.name, "bug": bug, "exitCode": ran.exit_code, "timedOut": ran.timed_out,
                "wallSeconds": ran.wall_seconds, "cpuSeconds": ran.cpu_seconds, "peakMebibytes": ran.peak_mebibytes,
                "requests": watcher.requests, "reachedAfterRequests": watcher.reached_after_requests,
                "reachedSeconds": reached - ran.started_at if reached else None,
                "reports": [
                    {"rule": r.rule, "seconds": r.at - offset - ran.started_at if r.at else ran.wall_seconds}
                    for r in told.reports],
            }

    def speed(self):
        """Rounds on the correct service without the proxy, all tools in each."""
        runs = []
        for number in range(1, (1 if self.chosen.quick else ROUNDS) + 1):
            for tool in self.chosen_tools(tools.SPEED):
                if not self.is_time_left():
                    continue
                told = self.timed(tool)
                if told.transitions and told.seconds:
                    runs.append({
                        "tool": tool.name, "round": number, "transitions": told.transitions, "seconds": told.seconds,
                        "overhead": told.overhead})
                    say("round %d: %s: %.0f transitions/s" % (number, tool.name, told.transitions / told.seconds))
        return runs

    def timed(self, tool):
        self.setup.bug = None
        with tempfile.TemporaryDirectory(dir=self.scratch) as directory:
            out = os.path.join(directory, "out")
            with processes.service(
                    self.setup.rewind, directory, None, tool.copies_the_file, is_watched=False) as service:
                ran = self.ran(tool, service, directory, out)
            told = tool.read(out)
            self.explain(tool, told, ran, directory)
            return told

    def tutorial(self):
        """How long the demo takes to find the tutorial's bugs, with a service of its own and nothing in between."""
        finds = []
        tool = tools.RewindDemo()
        if not self.chosen_tools([tools.Rewind()]):
            return finds
        for bug in oracle.TUTORIAL_BUGS:
            self.setup.bug = bug
            with tempfile.TemporaryDirectory(dir=self.scratch) as directory:
                out = os.path.join(directory, "out")
                nobody = processes.Service("", os.path.join(directory, "orders-test.sqlite"), None)
                ran = self.ran(tool, nobody, directory, out)
                told = tool.read(out)
            finds.append({"bug": bug, "wallSeconds": ran.wall_seconds, "isReported": bool(told.reports)})
        return finds

    def ran(self, tool, service, directory, out):
        left = max(MINIMUM_SECONDS_LEFT, self.deadline - time.monotonic())
        return processes.run(
            tool.command(self.setup, service, out), directory, {**tool.environment(service), "TMPDIR": directory},
            min(tool.limit_seconds, left), os.path.join(directory, "log"))

    def explain(self, tool, told, ran, directory):
        """A tool that says nothing before its limit has not run at all: that must not pass for a result."""
        if os.path.exists(os.path.join(directory, "out")) or ran.timed_out:
            return
        with open(os.path.join(directory, "log"), errors="replace") as log:
            end = log.read()[-2000:]
        raise SystemExit("%s ended with exit code %d and without a report:\n%s" % (tool.name, ran.exit_code, end))

    def is_time_left(self):
        if time.monotonic() + MINIMUM_SECONDS_LEFT < self.deadline:
            return True
        self.is_unfinished = True
        return False


def say(text):
    print(text, file=sys.stderr, flush=True)


def say_run(run):
    say("%s: %s: %d requests, %s, %s, %.1f s%s" % (
        run["bug"] or "correct service", run["tool"], run["requests"],
        "reached after %d" % run["reachedAfterRequests"] if run["reachedAfterRequests"] else "not reached",
        "reports " + ", ".join(r["rule"] for r in run["reports"][:3]) if run["reports"] else "reports nothing",
        run["wallSeconds"], ", stopped at its limit" if run["timedOut"] else ""))


def machine():
    """Its kind, never its name."""
    with open("/proc/meminfo") as file:
        kibibytes = int(file.readline().split()[1])
    return "%d cores, %s, %s, %d GiB of memory, databases in memory-backed files: %s" % (
        os.cpu_count(), platform.machine(), platform.system(), round(kibibytes / 1024**2),
        "yes" if scratch_directory() else "no")


def scratch_directory():
    """Files in memory, where there are: the disk is no part of what is compared."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def remove_leftovers():
    """The files of harnesses that were killed; their processes are gone already."""
    parent = scratch_directory() or tempfile.gettempdir()
    for name in os.listdir(parent):
        owner = name.removeprefix(SCRATCH_PREFIX).split("-")[0]
        if name.startswith(SCRATCH_PREFIX) and owner.isdigit() and not os.path.exists("/proc/" + owner):
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)


def versions(chosen):
    found = {"rewind": subprocess.check_output([chosen.rewind, "--version"], text=True).strip()}
    if chosen.venv:
        names = ["VenomQA", "Schemathesis", "Hypothesis"]
        program = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"
        text = subprocess.check_output([os.path.join(chosen.venv, "bin", "python"), "-c", program, *names], text=True)
        found |= dict(zip(names, text.split()))
        found["Python"] = platform.python_version()
    return found


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rewind", default=os.path.join(tools.ROOT, ".build", "release", "rewind"), help="the program")
    parser.add_argument("--venv", help="a virtual environment with the peers; without it, Rewind alone")
    parser.add_argument("--only", action="append", choices=sorted({t.name for t in tools.TOOLS + tools.SPEED}))
    parser.add_argument("--quick", action="store_true", help="three bugs, one round")
    parser.add_argument("--minutes", type=float, default=25, help="the most it may take")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="where to write what was measured")
    parser.add_argument("--markdown", help="a document whose tables between the two marks to replace")
    parser.add_argument("--render", help="measure nothing, and take this JSON")
    return parser.parse_args()


def measured(chosen):
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(2))
    remove_leftovers()
    scratch = tempfile.mkdtemp(prefix="%s%d-" % (SCRATCH_PREFIX, os.getpid()), dir=scratch_directory())
    try:
        benchmark = Benchmark(chosen, scratch)
        speed = benchmark.speed()
        tutorial = benchmark.tutorial()
        runs = benchmark.find()
        return {
            "format": "rewind-peers", "version": 1, "date": datetime.date.today().isoformat(), "machine": machine(),
            "command": "make bench-peers" + (" QUICK=1" if chosen.quick else ""), "versions": versions(chosen),
            "isUnfinished": benchmark.is_unfinished, "bugs": benchmark.bugs(), "runs": runs, "speed": speed,
            "tutorial": tutorial,
        }
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main():
    chosen = parsed()
    # Commands are run in directories of their own.
    chosen.rewind = os.path.abspath(chosen.rewind)
    chosen.venv = os.path.abspath(chosen.venv) if chosen.venv else None
    if chosen.render:
        with open(chosen.render) as file:
            result = json.load(file)
    else:
        if not os.access(chosen.rewind, os.X_OK):
            raise SystemExit("There is no program at %s; build it with: make build" % chosen.rewind)
        result = measured(chosen)
    if chosen.json:
        with open(chosen.json, "w") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
    text = report.markdown(result)
    if chosen.markdown:
        report.replace(chosen.markdown, text)
    print(text)


if __name__ == "__main__":
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            say(end.code)
            sys.exit(2)
        raise
