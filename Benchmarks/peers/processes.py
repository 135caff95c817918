"""Starting, measuring and ending processes. None outlives the harness, however that ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

import proxy
import oracle

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1

GRACE_SECONDS = 10
"""How long a tool may take to end after Ctrl-C, and to say what it knows."""


def _prepare():
    """In the new process: to die with its parent, and to take Ctrl-C even if the harness was started without it."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Ran:
    """What a process took."""

    exit_code: int
    started_at: float
    wall_seconds: float
    cpu_seconds: float
    peak_mebibytes: float
    timed_out: bool


def run(command, directory, environment, limit_seconds, log):
    """Runs a command to its end, or to the limit, when it gets Ctrl-C, and some seconds later is killed."""
    with open(log, "wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=directory, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_prepare)
        expired = threading.Event()

        def end(number):
            expired.set()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)

        timers = [
            threading.Timer(limit_seconds, end, [signal.SIGINT]),
            threading.Timer(limit_seconds + GRACE_SECONDS, end, [signal.SIGKILL])]
        for timer in timers:
            timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            end(signal.SIGKILL)
            raise
        finally:
            for timer in timers:
                timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        return Ran(
            exit_code=process.returncode, started_at=started, wall_seconds=time.monotonic() - started,
            cpu_seconds=usage.ru_utime + usage.ru_stime, peak_mebibytes=usage.ru_maxrss / 1024,
            timed_out=expired.is_set())


@dataclass
class Service:
    """The orders service as a tool sees it."""

    url: str
    database: str
    watcher: oracle.Watcher | None


@contextlib.contextmanager
def service(rewind, directory, bug=None, is_copyable=False, is_watched=True):
    """The orders service on a new database, behind the counting proxy if it is to be watched."""
    database = os.path.join(directory, "orders-test.sqlite")
    command = [rewind, "serve", "--port", "0", "--database", database, "--test-clock", "--exit-with-parent"]
    if bug:
        command += ["--bug", bug]
    if is_copyable:
        command.append("--copyable-file")
    with open(os.path.join(directory, "service.log"), "wb") as log:
        # It ends when its standard input does, so also when the harness is killed.
        process = subprocess.Popen(
            command, cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
    counting = watcher = None
    try:
        url = process.stdout.readline().decode().strip()
        if not url:
            raise RuntimeError("The service did not start; see %s." % log.name)
        if is_watched:
            watcher = oracle.Watcher(database, bug)
            counting = proxy.Proxy(int(url.rsplit(":", 1)[1]), watcher)
            url = counting.url
        yield Service(url, database, watcher)
    finally:
        if counting:
            counting.stop()
        if watcher:
            watcher.close()
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
