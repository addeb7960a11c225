"""Which words of a command line were pasted from Hydra's multirun."""

import pytest

from heracles.cli.pasting import pasted


@pytest.mark.parametrize(
    ("line", "words", "flag", "command"),
    [
        ("job.sh -m lr=1,2", "job.sh lr=1,2", "-m", ""),
        ("job.sh lr=1,2 --multirun", "job.sh lr=1,2", "--multirun", ""),
        ("job.sh -m -cn x lr=1", "job.sh -cn x lr=1", "-m", ""),
        ("job.sh -m ~a +b=1", "job.sh ~a +b=1", "-m", ""),
        ("job.sh -m bash lr=1", "job.sh -m bash lr=1", "", ""),
        ("job.sh -m nosuch lr=1", "job.sh -m nosuch lr=1", "", ""),
        ("job.sh -m=bash lr=1", "job.sh -m=bash lr=1", "", ""),
        ("job.sh -- -m lr=1", "job.sh -- -m lr=1", "", ""),
        ("job.sh python -u main.py -m lr=1", "job.sh lr=1", "-m", "python -u main.py"),
        ("-a job.sh -r bash python main.py lr=1 -w", "-a job.sh -r bash lr=1 -w", "", "python main.py"),
        ("-qr bash job.sh -j 4 my_train -m lr=1", "-qr bash job.sh -j 4 lr=1", "-m", "my_train"),
        ("-qj4 job.sh my_train -m lr=1", "-qj4 job.sh lr=1", "-m", "my_train"),
        ("job.sh lr=1 python main.py", "job.sh lr=1 python main.py", "", ""),
        ("job.sh foo lr=1", "job.sh foo lr=1", "", ""),
        ("--seed 3 job.sh python main.py", "--seed 3 job.sh", "", "python main.py"),
    ],
)
def test_lines(line: str, words: str, flag: str, command: str) -> None:
    found = pasted(line.split())
    assert (" ".join(found.words), found.flag, " ".join(found.command)) == (words, flag, command)


@pytest.mark.parametrize("text", ["bash --time=1", "bash 'x"])
def test_a_command_may_have_options(text: str) -> None:
    assert pasted(["job.sh", "-m", text]).flag == ""


def test_an_override_may_have_quotes() -> None:
    assert pasted(["job.sh", "-m", "note='x"]).flag == "-m"
