"""One script per run: the job script, byte for byte, with the overrides of the run added."""

import shlex

import pytest
from hypothesis import assume, given

import heracles
from heracles import Subset, strategies
from heracles.backends import run_script
from heracles.script.job_script import JobScript


@given(strategies.sweeps())
def test_a_run_is_the_job_script_and_its_words(overrides: list[str]) -> None:
    sweep = heracles.parse(overrides)
    assume(sweep.size)
    before, after = "#!/bin/bash\n# \udcff é\nprog --fixed", "\n"
    script = JobScript("job.sh", (before + after).encode("utf-8", "surrogateescape"))
    text = run_script.content(sweep[0], script).decode("utf-8", "surrogateescape")
    assert text.startswith(f"{before} ")
    assert text.endswith(after)
    words = text[len(before) + 1 : -len(after)]
    assert tuple(shlex.split(words)) == sweep[0]
    assert words == run_script.words(sweep[0])


@pytest.mark.parametrize("body", ["prog\n", 'prog "$@"\n'])
def test_the_contents_are_those_of_the_runs(body: str) -> None:
    sweep = heracles.parse(["a=1,2,3", "b=x,'y z'"])
    script = JobScript("job.sh", f"#!/bin/bash\n{body}".encode())
    for runs in (sweep, Subset(sweep, [5, 1])):
        assert list(run_script.contents(runs, script)) == [run_script.content(run, script) for run in runs]
