"""Which options go together."""

import importlib
import re

import pytest

from heracles.cli.options import OPTIONS, SECTIONS, Option
from heracles.cli.usage import CASE, UsageError, actions, cases, check, check_effects, normalized

NOTHING = {option.name: option.default if option.metavar or "/" in option.spellings else False for option in OPTIONS}
TEXTS = {"--seed": "7", "--timeout": "7", "--print": "tsv", "--scheduler": "pbs", "--completion": "bash"}
GIVEN: dict[str, dict[str, object]] = {
    option.label: {option.name: option.parse(TEXTS.get(option.label, "7")) if option.metavar else True}
    for option in OPTIONS
}
GIVEN |= {"--exclude": {"exclude": ("a=1",)}, "--where": {"where": ("a",)}}
GIVEN["--fail-fast"] = {"keep_going": False}


def values(*labels: str) -> dict[str, object]:
    """Return the values of a command line that has these options."""
    found = dict(NOTHING)
    for label in labels:
        found |= GIVEN[label]
    return found


@pytest.mark.parametrize(
    "labels",
    [
        (),
        ("-w",),
        ("-w", "-r"),
        ("-r", "--retry"),
        ("-r", "--retry-with"),
        ("--retry-with",),
        ("--retry-with", "--throttle", "--wait-for-room", "--fail-fast"),
        ("-a", "--throttle", "--pack", "--max-array"),
        ("-a", "--pack", "-j"),
        ("-r", "-j", "--keep-going"),
        ("-s", "--json"),
        ("--logs", "-f"),
        ("--print", "--seed", "--config-dir"),
        ("--case", "--exclude", "--where", "--sample"),
        ("-d", "-a", "--force", "-q"),
    ],
)
def test_what_goes_together(labels: tuple[str, ...]) -> None:
    check(values(*labels))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("-d", "-s"), "-s and -d cannot be combined"),
        (("-w", "-d"), "-w and -d cannot be combined"),
        (("-w", "-r", "--retry"), "-w and --retry cannot be combined"),
        (("--cancel", "--logs"), "--logs and --cancel cannot be combined"),
        (("-s", "--retry-with"), "-s and --retry-with cannot be combined"),
        (("--print", "-w"), "-w and --print cannot be combined"),
        (("--print", "--ir"), "--print and --ir cannot be combined"),
        (("--print", "-a"), "--print and -a cannot be combined"),
        (("--ir", "-a"), "--ir and -a cannot be combined"),
        (("--throttle",), "--throttle cannot be used without -a or --retry"),
        (("-j", "-w"), "-j cannot be used without -r, --retry or --pack"),
        (("--fail-fast", "-w"), "--fail-fast cannot be used without -r or --retry"),
        (("--keep-going",), "--keep-going cannot be used without -r or --retry"),
        (("--resubmit-all", "--retry"), "--resubmit-all cannot be used without -r"),
        (("--json",), "--json cannot be used without -s"),
        (("-f", "-s"), "-f cannot be used without --logs"),
    ],
)
def test_what_does_not(labels: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        check(values(*labels))


def test_every_need_and_every_pair_of_actions_is_checked() -> None:
    for option in OPTIONS:
        if option.needs:
            with pytest.raises(UsageError, match="cannot be used without"):
                check(values(option.label))
        for other in OPTIONS:
            if option.is_action and other.is_action and option != other and other.label not in option.joins:
                with pytest.raises(UsageError, match="cannot be combined"):
                    check(values(option.label, other.label))


def fields(module: str) -> set[str]:
    """Return the names of the values that the module of an action reads."""
    command = importlib.import_module(f"heracles.cli.commands.{module}")
    names = {"fail_fast": "keep_going", "resources": "with"}
    return {names.get(field, field) for kind in command.SETTINGS for field in kind._fields}


MODULES = {option.label: option.name for option in OPTIONS if option.is_action} | {"--ir": "print"}
OF_THE_SWEEP = {option.label for option in SECTIONS["Sweep"]}


@pytest.mark.parametrize(
    "option", [each for each in OPTIONS if not each.is_action and each.label in GIVEN], ids=lambda each: each.label
)
def test_what_an_action_does_not_read_is_refused(option: Option) -> None:
    """Each option with each action: it is read, or refused by one of the two checks."""
    for action in [each for each in OPTIONS if each.is_action]:
        read = fields(MODULES[action.label])
        given = values(action.label, option.label)
        is_read = option.name in read or option.label in OF_THE_SWEEP or option.label in ("-q", "-a", "--version", "-h")
        if option.label == "--retry-with":
            continue  # an action, too
        if is_read:
            check_effects(given, {*read, "version", "help"})
        else:
            label = option.label_of(given[option.name])
            with pytest.raises(UsageError, match=f"^{label} has no effect with {action.label}: leave it out$"):
                check_effects(given, read)


def test_without_an_action_there_is_a_preview() -> None:
    check_effects(values("--scheduler", "--seed", "-q"), fields("preview"))
    check_effects(values("-a", "--scheduler", "--pack", "-j"), fields("preview_array"))
    check_effects(values("--save", "--force"), fields("preview"))
    with pytest.raises(UsageError) as raised:
        check_effects(values("--force"), fields("preview"))
    assert raised.value.message == (
        "--force has no effect on a preview: leave it out, or add an action such as -w or -r=CMD"
    )


def test_the_actions_of_a_command_line() -> None:
    assert [option.name for option in actions(values())] == []
    assert [option.name for option in actions(values("-w", "-r"))] == ["write", "run"]
    assert [option.name for option in actions(values("-r", "--retry-with"))] == ["run", "retry_with"]
    assert [option.name for option in actions(values("--retry", "--retry-with"))] == ["retry"]


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("job.sh --retry", "job.sh --retry="),
        ("job.sh --retry failed", "job.sh --retry=failed"),
        ("job.sh --retry failed,oom lr=1", "job.sh --retry=failed,oom lr=1"),
        ("job.sh --retry timed-out", "job.sh --retry=timed-out"),
        ("job.sh --retry --timeout 5", "job.sh --retry= --timeout 5"),
        ("job.sh --retry -q", "job.sh --retry= -q"),
        ("--retry job", "--retry= job"),
        ("--retry job.sh lr=1", "--retry= job.sh lr=1"),
        ("job.sh --retry --retry", "job.sh --retry= --retry="),
        ("job.sh --retry=oom failed", "job.sh --retry=oom failed"),
        ("job.sh -- --retry failed", "job.sh -- --retry failed"),
        ("job.sh --retry -- failed", "job.sh --retry= -- failed"),
        ("", ""),
    ],
)
def test_the_states_of_retry(line: str, result: str) -> None:
    assert normalized(line.split()) == result.split()


