"""Whether a pasted command is the script's own, and a script that starts a multirun itself."""

import pytest

from heracles.errors import HeraclesError, ScriptError
from heracles.hydra.program import check_command, check_mode, command_length
from heracles.script.job_script import JobScript


@pytest.mark.parametrize(
    ("command", "rest"),
    [
        ("python main.py", "-m lr=1"),
        ("python3 -u src/main.py", "lr=1 -m"),
        ("python -W ignore -X dev main.py", "-m lr=1"),
        ("python -m pkg.main", "-m lr=1"),
        ("srun -n 4 python main.py", "--multirun lr=1"),
        ("A=1 B=2 python main.py", "-m lr=1"),
        ("./main.py", "lr=1"),
        ("my_train", "-m lr=1"),
        ("python main", "-m lr=1"),
        ("torchrun --nproc_per_node=4 main.py", "lr=1"),
        ("python -m torch.distributed.run --nproc_per_node 4 --tee=3 main.py", "-m lr=1"),
        ("python -m pkg.main", "lr=1 out=x.py"),
        ("", "lr=1 -m"),
        ("", "~lr -m"),
        ("", "+lr=1 python -m"),
        ("", "A=1 b=2 -m"),
        ("", ""),
    ],
)
def test_the_length_of_a_command(command: str, rest: str) -> None:
    words = command.split()
    assert command_length([*words, *rest.split()], is_multirun=True) == len(words)


def test_an_unknown_word_is_a_command_only_in_a_multirun_line() -> None:
    assert command_length(["my_train", "lr=1"], is_multirun=False) == 0
    assert command_length(["python", "my_train.py", "lr=1"], is_multirun=False) == 2


def script(text: str) -> JobScript:
    return JobScript("job.sh", f"#!/bin/bash\n{text}\n".encode())


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("python main.py", "python main.py"),
        ("srun python -u /home/me/proj/main.py", "python main.py"),
        ("python main.py", "CUDA=1 python ../proj/main.py"[7:]),
        ("python -m pkg.main", "python pkg/main.py"),
        ('cd "$HOME/x"\npython src/main.py "$@"', "python main.py"),
        ("export CUDA=1\npython main.py", "CUDA=1 python main.py"),
        ("my_train", "my_train"),
        ("bash -c 'python main.py'", "python main.py"),
    ],
)
def test_the_same_program(text: str, command: str) -> None:
    check_command(script(text), command.split())


@pytest.mark.parametrize(
    ("text", "command", "message"),
    [
        (
            "python main.py",
            "python train.py",
            "the sweep is for train.py, but job.sh runs main.py: leave the command out, or give the job script that "
            "runs train.py",
        ),
        (
            "python a/main.py",
            "python b/main.py",
            "the sweep is for b/main.py, but job.sh runs a/main.py: leave the command out, or give the job script that "
            "runs b/main.py",
        ),
        (
            "python main.py",
            "CUDA=1 python main.py",
            "CUDA=1 sets a variable for the program: write 'export CUDA=1' into job.sh, and leave it out here",
        ),
    ],
)
def test_another_program(text: str, command: str, message: str) -> None:
    with pytest.raises(HeraclesError) as caught:
        check_command(script(text), command.split())
    assert caught.value.message == message


@pytest.mark.parametrize(
    "text",
    [
        "python main.py -m",
        "python main.py --multirun",
        'python main.py -m "$@"',
        "python main.py -m lr=1",
        "bash -c 'python main.py -m'",
        "python -m pkg.main -m",
    ],
)
def test_a_script_that_starts_a_multirun(text: str) -> None:
    with pytest.raises(ScriptError, match="each run would be a multirun of its own: remove it") as caught:
        check_mode(script(text), ["a=1"])
    assert caught.value.span is not None
    assert caught.value.source[slice(*caught.value.span)] in ("-m", "--multirun")
    check_mode(script(text), ["--lr=1"])  # of another kind of program


@pytest.mark.parametrize("text", ["python -m pkg.main", "python main.py -m resnet", "python main.py"])
def test_a_script_that_does_not(text: str) -> None:
    check_mode(script(text), ["a=1"])
