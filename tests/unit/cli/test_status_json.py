"""A status as JSON: it lists every run, and says what is known of it."""

import json
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from unit.cli.runs import TEXTS, log, status, statuses, sweeps
from unit.jobs.made import made

import heracles
from heracles.cli.views.status_json import as_json
from heracles.ir import Sweep
from heracles.schedulers.client import State


@given(st.data(), sweeps(), TEXTS, TEXTS)
def test_the_json_lists_every_run(data: st.DataObject, sweep: Sweep, name: str, path: str) -> None:
    runs = data.draw(statuses(sweep.size))
    written = "".join(as_json(name, sweep, runs, lambda _: path))
    assert written.isascii()
    read = json.loads(written)
    listed = read.pop("list")
    counts = {state.value: count for state, count in Counter(run.state for run in runs).items()}
    attempts = max(run.attempts for run in runs)
    assert read == {"script": surrogates(name), "runs": sweep.size, "counts": counts, "attempts": attempts}
    assert listed == [
        {
            "run": number,
            "overrides": [surrogates(override) for override in sweep[number]],
            "state": run.state.value,
            "exit_code": run.code,
            "reason": surrogates(run.last.reason),
            "job": surrogates(run.last.job) or None,
            "node": "node0",
            "attempts": run.attempts,
            "options": [surrogates(word) for word in run.options],
            "log": surrogates(path) or None,
        }
        for number, run in enumerate(runs)
    ]
    first, *lines, last, end = written.split("\n")
    assert (first[-1], last, end) == ("[", "]}", "")
    assert [json.loads(line.rstrip(",")) for line in lines] == listed


def surrogates(word: str) -> str:
    """Join those surrogates that are pairs by chance, as JSON does."""
    return word.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def test_a_run_as_json() -> None:
    runs = made([status(0, State.DONE), status(1, State.NEW, 0, job="")])
    assert "".join(as_json("sbatch.sh", heracles.parse(["a=1,é"]), runs, log)) == (
        '{"script": "sbatch.sh", "runs": 2, "counts": {"done": 1, "new": 1}, "attempts": 1, "list": [\n'
        '{"run": 0, "overrides": ["a=1"], "state": "done", "exit_code": 0, "reason": "", "job": "12_0", '
        '"node": "node0", "attempts": 1, "options": [], "log": "logs/12_0.out"},\n'
        '{"run": 1, "overrides": ["a=\'\\u00e9\'"], "state": "new", "exit_code": null, "reason": "", "job": null, '
        '"node": "node0", "attempts": 0, "options": [], "log": "logs/12_1.out"}\n'
        "]}\n"
    )


def test_the_json_of_no_runs() -> None:
    assert json.loads("".join(as_json("x", heracles.parse(["a=shuffle()"]), made([]), log)))["list"] == []
