"""Job scripts in the manner of real ones: the right command gets the overrides, and every other call stays."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from laws.job_scripts import HOSTILE
from support import CORPUS
from unit.script.bench import Bench

import heracles
from heracles.backends import array_script, run_script
from heracles.backends.array_layout import Array
from heracles.errors import ScriptError
from heracles.lint.overrides import unswept
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript

JOBS = CORPUS / "jobs"
PLACES: dict[str, dict[str, Any]] = json.loads((JOBS / "places.json").read_text())
PLACED = [name for name, place in PLACES.items() if "line" in place]
WHOLE = [name for name in PLACED if not PLACES[name].get("split")]
NOT_REACHED = {
    "sge_while_read",  # reads a file that is not there
    "slurm_R_args",  # the same
    "slurm_command_from_file",  # the same
}


def job(name: str, *, with_arguments: bool = True) -> JobScript:
    arguments = tuple(PLACES[name].get("arguments", ())) if with_arguments else ()
    return JobScript("job.sh", (JOBS / f"{name}.sh").read_bytes(), arguments)


def lines(script: JobScript) -> list[int]:
    """Return the lines of the commands that get the overrides."""
    if script.target:
        return [script.target.lines[0]]
    return [script.text.count("\n", 0, command.start) + 1 for command in script.parameters.receivers]


# An array script is for bash.
FORMS = [
    *((name, "file") for name in WHOLE),
    *((name, "array") for name in WHOLE if job(name).interpreter not in ("sh", "zsh")),
]


@pytest.mark.parametrize("name", PLACES)
def test_the_right_command_gets_the_overrides(name: str) -> None:
    if "line" not in PLACES[name]:
        with pytest.raises(ScriptError):
            _ = job(name).target
    else:
        assert PLACES[name]["line"] in lines(job(name))


@pytest.mark.parametrize("name", PLACED)
def test_what_gets_no_overrides_and_no_arguments_is_warned_about(name: str) -> None:
    script = job(name, with_arguments=False)
    try:
        reasons = [reason for _, _, reason in unswept(script)]
    except ScriptError as error:
        reasons = [str(error)]
    is_warned = any(
        map(
            re.compile("gets no overrides|is empty in every run|would take an override|own arguments first").search,
            reasons,
        )
    )
    assert is_warned == (PLACES[name].get("warned", False) or "arguments" in PLACES[name]), reasons


@pytest.mark.parametrize("name", PLACED)
def test_a_line_that_is_asked_for_gets_them(name: str) -> None:
    line = PLACES[name]["line"]
    script = JobScript("job.sh", (JOBS / f"{name}.sh").read_bytes(), at=line)
    assert script.target
    assert line in script.target.lines


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_the_words_arrive_once_and_every_other_call_stays(name: str, form: str, tmp_path: Path) -> None:
    script = job(name)
    bench = Bench(tmp_path)
    bench.add(script.tree)
    marks = ("MARK",) if script.takes_parameters else ()
    before = bench.calls(script.content, (*script.arguments, *marks))
    sweep = heracles.parse(HOSTILE)
    (words,) = sweep
    if form == "file":
        after = bench.calls(run_script.content(words, script))
    else:
        after = bench.calls(array_script.content(sweep, Array(script, SCHEDULERS["none"], 1)), ["0"])
    added, gone = Counter(after) - Counter(before), Counter(before) - Counter(after)
    assert not (tmp_path / "oops").exists()
    assert len(added) == len(gone)
    if name in NOT_REACHED:
        assert not added
        return
    assert added
    for call in added:
        place = next(place for place in range(len(call)) if list(call[place : place + len(words)]) == list(words))
        assert call[:place] + marks + call[place + len(words) :] in gone
