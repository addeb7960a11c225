"""Overrides that miss a program or are split, arguments that no run gets, and numbers that would be the run's."""

import pytest
from unit.lint.probe import warned as printed

from heracles.errors import ScriptError
from heracles.lint.body import check, warnings
from heracles.lint.overrides import check_texts
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript


def warned(body: str, scheduler: str = "none", *, is_array: bool = False, arguments: tuple[str, ...] = ()) -> list[str]:
    """Return the messages of the warnings about a script, without the file's name."""
    script = JobScript("job.sh", f"#!/bin/bash\n{body}\n".encode(), arguments)
    found = warnings(script, SCHEDULERS[scheduler], is_array=is_array)
    return [warning.message.removeprefix("job.sh, ") for warning in found]


GETS_NONE = "and gets no overrides: only line"


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("python a.py -x 1\npython a.py -x 2", f"line 3: line 2 runs a.py too, {GETS_NONE} 3 does, or add --at 2"),
        ("srun python a.py\n\npython a.py", f"line 4: line 2 runs a.py too, {GETS_NONE} 4 does, or add --at 2"),
        ("python -m p.q\npython -m p.q -v", f"line 3: line 2 runs p.q too, {GETS_NONE} 3 does, or add --at 2"),
        ("./run 1\n./run 2", f"line 3: line 2 runs run too, {GETS_NONE} 3 does, or add --at 2"),
        ("torchrun train.py\npython eval.py", f"line 3: line 2 runs train.py, {GETS_NONE} 3 does, or add --at 2"),
        (
            "srun python x/finetune_a.py\n./test.sh",
            f"line 3: line 2 runs x/finetune_a.py, {GETS_NONE} 3 does, or add --at 2",
        ),
        ("./simulate\npython analyze.py", f"line 3: line 2 runs simulate, {GETS_NONE} 3 does, or add --at 2"),
        ("gmx grompp\ngmx mdrun", f"line 3: line 2 runs gmx grompp, {GETS_NONE} 3 does, or add --at 2"),
    ],
)
def test_another_program_gets_none(body: str, answer: str) -> None:
    assert warned(body)[-1] == answer


@pytest.mark.parametrize(
    "body",
    [
        "python prepare.py\npython train.py",
        "python train.py\npython finetune.py",
        "python -c 'import x'\npython train.py",
        "./compile.sh\n./run.sh",
        "python download_data.py\npython evaluate.py",
        "python pretrain.py\npython train.py",
        "python train.py",
    ],
)
def test_a_program_that_prepares_needs_none(body: str) -> None:
    assert warned(body) == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("run x=$1", "line 2: $1"),
        ("NAME=${1}\nrun $NAME", "line 2: ${1}"),
        ("[ -n x ]\nrun --a $2 --b $1 --c", "line 3: $2"),
        ('run "${1?}x"', None),
        ("run ${1:-5}", None),
        ("f() { echo $1; }\nf 1 > /dev/null\nrun", None),
        ("awk '{ print $1 }' x\nrun", None),
        ("while [ $# -gt 0 ]; do X=$1; shift; done\nrun $X", None),
    ],
)
def test_an_argument_that_no_run_gets(body: str, what: str | None) -> None:
    hint = "is empty in every run: give the script its own arguments, as in heracles 'job.sh VALUE'"
    assert warned(body) == ([f"{what} {hint}"] if what else [])
    assert warned(body, arguments=("1", "2")) == []


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (
            'A="$*"\nrun $A',
            '$* makes one string of all overrides, which $A splits at spaces: write A=("$@") and "${A[@]}"',
        ),
        (
            "A=$@\nrun $A",
            '$@ makes one string of all overrides, which $A splits at spaces: write A=("$@") and "${A[@]}"',
        ),
        ("A=( $@ )\nrun ${A[@]}", 'without quotes, $@ splits values that have spaces: write "$@"'),
        (
            'export A="-x ${@}"\nB="$A -y"\nrun $B',
            '${@} makes one string of all overrides, which $A splits at spaces: write A=("${@}") and "${A[@]}"',
        ),
        ('A=("$@")\nrun "${A[@]}"', None),
        ('A=(-x "$@" -y)\nrun "${A[@]}"', None),
        ('echo "$*"\nA="$*"\nrun "$@"', None),
    ],
)
def test_overrides_that_are_split(body: str, answer: str | None) -> None:
    assert warned(body) == ([f"line 2: {answer}"] if answer else [])


def test_the_number_of_the_run() -> None:
    body = "run --task $SLURM_ARRAY_TASK_ID"
    message = (
        "line 2: the script asks for no array, so $SLURM_ARRAY_TASK_ID would be the number of the run:"
        " sweep over the value that it stands for"
    )
    assert warned(body, "slurm", is_array=True) == [message]
    assert warned(body, "slurm") == []
    assert warned(f"#SBATCH --array=1-3\n{body}", "slurm", is_array=True) == []
    assert warned(body, "pbs", is_array=True) == []


