"""Laws of job scripts, judged by a real bash: the words of a run arrive at the program, and nothing else changes."""

import pytest
from hypothesis import assume, given, settings
from laws.job_scripts import HOSTILE, PROGRAM, Made, job_scripts, runs
from unit.script.bench import Bench

import heracles
from heracles.backends import array_script, run_script
from heracles.backends.array_layout import Array
from heracles.errors import ScriptError
from heracles.lint.exit_code import hidden_failures
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript

FEWER = settings(max_examples=settings.default.max_examples // 4 if settings.default else 30)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def job(made: Made, bench: Bench) -> JobScript:
    script = JobScript("job.sh", made.text.encode())
    bench.add(script.tree)
    bench.add(JobScript("job.sh", b"prog\ntouch\n").tree)
    return script


def expected(calls: list[tuple[str, ...]], words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return calls where those of the program have more words at their ends."""
    return sorted((*call, *words) if PROGRAM in call else call for call in calls)


@given(job_scripts(), runs())
@FEWER
def test_the_words_arrive_once_and_nothing_else_changes(bench: Bench, made: Made, overrides: list[str]) -> None:
    script = job(made, bench)
    (words,) = heracles.parse(overrides)
    before = bench.calls(script.content)
    assert any(PROGRAM in call for call in before)
    after = bench.calls(run_script.content(words, script))
    assert after == expected(before, words)


@given(job_scripts())
@FEWER
def test_the_array_makes_the_same_calls(bench: Bench, made: Made) -> None:
    script = job(made, bench)
    sweep = heracles.parse(HOSTILE)
    try:
        content = array_script.content(sweep, Array(script, SCHEDULERS["none"], 1))
    except ScriptError as error:
        assert "run() {" in made.text
        assert error.message.endswith("leave out -a")
        return
    assert bench.calls(content, ["0"]) == bench.calls(run_script.content(sweep[0], script))


@given(job_scripts())
@FEWER
def test_a_failure_is_the_scripts_or_is_warned_about(bench: Bench, made: Made) -> None:
    script = job(made, bench)
    assume("if ! " not in made.text or "(\n" not in made.text)  # ends the subshell alone, on purpose
    is_hidden = bench.code(script.content, PROGRAM) == 0
    found = list(hidden_failures(script))
    assert is_hidden <= bool(found)
    assert is_hidden or made.has_turns or not found
