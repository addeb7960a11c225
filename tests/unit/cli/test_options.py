"""The table of options: it is complete, says what is so, and the help and README are made of it."""

import re
from collections.abc import Sequence
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT

from heracles.backends.exports import FORMATS
from heracles.cli import help as help_
from heracles.cli.completion import SHELLS
from heracles.cli.options import OPTIONS, RETRIABLE, SECTIONS, Option, among, parameters
from heracles.errors import HeraclesError
from heracles.jobs import retry
from heracles.schedulers.registry import SCHEDULERS

SPELLINGS = [word for option in OPTIONS for word in option.all_spellings]
LABELS = {option.label: option for option in OPTIONS}


def value_of(label: str, text: str) -> Any:
    """Return what click reads for an option's text."""
    option = LABELS[label]
    command = click.Command("x", params=[option.parameter()])
    with command.make_context("x", [f"{option.spellings.split()[-1]}={text}"]) as context:
        return context.params[option.name]


def test_the_sections() -> None:
    assert list(SECTIONS) == ["Sweep", "Actions", "Job array", "Submitting", "Running here", "Following", "Output"]
    assert tuple(option for options in SECTIONS.values() for option in options) == OPTIONS


def test_nothing_is_spelled_twice() -> None:
    assert len(SPELLINGS) == len(set(SPELLINGS))
    names = [option.name for option in OPTIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"-[a-z]|-c[dnp]|--[a-z-]*[a-z]", word) for word in SPELLINGS)


def test_what_an_option_speaks_of_is_there() -> None:
    for option in OPTIONS:
        assert {*option.needs, *option.joins, *option.excludes} <= LABELS.keys()
        assert bool(option.help) != option.is_hidden
        assert not option.help or (option.help[0].isupper() and option.help.endswith("."))
        for word in re.findall(r"(?<![\w'-])--?[a-z][a-z-]*", option.help):
            assert word in SPELLINGS or word in ("--nice", "--mem"), option.label


def test_actions_join_both_ways() -> None:
    for option in OPTIONS:
        assert not option.joins or option.is_action
        for other in option.joins:
            assert LABELS[other].is_action and option.label in LABELS[other].joins


def test_the_words_of_other_modules() -> None:
    assert retry.states(",".join(RETRIABLE)) == frozenset(state for word in RETRIABLE for state in retry.states(word))
    with pytest.raises(HeraclesError, match="it knows cancelled, failed, lost, oom, timeout, unknown"):
        retry.states("done")
    assert sorted(RETRIABLE) == ["cancelled", "failed", "lost", "oom", "timeout", "unknown"]
    assert [value_of("--print", word) for word in (*FORMATS, "ir")] == [*FORMATS, "ir"]
    assert [value_of("--scheduler", word) for word in SCHEDULERS] == list(SCHEDULERS)
    assert LABELS["--completion"].words == tuple(SHELLS)
    assert {each.submit for each in SCHEDULERS.values() if each.has_queue} < set(LABELS["-r"].words)


def test_the_words_that_completion_offers_are_valid() -> None:
    assert [option.label for option in OPTIONS if option.words] == [
        *("-r", "--retry", "--print", "--scheduler", "--completion"),
    ]
    assert all(value_of(option.label, word) == word for option in OPTIONS for word in option.words)


@pytest.mark.parametrize(
    ("label", "text", "value"),
    [
        ("--pack", "1", 1),
        ("--pack", "0012", 12),
        ("-j", "999999999999999999", 10**18 - 1),
        ("--seed", "-3", -3),
        ("--seed", "+3", 3),
        ("--seed", "1" + "0" * 3999, 10**3999),
        ("--logs", "0", 0),
        ("--timeout", "0.1", 0.1),
        ("--timeout", "1e3", 1000.0),
        ("-r", "sbatch --nice", "sbatch --nice"),
    ],
)
def test_values(label: str, text: str, value: object) -> None:
    assert value_of(label, text) == value


