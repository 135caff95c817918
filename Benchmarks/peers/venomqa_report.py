"""What came of an exploration by VenomQA, for the harness."""

import json
import time


def explore(agent, path):
    """Explores, and writes counts, the time it took, and when VenomQA noted the first violation of each invariant.

    What it has found by Ctrl-C is written too: it has no limit of time of its own, and no end at the first violation.
    """
    started = time.monotonic()
    try:
        agent.explore()
    except KeyboardInterrupt:
        pass
    seconds = time.monotonic() - started
    first = {}
    for violation in agent.violations:
        at = violation.timestamp.timestamp()
        first[violation.invariant_name] = min(at, first.get(violation.invariant_name, at))
    with open(path, "w") as file:
        json.dump({
            "transitions": agent.step_count,
            "seconds": seconds,
            "reports": [{"rule": rule, "at": at} for rule, at in first.items()],
        }, file)
