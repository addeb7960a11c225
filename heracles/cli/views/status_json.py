"""A status for programs, as JSON."""

import json
from collections.abc import Callable, Iterator

from heracles.ir import Runs
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.schedulers.client import State

__all__ = ["as_json"]


def as_json(name: str, sweep: Runs, statuses: Statuses, log: Callable[[RunStatus], str]) -> Iterator[str]:
    """Yield the pieces of a JSON object: the counts, and in its `list` an object for each run, on a line of its own.

    Args:
        name: The script's name.
        sweep: The sweep.
        statuses: What became of each run, in order.
        log: Returns the path of a run's log; empty if it is unknown.

    """
    head = {
        "script": name,
        "runs": len(statuses),
        "counts": {state.value: count for state, count in statuses.counts.items()},
        "attempts": statuses.most_attempts,
    }
    yield f'{json.dumps(head)[:-1]}, "list": ['
    words = {state: state.value for state in State}
    before = "\n"
    for status, overrides in zip(statuses, sweep, strict=True):
        last = status.last
        entry = {
            "run": status.run,
            "overrides": overrides,
            "state": words[status.state],
            "exit_code": last.code,
            "reason": last.reason,
            "job": last.job or None,
            "node": last.node or None,
            "attempts": status.attempts,
            "options": status.options,
            "log": log(status) or None,
        }
        yield f"{before}{json.dumps(entry)}"
        before = ",\n"
    yield "\n]}\n"