@pytest.mark.parametrize(
    ("label", "text", "message"),
    [
        ("--pack", "0", "'0' is not a whole number of 1 or more"),
        ("--pack", "-1", "'-1' is not a whole number of 1 or more"),
        ("--pack", "1_0", "'1_0' is not a whole number of 1 or more"),
        ("-j", "٣", "'٣' is not a whole number of 1 or more"),
        ("-j", "1" + "0" * 18, "'1000000000000000000' is not a whole number of 1 or more"),
        ("--seed", "x\n", "'x\\n' is not a whole number"),
        ("--seed", "1\n", "'1\\n' is not a whole number"),
        ("--logs", "1,3", "'1,3' is not the number of one run; the table of --status has the numbers"),
        ("--logs", "failed", "'failed' is not the number of one run; the table of --status has the numbers"),
        ("--timeout", "0.09", "'0.09' is not a number of seconds of 0.1 or more"),
        ("--timeout", "inf", "'inf' is not a number of seconds of 0.1 or more"),
        ("--timeout", "nan", "'nan' is not a number of seconds of 0.1 or more"),
        ("--print", "csv", "'csv' is none of jsonl, commands, tsv, ir"),
        ("--scheduler", "slurmm", "'slurmm' is none of slurm, gridengine, pbs, lsf, none"),
    ],
)
def test_invalid_values(label: str, text: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        value_of(label, text)
    assert caught.value.format_message() == f"Invalid value for {label}: {message}"


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["-r=bash"], "run", "bash"),
        (["-j=3"], "jobs", 3),
        (["--parallel", "3"], "jobs", 3),
        (["--patience=9"], "timeout", 9.0),
        (["--wait"], "wait_for_room", True),
        (["--again"], "resubmit_all", True),
        (["--skip-unknown"], "assume_submitted", True),
        (["--noop"], "write", True),
        (["--clear"], "delete", True),
        (["-m", "bash"], "run", "bash"),
        (["--fail-fast"], "keep_going", False),
        (["--keep-going"], "keep_going", True),
        ([], "keep_going", None),
        ([], "timeout", 60.0),
        ([], "seed", 0),
    ],
)
def test_spellings(words: list[str], name: str, value: object) -> None:
    command = click.Command("x", params=list(parameters({})))
    with command.make_context("x", ["job.sh", *words]) as context:
        assert context.params[name] == value


LINES = st.lists(
    st.sampled_from(
        ["job.sh", "a=1,2", "-", "--", "-x", "--nosuch=1", "-wq", "-rbash", "-j4", "-j", "3"]
        + [f"{word}={value}" for word in ("-r", "--exclude", "--seed", "-q", "--print") for value in ("1", "ir")]
        + [word for option in OPTIONS for word in option.all_spellings]
    ),
    max_size=6,
)


def answer(words: list[str], options: Sequence[Option]) -> dict[str, Any] | str:
    """Return what click makes of a command line, or the error that it raises, where it knows these options."""
    command = click.Command("x", params=list(parameters({}, options)), add_help_option=False)
    try:
        with command.make_context("x", list(words)) as context:
            return {option.name: option.absent for option in OPTIONS if not option.is_separator} | context.params
    except click.ClickException as error:
        return f"{type(error).__name__}: {error.format_message()}"


@given(LINES)
def test_the_options_among_the_words_are_all_that_are_needed(words: list[str]) -> None:
    assert answer(words, among(words)) == answer(words, OPTIONS)


def test_a_line_without_options_needs_none() -> None:
    assert among(["job.sh", "a=1"]) == ()
    assert [option.label for option in among(["job.sh", "--time=1", "-r=sbatch", "-w"])] == [o.label for o in OPTIONS]
    assert [option.label for option in among(["job.sh", "--seed=1", "-r=sbatch", "-w"])] == ["--seed", "-w", "-r"]


def test_labels() -> None:
    keep_going = LABELS["--keep-going"]
    assert [keep_going.label_of(value) for value in (True, False)] == ["--keep-going", "--fail-fast"]
    assert [keep_going.is_given(value) for value in (True, False, None)] == [True, True, False]
    assert [LABELS["-w"].is_given(value) for value in (True, False)] == [True, False]
    assert [LABELS["--timeout"].is_given(value) for value in (60.0, 5.0)] == [False, True]
    assert Option("-x --long-name", "").name == "long_name"


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_the_help_names_every_option_once_and_fits(width: int) -> None:
    lines = list(help_.help_lines(width))
    assert lines[0] == f"Usage: {help_.USAGE}"
    text = "\n".join(lines)
    for option in OPTIONS:
        assert len(re.findall(rf"^  {re.escape(option.label)}(?![\w-])", text, re.MULTILINE)) == (not option.is_hidden)
        assert not any(word in text.split() for word in option.formerly.split())
    for section in SECTIONS:
        assert f"\n\n{section}:\n" in text
    assert "--retry-with='--time=12:00:00'" in text
    assert "-r='sbatch --nice'" in text
    too_wide = [line for line in lines if len(line) > width]
    assert all("heracles job.sh" in line or line.startswith("Usage: ") for line in too_wide) or width < 60


def test_the_help_has_examples_and_says_that_write_runs_nothing() -> None:
    text = " ".join(" ".join(help_.help_lines(100)).split())
    assert "-w, --write Write the scripts, and run nothing. Also -n, --noop." in text
    assert text.count("heracles job.sh") == 3
    assert "[x>=1]" not in text


def test_the_readme_has_the_table_and_the_usage() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme.count(help_.readme_table()) == 1
    assert help_.USAGE in readme


def test_the_table_of_the_readme() -> None:
    lines = help_.readme_table().splitlines()
    assert "| `-w`, `--write` (or `-n`, `--noop`) | Write the scripts, and run nothing. |" in lines
    assert [line for line in lines if line.endswith("** | |")] == [f"| **{section}** | |" for section in SECTIONS]
    for option in OPTIONS:
        assert sum(bool(re.match(rf"\| `{option.label}[` ]", line)) for line in lines) == (not option.is_hidden)