def test_lsf() -> None:
    with pytest.raises(ScriptError) as caught:
        check(JobScript("job.sh", b"#BSUB -q x\nrun\n"), SCHEDULERS["lsf"], is_array=True)
    assert caught.value.message == (
        "job.sh, line 1: LSF runs a script without #! with /bin/sh, and a job array's script is for bash:"
        " put #!/bin/bash above it"
    )
    check(JobScript("job.sh", b"#BSUB -q x\nrun\n"), SCHEDULERS["lsf"])
    check(JobScript("job.sh", b"#!/bin/bash\n#BSUB -q x\nrun\n"), SCHEDULERS["lsf"], is_array=True)
    overwrites = "line 2: every task of the array overwrites this log: name it"
    assert warned("#BSUB -oo %J.out\nrun", "lsf", is_array=True) == [f"{overwrites} %J.%I.out"]
    assert warned("#BSUB -eo err\nrun", "lsf", is_array=True) == [f"{overwrites} err-%I"]
    assert warned("#BSUB -o %J.out -oo %J.%I\nrun", "lsf", is_array=True) == []


def test_a_script_without_a_place_has_other_warnings_alone() -> None:
    assert warned("cd $(dirname $0)\npython a.py | python b.py", "slurm")[0].startswith("line 2: Slurm runs a copy")


SPLIT = [
    ("run $@", "$@", '"$@"'),
    ("srun -n 4 run --x=1 ${@} > log", "${@}", '"${@}"'),
    ("run $*", "$*", '"$@"'),
    ("exec run a$@", "a$@", '"$@"'),
    ("if run $@; then date; fi", "$@", '"$@"'),
]
WHOLE = [
    'run "$@"',
    'run "${@}" "${@:2}"',
    'run --args="$@"',
    "run '$@' \\$@ \"$@\"",
    'echo running $@ with $*\nrun "$@"',
    'run --note "$*" "$@"',
    'for word in $@; do echo "$word"; done\nrun "$@"',
    'run $(basename $@) "$@"',
    'run `basename $@` "$@"',
    '[ $@ ] || exit 2\nrun "$@"',
    'f() { run $@; }\nf "$@"',
    "bash -c 'run $@'",
]


@pytest.mark.parametrize(("body", "word", "better"), SPLIT)
def test_parameters_without_quotes(body: str, word: str, better: str) -> None:
    assert printed(f"#!/bin/bash\n{body}\n") == [
        f"job.sh, line 2: without quotes, {better[1:-1] if '*' not in word else word} splits values that have spaces:"
        f" write {better}\n"
        f"  {body}\n"
        f"{' ' * (2 + body.index(word))}{'^' * len(word)}"
    ]
    assert printed(f"#!/bin/zsh\n{body}\n") == []


@pytest.mark.parametrize("word", ['"$*"', '"${*}"'])
def test_parameters_in_one_word(word: str) -> None:
    assert printed(f"#!/bin/bash\nrun {word}\n") == [
        f'job.sh, line 2: {word} makes one argument of all overrides: write "$@"\n  run {word}\n      {"^" * len(word)}'
    ]


@pytest.mark.parametrize("body", WHOLE)
def test_parameters_with_quotes_or_elsewhere(body: str) -> None:
    assert printed(f"#!/bin/bash\n{body}\n") == []


@pytest.mark.parametrize(
    ("line", "text", "mark"),
    [
        ("xargs -I{} python a.py --file {}", "a={}", "xargs would replace {} in a={} too"),
        ("xargs -I{} python a.py --file {}", "a=[{ }]", "xargs would replace {} in a=[{ }] too"),
        ("xargs -P 4 -I % srun python a.py %", "a=3%,4", "xargs would replace % in a=3%,4 too"),
        ("xargs --replace=@F ./a @F", "a=x@F", "xargs would replace @F in a=x@F too"),
        ("xargs -0i ./a {}", "a={}", "xargs would replace {} in a={} too"),
        ("parallel -q -j4 python a.py --file {}", "a={}", "parallel would replace {} in a={} too"),
        ("parallel -q python a.py --file {.}", "a='{#}'", "parallel would replace {#} in a='{#}' too"),
        ('parallel -q -I @ python a.py "$@" @', "a=[1@2]", "parallel would replace @ in a=[1@2] too"),
    ],
)
def test_what_starts_the_program_would_replace_something(line: str, text: str, mark: str) -> None:
    script = JobScript("job.sh", f"#!/bin/bash\nls | {line}\n".encode())
    check_texts(script, ["b=1,2"])
    with pytest.raises(ScriptError) as caught:
        check_texts(script, ["b=1,2", text])
    assert caught.value.message == f"job.sh, line 2: {mark}: give -I with a word that no override has"


@pytest.mark.parametrize("line", ["xargs -n1 python -I a.py", "parallel -q python a.py", "xargs python a.py -I{}"])
def test_what_replaces_nothing(line: str) -> None:
    check_texts(JobScript("job.sh", f"#!/bin/bash\nls | {line}\n".encode()), ["b={a:1}", "c=a.py"])
