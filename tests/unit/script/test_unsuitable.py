"""Commands that cannot get overrides, as words after them would be lost, or read as shell text."""

import pytest

from heracles.backends import run_script
from heracles.errors import ScriptError
from heracles.script.job_script import JobScript


def made(body: str, at: int | None = None) -> str:
    script = JobScript("job.sh", f"#!/bin/bash\n{body}".encode(), at=at)
    return run_script.content(["lr=0.1"], script).decode().removeprefix("#!/bin/bash\n")


def reason(body: str) -> str:
    with pytest.raises(ScriptError) as caught:
        made(body)
    return str(caught.value).partition("\n")[0].partition(": ")[2]


@pytest.mark.parametrize(
    "body",
    [
        "seq 3 | parallel run --seed {}",
        "srun -n 1 parallel run {} < x",
        "pdsh -w n[1-4] run",
        "clush -a run",
        "tmux new -d run",
    ],
)
def test_programs_that_join_their_words(body: str) -> None:
    (name,) = {"parallel", "pdsh", "clush", "tmux"}.intersection(body.split())
    remedy = ': add -q, and "$@" where they go' if name == "parallel" else ""
    text = f"{name} joins its words, and a shell would split, expand and run the overrides in them"
    assert reason(body) == text + remedy


def test_their_words_may_be_quoted() -> None:
    text = "the shell that reads this text would split, expand and run the overrides in it"
    assert reason('parallel run {} "$@" ::: 1 2') == text
    assert made('parallel -q run {} "$@" ::: 1 2') == 'set -- lr=0.1\nparallel -q run {} "$@" ::: 1 2'
    assert made("seq 3 | parallel --quote run") == "seq 3 | parallel --quote run lr=0.1"
    assert made("seq 3 | xargs -n 1 run -x") == "seq 3 | xargs -n 1 run -x lr=0.1"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("R --no-save < fit.R", "R reads its input from elsewhere, and overrides would not change it"),
        ("mpirun pw.x -nk 4 < scf.in", "pw.x reads its input from elsewhere, and overrides would not change it"),
        ("parallel -j 2 < commands", "parallel reads its input from elsewhere, and overrides would not change it"),
        ("matlab -batch 'f(1)'", "matlab runs the statements that it is given, and ignores overrides after them"),
        (
            "mpirun -n 1 ./a : -n 2 ./b",
            "mpirun starts several programs, with : between them, and only the last would get",
        ),
        ("script -qc run log", "script runs the text after -c, and takes no arguments for it"),
        ("find . -exec run {} \\;", "find . is no experiment"),
        ('srun "$@"', "this runs the first override as a command"),
        ('srun -n 4 --exclusive "$@"', "this runs the first override as a command"),
        ('conda run -n env "$@"', "this runs the first override as a command"),
        ('apptainer exec --nv x.sif "$@"', "this runs the first override as a command"),
    ],
)
def test_programs_that_take_no_words(body: str, what: str) -> None:
    assert reason(body).startswith(what)


@pytest.mark.parametrize(
    "body",
    ["run --a < x", "python a.py < x", 'srun -n 4 python "$@"', 'apptainer run x.sif "$@"', 'nice -n 5 run "$@"'],
)
def test_programs_that_take_words(body: str) -> None:
    assert "lr=0.1" in made(body)


@pytest.mark.parametrize(
    ("above", "what"),
    [
        ("run --a \\\n  # --b \\", "line 3 is a comment, and ends the command above it: move it above that command"),
        ("run --a \\\n", "line 3 is empty, and ends the command above it: move it above that command"),
        ("run --a \\ ", "a space after the backslash ends the command on line 2: remove what follows the backslash"),
        (
            "run --a \\  # b",
            "a space after the backslash ends the command on line 2: remove what follows the backslash",
        ),
        ("run --a", "line 2 does not end with a backslash, which ends its command: add one"),
    ],
)
def test_a_command_that_is_cut_in_two(above: str, what: str) -> None:
    body = f"{above}\n  --c 1\n"
    assert reason(body) == f"this is no command: {what}"
    assert reason(f'{body}run "$@"\n') == f"this is no command: {what}"
    assert made(body, at=2).count("lr=0.1") == 1


@pytest.mark.parametrize(
    "body",
    [
        "monitor &\npython a.py\nkill $!\n",
        "monitor &\ntrap 'kill $(jobs -p)' EXIT\npython a.py\necho done\n",
        "(cd x; monitor) &\npython a.py\njobs -p | xargs kill\n",
    ],
)
def test_helpers_that_are_killed(body: str) -> None:
    assert "python a.py lr=0.1\n" in made(body)


def test_programs_that_run_together() -> None:
    unclear = "it is unclear which command gets the overrides"
    assert reason("server &\nclient\nwait\n").startswith(unclear)
    assert reason("run 1 &\nrun 2\nkill $!\n").startswith(unclear)
    assert reason("a &\nb &\nkill $!\n").startswith(unclear)


@pytest.mark.parametrize("tidying", ["./cleanup.sh", "stop-all.sh", "python tools/notify_me.py", "bash upload.sh"])
def test_scripts_that_tidy_up(tidying: str) -> None:
    assert made(f"python a.py\n{tidying}\n") == f"python a.py lr=0.1\n{tidying}\n"
