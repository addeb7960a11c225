"""The script's own arguments, a line that is asked for, and what is refused so that nothing is silently lost."""

import pytest

from heracles.backends import run_script
from heracles.errors import ScriptError
from heracles.script.job_script import JobScript


def made(body: str, *arguments: str, at: int | None = None) -> str:
    script = JobScript("job.sh", f"#!/bin/bash\n{body}\n".encode(), arguments, at)
    return run_script.content(["lr=0.1", "x=[1, 2]"], script).decode().removeprefix("#!/bin/bash\n")


def refused(body: str, *arguments: str, at: int | None = None) -> str:
    with pytest.raises(ScriptError) as caught:
        made(body, *arguments, at=at)
    return str(caught.value).removeprefix("job.sh, ")


WORDS = "lr=0.1 'x=[1, 2]'"


def test_own_arguments() -> None:
    assert made("run x=$1", "a b") == f"set -- 'a b'\nrun x=$1 {WORDS}\n"
    assert made('X=$1; shift\nrun "$X" "$@"', "a") == f'set -- a {WORDS}\nX=$1; shift\nrun "$X" "$@"\n'
    assert made("run --x $1", "a") == f"set -- a\nrun --x $1 {WORDS}\n"
    assert made('exec "$@"', "python", "train.py") == f'set -- python train.py {WORDS}\nexec "$@"\n'


@pytest.mark.parametrize(
    ("body", "what", "example"),
    [
        ('run $1 "$@"', "$1", "'job.sh VALUE'"),
        ('run $2 "$@"', "$2", "'job.sh VALUE1 VALUE2'"),
        ("A=${@:4}\nrun $A", "${@:4}", "'job.sh VALUE1 VALUE2 VALUE3'"),
        ('shift\nrun "$@"', "shift", "'job.sh VALUE'"),
        ('[ $# -eq 3 ] || exit\nrun "$@"', "$#", "'job.sh VALUE'"),
        ('case $# in 1) x=1;; esac\nrun "$@"', "$#", "'job.sh VALUE'"),
    ],
)
def test_arguments_that_overrides_would_be_taken_for(body: str, what: str, example: str) -> None:
    hint = f"give the script its own arguments first, as in heracles {example}"
    assert refused(body).split("\n")[0] == f"line 2: {what} would take an override for an argument: {hint}"


@pytest.mark.parametrize(
    "body",
    ['[ $# -gt 0 ] || exit\nrun "$@"', 'if [[ $# == 0 ]]; then exit; fi\nrun "$@"', 'echo "$# words"\nrun "$@"'],
)
def test_a_script_may_ask_whether_there_are_any(body: str) -> None:
    assert made(body) == f"set -- {WORDS}\n{body}\n"


def test_loops_that_take_the_overrides() -> None:
    loop = 'while [ $# -gt 0 ]; do shift; done\nrun "$@"'
    assert refused(loop, "a") == (
        "line 2: this loop shifts the arguments away, and the overrides with them: add --at 3\n"
        "  while [ $# -gt 0 ]; do shift; done\n"
        f"  {'^' * 34}\n"
        '  line 3: run "$@"'
    )
    assert made(loop, at=3) == f'while [ $# -gt 0 ]; do shift; done\nrun "$@" {WORDS}\n'
    for header in ('for x in "$@"', "for x"):
        assert refused(f"{header}; do run $x; done").startswith("line 2: this loop takes the overrides one by one")


def test_an_empty_argument_that_would_swallow_an_override() -> None:
    assert refused("run --a $1 --b $2") == (
        "line 2: $2 is empty in every run, so --b would take the first override as its value:"
        " give the script its own arguments, as in heracles 'job.sh VALUE'\n"
        "  run --a $1 --b $2\n  ^^^^^^^^^^^^^^^^^"
    )
    assert made('run --b "$2"') == f'run --b "$2" {WORDS}\n'


@pytest.mark.parametrize(
    "body",
    [
        'E="$*"\nbash -c "run ${E}"',
        'A=("$@")\nC="run ${A[@]}"\neval "$C"',
        'eval "run $*"',
        'C="run $@"\nsrun bash -lc "cd x && $C"',
        'export A="$@"\nB="$A -x"\nssh host "run $B"',
        'bash <<< "run $*"',
        "bash <<EOF\nrun $@\nEOF",
        'sh -c "run $1 $*"',
    ],
)
def test_overrides_that_a_shell_would_run(body: str) -> None:
    reason = "the shell that reads this text would split, expand and run the overrides in it"
    assert refused(body).partition(": ")[2].startswith(reason)


@pytest.mark.parametrize(
    "body",
    [
        'printf -v A "%q " "$@"\nbash -c "run $A"',
        'A=${*@Q}\nbash -c "run $A"',
        'A=$(printf "%q " "$@")\nbash -c "run $A"',
    ],
)
def test_overrides_that_are_quoted_anew(body: str) -> None:
    assert made(body) == f"set -- {WORDS}\n{body}\n"


def test_a_line_that_is_asked_for() -> None:
    two = "python a.py\npython b.py\necho"
    assert refused(two) == (
        "line 4: it is unclear which command gets the overrides: add --at 2 or --at 3\n"
        "  echo\n  ^^^^\n  line 2: python a.py\n  line 3: python b.py"
    )
    assert made(two, at=2) == f"python a.py {WORDS}\npython b.py\necho\n"
    assert made("run \\\n  --x\necho", at=3) == f"run \\\n  --x {WORDS}\necho\n"
    assert made("f() {\n  run\n}\nf; f", at=3) == f"f() {{\n  run {WORDS}\n}}\nf; f\n"
    assert made("cd x && run | tee y", at=2) == f"cd x && run {WORDS} | tee y\n"
    assert made("if a; then\n  run\nelse\n  run\nfi", at=5) == f"if a; then\n  run\nelse\n  run {WORDS}\nfi\n"
    assert made('bash -c "\na\nb\n"', at=4) == f'bash -c "\na\nb {WORDS}\n"\n'
    assert made("pip install x", at=2) == f"pip install x {WORDS}\n"
    assert refused(two, at=9).startswith("line 4: the script has no line 9: add --at 2 or --at 3")
    assert refused("a | b", at=2).startswith(
        "line 2: several commands begin or end on line 2: put each on a line of its own"
    )
    assert refused("a\n\nb", at=3).startswith("line 3: no command begins or ends on line 3: add --at 2 or --at 4")
    assert refused("parallel run ::: a b", at=2).startswith("line 2: words after ::: are inputs of parallel")