@pytest.mark.parametrize(
    ("line", "common", "expected"),
    [
        ("job.sh a=1", "a=1", []),
        ("job.sh a=1 --case b=2 c=3 --case d=4", "a=1", ["b=2 c=3", "d=4"]),
        ("job.sh --case=b=2 c=3 --case d=4", "", ["b=2 c=3", "d=4"]),
        ("job.sh a=1 --case --case b=2", "a=1", ["", "b=2"]),
        ("job.sh --case= b=2", "", ["b=2"]),
        ("job.sh a=1 -- --b=2 --case --c=3 --case --d=4", "a=1 --b=2", ["--c=3", "--d=4"]),
        ("job.sh a=1 --case -- --c=3 --case -- --d=4", "a=1", ["--c=3", "--d=4"]),
        ("job.sh -- --case=x --cases", "--case=x --cases", []),
        ("job.sh -- -- --case -- x=1 --", "--", ["x=1"]),
    ],
)
def test_cases(line: str, common: str, expected: list[str]) -> None:
    _script, *words = normalized(line.split())
    if "--" in words:
        words.remove("--")  # which click takes
    assert cases(words) == (tuple(common.split()), tuple(tuple(case.split()) for case in expected))


def test_a_case_is_no_value_of_an_option_before_it() -> None:
    assert normalized(["job.sh", "--retry", "--case", "failed"]) == ["job.sh", "--retry=", CASE, "failed"]
