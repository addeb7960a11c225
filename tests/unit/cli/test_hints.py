"""The hints for options that do not exist."""

import re

import pytest

from heracles.cli.hints import unknown_option
from heracles.cli.options import OPTIONS

SWEEP_IT = "To sweep an option of your own program, write it after --, as in: --"
HAND_ON = "An option for the submit command goes into --retry-with:"
EDIT_IT = "or edit the script, which --retry reads anew"


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("--lr", "--lr=1", f"--lr. {SWEEP_IT} --lr=1,2"),
        ("--pak", "--pak=3", f"--pak (did you mean --pack?). {SWEEP_IT} --pak=1,2"),
        ("--time", "job.sh --retry --time=0:10:00", f"--time. {HAND_ON} --retry-with='--time=0:10:00'; {EDIT_IT}"),
        ("--time", "job.sh --retry=oom --time 5", f"--time. {HAND_ON} --retry-with='--time 5'; {EDIT_IT}"),
        ("--exclusive", "job.sh --exclusive --retry", f"--exclusive. {HAND_ON} --retry-with='--exclusive'; {EDIT_IT}"),
        ("--x", "job.sh --retry --x lr=1", f"--x. {HAND_ON} --retry-with='--x'; {EDIT_IT}"),
        ("--x", "job.sh --retry --x", f"--x. {HAND_ON} --retry-with='--x'; {EDIT_IT}"),
    ],
)
def test_an_unknown_option(name: str, line: str, message: str) -> None:
    assert unknown_option(name, line.split()) == f"no such option: {message}"


def test_nothing_destructive_is_ever_suggested() -> None:
    destructive = [option for option in OPTIONS if option.is_drastic]
    assert {"-d", "--cancel", "--force", "--yes", "--resubmit-all"} <= {option.label for option in destructive}
    for option in destructive:
        for word in f"{option.spellings} {option.aliases} {option.formerly}".split():
            for mistyped in (word[:-1], f"{word}x", f"{word[:3]}{word[4:]}"):
                suggested = re.findall(r"did you mean (\S+)\?", unknown_option(mistyped, []))
                assert not set(suggested) & set(f"{option.spellings} {option.aliases} {option.formerly}".split())
    assert "did you mean" not in unknown_option("--nodelist", ["--nodelist=x"])
