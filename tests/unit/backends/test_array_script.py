"""One script for all runs, judged by a real bash: what a task's program receives is what the sweep says."""

import itertools
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from clusters.slurm import PATIENCE, happens
from hypothesis import given, settings
from hypothesis import strategies as st
from laws.runs import runs as runs_of_every_kind
from support import has, need

import heracles
from heracles import HeraclesError, ScriptError, Subset, Sweep, strategies
from heracles.backends import array_script, run_script
from heracles.backends.array_layout import Array
from heracles.backends.bash_writer import RUNTIME
from heracles.cli.views import preview
from heracles.ir import Runs
from heracles.paths import Siblings
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript

HEADER = "#!/bin/bash\n#SBATCH --time=1:00\n"
NOTE = "printf '%s\\0' begin"


def received(content: bytes, *arguments: str, **variables: str) -> tuple[str, ...]:
    """Return the words that a script, which ends with `NOTE`, was called to print."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        result = subprocess.run(
            ["bash", file.name, *arguments],
            env={"PATH": os.environ["PATH"], **variables},
            capture_output=True,
            check=False,
        )
    assert (result.returncode, result.stderr) == (0, b"")
    return tuple(result.stdout.decode("utf-8", "surrogateescape").split("\0")[1:-1])


def run(content: bytes, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script by a real bash."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a job_hydra.sh")
        path.write_bytes(content)
        environment = {"PATH": os.environ["PATH"], **variables}
        command = ["bash", str(path), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def compiled(runs: Runs, body: str = f'{NOTE} "$@"\n', scheduler: str = "slurm") -> bytes:
    script = JobScript("job.sh", (HEADER + body).encode())
    return array_script.content(runs, Array(script, SCHEDULERS[scheduler], runs.size))


def some(runs: Sequence[object], data: st.DataObject, most: int = 6) -> list[int]:
    """Return the numbers of some runs, the first and the last among them."""
    size = runs.size  # type: ignore[attr-defined]
    return sorted({0, size - 1, *data.draw(st.lists(st.integers(0, size - 1), max_size=most - 2))})


@given(strategies.sweeps(), st.integers(), st.sampled_from([f'{NOTE} "$@"\n', f"{NOTE}\n"]), st.data())
def test_each_run_receives_its_overrides(overrides: list[str], seed: int, body: str, data: st.DataObject) -> None:
    sweep = heracles.parse(overrides, seed=seed)
    content = compiled(sweep, body)
    for run in some(sweep, data):
        assert received(content, str(run)) == sweep[run]


def of_task(content: bytes, task: int) -> list[tuple[str, ...]]:
    """Return the words that each run of a task was called to print, by a script that ends with `NOTE`."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        environment = {"PATH": os.environ["PATH"], "SLURM_ARRAY_TASK_ID": str(task)}
        result = subprocess.run(["bash", file.name], env=environment, capture_output=True, check=True)
    return [tuple(text.split("\0")[:-1]) for text in result.stdout.decode().split("begin\0")[1:]]


@settings(max_examples=40)
@given(runs_of_every_kind(), st.integers(1, 3), st.data())
def test_each_task_of_every_kind_of_sweep(sweep: Runs, pack: int, data: st.DataObject) -> None:
    script = JobScript("job.sh", f'{HEADER}set -u\n{NOTE} "$@"\n'.encode())
    layout = Array(script, SCHEDULERS["slurm"], sweep.size, pack=pack)
    task = data.draw(st.integers(0, layout.tasks - 1))
    expected = [sweep[run] for run in range(task * pack, min((task + 1) * pack, sweep.size))]
    assert of_task(array_script.content(sweep, layout), task) == expected


@given(
    st.one_of(
        st.lists(strategies.long_ranges(), min_size=1, max_size=3),
        st.lists(strategies.long_ranges(10**4, random=True), min_size=1, max_size=2),
    ),
    st.sampled_from(["k", "--k"]),
    st.integers(0, 9),
    st.data(),
)
def test_runs_of_a_huge_sweep(ranges: list[str], key: str, seed: int, data: st.DataObject) -> None:
    sweep = heracles.parse([f"{key}{i}={text}" for i, text in enumerate(ranges)], seed=seed)
    content = compiled(sweep)
    assert len(content) < 8192
    for run in some(sweep, data):
        assert received(content, str(run)) == sweep[run]


@given(strategies.sweeps(), st.data())
def test_the_words_are_those_of_the_file_of_the_run(overrides: list[str], data: st.DataObject) -> None:
    sweep = heracles.parse(overrides)
    script = JobScript("job.sh", f'{HEADER}set -euo pipefail\nf() {{ :; }}\n{NOTE} "$@"\n'.encode())
    content = array_script.content(sweep, Array(script, SCHEDULERS["slurm"], sweep.size))
    for run in some(sweep, data, 3):
        alone = received(run_script.content(sweep[run], script))
        assert received(content, SLURM_ARRAY_TASK_ID=str(run)) == alone == sweep[run]


@given(strategies.sweeps(), st.data())
def test_every_run_of_a_subset(overrides: list[str], data: st.DataObject) -> None:
    sweep = heracles.parse(overrides)
    numbers = data.draw(
        st.one_of(
            st.lists(st.integers(0, sweep.size - 1), min_size=1, max_size=8),
            st.slices(sweep.size).map(lambda part: range(sweep.size)[part]).filter(len),
        )
    )
    subset = Subset(sweep, numbers)
    content = compiled(subset)
    for run in some(subset, data):
        assert received(content, str(run)) == subset[run] == sweep[numbers[run]]


@pytest.mark.parametrize(
    ("numbers", "line"),
    [
        ([5], "run=$((5 + 1 * run))"),
        (range(10, 900, 7), "run=$((10 + 7 * run))"),
        (range(900, 10, -7), "run=$((900 + -7 * run))"),
        ([0, 1, 2, 3, 17, 20, 22, 24, 5], "runs=({0..3} 17 {20..24..2} 5) # The runs' numbers in the whole sweep."),
        ([7, 7, 3, 7], "runs=(7 7 3 7) # The runs' numbers in the whole sweep."),
        (
            [*range(70_000), 80_000, 90_001],
            "parts=(0:1:70000 80000:1:1 90001:1:1) # The runs' numbers in the whole sweep, as first:step:count.",
        ),
    ],
)
def test_a_subset_is_a_line_more(numbers: Sequence[int], line: str) -> None:
    sweep = heracles.parse(["a=range(1000)", "b=range(1000)"])
    subset = Subset(sweep, numbers)
    content = compiled(subset)
    assert f"  {line}\n" in content.decode()
    for run in {0, 1 % subset.size, subset.size // 2, subset.size - 1}:
        assert received(content, str(run)) == subset[run]


def test_every_run_of_a_small_sweep_once() -> None:
    sweep = heracles.parse(["a=1,\"it's\",'x y'", "b=shuffle(range(7))", "s=__randseed(2)__", "+c=range(0,0.3,0.1)"])
    content = compiled(sweep)
    assert [received(content, SLURM_ARRAY_TASK_ID=str(run)) for run in range(sweep.size)] == list(sweep)


@pytest.mark.parametrize(
    "values",
    [
        "range(-3,1000000,7)",
        "range(9000000000000000000,9000000000001000000)",
        "range(-9223372036854775807,-9223372036853775807)",
        "range(0,1,0.000001)",
        "range(-1,1,0.0001)",
        "range(-0.001,0.001,0.0000001)",
        "range(0,1e-200,1e-203)",
        "range(99999999999999.1,99999999999999.9,0.1)",
        "range(999999999999999.0,999999999999999.9,0.1)",
        "range(99999999999999999999,100000000000000000099)",
        "bool(range(-100,100))",
        "int(range(-10,10,0.25))",
        "int(bool(range(-100,100)))",
        "float(int(range(-10,10,0.125)))",
        "float(bool(range(-100,100)))",
        "str(float(range(1000)))",
        "json_str(json_str(str(range(0,10,0.01))))",
        "int(str(range(1000)))",
        "float(str(range(0,1,0.001)))",
        "str(json_str(bool(range(100))))",
        "shuffle(json_str(range(1000)))",
        "shuffle(a,b,c,range(1000),__randseed(3)__)",
        "shuffle(shuffle(range(5000)))",
        "x,range(100),shuffle(y,z),range(0,10,0.1),__randseed(70)__,7",
    ],
)
@pytest.mark.parametrize("key", ["+a/b@c", "--long-option"])
def test_generators(key: str, values: str) -> None:
    sweep = heracles.parse([f"{key}={values}", "b=1,2"])
    content = compiled(sweep)
    for run in sorted({0, 1, sweep.size // 3, sweep.size // 2, sweep.size - 2, sweep.size - 1}):
        assert received(content, str(run)) == sweep[run]


@pytest.mark.parametrize(
    "values", ["range(10000000000000000000,10000000000000200000)", "range(999999999999999.0,1000000000500000,0.1)"]
)
def test_numbers_that_do_not_fit_a_shell(values: str) -> None:
    with pytest.raises(HeraclesError, match=r"^a=range\(.*\): bash has 64-bit numbers and cannot compute these"):
        compiled(heracles.parse([f"a={values}"]))


def test_more_runs_than_a_shell_can_number() -> None:
    axes = ["a=range(2147483648)", "b=range(4000000000)"]
    with pytest.raises(HeraclesError) as caught:
        compiled(heracles.parse(axes))
    assert str(caught.value) == (
        "8,589,934,592,000,000,000 runs are more than bash can number, which is 2**62: "
        "the longest axis is b=range(0,4000000000,1)"
    )
    largest = heracles.parse(["a=range(2147483648)", "b=range(2147483648)"])
    content = compiled(largest)
    for run in (0, 2**62 - 1, 3 * 2**60 + 17):
        assert received(content, str(run)) == largest[run]


SIX = heracles.parse(["a=1,2,3", "b=x,'y z'"])
BY_HAND = "# One by hand: bash 'my job_hydra.sh' NUMBER (0 to 5)"


@pytest.mark.parametrize(
    ("runs", "key", "directive", "fields", "lines"),
    [
        (
            SIX,
            "slurm",
            "",
            {"records": "/a b/my job_hydra.exits"},
            [
                "# Sweep: a=1,2,3 \"b=x,'y z'\"",
                "# 6 runs: task 0 of the array is run 0, and so on.",
                BY_HAND,
                "# Exit codes of the tasks: 'my job_hydra.exits'/",
            ],
        ),
        (SIX, "lsf", "", {}, ["# 6 runs: task 1 of the array is run 0, and so on.", BY_HAND]),
        (SIX, "gridengine", "", {"pack": 2}, ["# 6 runs: a task of the array does 2 of them, one after another."]),
        (
            SIX,
            "slurm",
            "#SBATCH -a 1-90:2\n",
            {"pack": 7, "parallel": 3},
            [
                "# 6 runs: each has the 45 tasks of the script's own array, 1-89:2; "
                "a task of the array does 7 of them, 3 at a time."
            ],
        ),
        (SIX, "slurm", "#SBATCH -a 3\n", {}, ["# 6 runs: each has the 1 task of the script's own array, 3."]),
        (SIX, "none", "", {"records": "/x"}, ["# 6 runs: one for each number from 0.", BY_HAND, ""]),
        (
            Subset(SIX, [1, 2, 5]),
            "slurm",
            "",
            {"file": "my job_hydra_retry.sh"},
            [
                "# Sweep: a=1,2,3 \"b=x,'y z'\"",
                "# 3 runs of its 6, with new numbers from 0: task 0 of the array is run 0, and so on.",
                "# One by hand: bash 'my job_hydra_retry.sh' NUMBER (0 to 2)",
            ],
        ),
        (
            Sweep(),
            "pbs",
            "",
            {},
            [
                "# Sweep: no overrides",
                "# 1 run: one job, without an array.",
                "# One by hand: bash 'my job_hydra.sh' 0",
            ],
        ),
        (heracles.parse([f"a={'long' * 99}"]), "slurm", "", {}, [f"# Sweep: a={'long' * 24}lo…"]),
    ],
)
def test_what_a_person_looks_for_comes_first(
    runs: Sweep | Subset, key: str, directive: str, fields: dict[str, Any], lines: list[str]
) -> None:
    script = JobScript("x/my job.sh", f"#!/bin/bash\n{directive}\nprog\n".encode())
    text = array_script.content(runs, Array(script, SCHEDULERS[key], runs.size, **fields)).decode()
    header = [*text[text.index("# Made by") :].partition("\n\n")[0].split("\n"), ""]
    assert header[0] == f"# Made by Heracles {heracles.__version__} from 'my job.sh': change that, not this."
    assert [line for line in header if line in lines] == lines


OWN = [
    ("1-90", [*range(1, 91)], "1", "90", "1"),
    ("1-90:2%5", [*range(1, 91, 2)], "1", "89", "2"),
    ("1,4,7", [1, 4, 7], "1", "7", "1"),
    ("7,1,4,4", [1, 4, 7], "1", "7", "1"),
    ("[0-3,10-20:5]%2", [0, 1, 2, 3, 10, 15, 20], "0", "20", "5"),
    ("5", [5], "5", "5", "1"),
]


@pytest.mark.parametrize(("own", "ids", "first", "last", "step"), OWN)
def test_the_scripts_own_array_is_composed(own: str, ids: list[int], first: str, last: str, step: str) -> None:
    names = [f"SLURM_ARRAY_TASK_{name}" for name in ("ID", "COUNT", "MIN", "MAX", "STEP")]
    shown = " ".join(f'"${name}"' for name in names)
    script = JobScript("job.sh", f'#!/bin/bash\n#SBATCH --time=1 --array={own} # seeds\n{NOTE} {shown} "$@"\n'.encode())
    sweep = heracles.parse(["a=1,2,3"])
    layout = Array(script, SCHEDULERS["slurm"], sweep.size)
    content = array_script.content(sweep, layout)
    throttle = f"%{own.partition('%')[2]}" if "%" in own else ""
    assert layout.tasks == 3 * len(ids)
    assert content.decode().startswith(
        f"#!/bin/bash\n#SBATCH --time=1 # seeds\n#SBATCH --array=0-{layout.tasks - 1}{throttle}\n"
    )
    for task in {0, 1, len(ids) - 1, len(ids) % layout.tasks, layout.tasks - 1}:
        number, place = divmod(task, len(ids))
        own_id = str(ids[place])
        assert received(content, SLURM_ARRAY_TASK_ID=str(task), SLURM_ARRAY_TASK_COUNT="7") == (
            *(own_id, str(len(ids)), first, last, step),
            *sweep[number],
        )
    assert received(content, "2", **dict.fromkeys(names, "9")) == ("9", "9", "9", "9", "9", "a=3")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("#!/bin/bash\n", "#!/bin/bash\n#SBATCH --array=0-1\n\n# Made"),
        ("", "#SBATCH --array=0-1\n# Made"),
        ("#!/bin/bash\n# the job\n", "#!/bin/bash\n#SBATCH --array=0-1\n# the job\n\n# Made"),
        (
            "#!/bin/bash\n#SBATCH -c 1\n# x\n#SBATCH -n 1\n\n# y\n",
            "#!/bin/bash\n#SBATCH -c 1\n# x\n#SBATCH -n 1\n#SBATCH --array=0-1\n\n# y\n\n# Made",
        ),
        (
            "#!/bin/bash\n#SBATCH -a3\n#SBATCH --arr 3-3 -n 1\n#SBATCH --array=5%9\n#SBATCH -c 1\n",
            "#!/bin/bash\n#SBATCH -n 1\n#SBATCH --array=0-1%9\n#SBATCH -c 1\n\n# Made",
        ),
        ("#!/bin/bash\n##SBATCH -a 4\n", "#!/bin/bash\n#SBATCH --array=0-1\n##SBATCH -a 4\n\n# Made"),
    ],
)
def test_where_the_directive_goes(header: str, expected: str) -> None:
    script = JobScript("job.sh", f"{header}{NOTE}\n".encode())
    content = array_script.content(heracles.parse(["a=1,2"]), Array(script, SCHEDULERS["slurm"], 2))
    assert content.decode().startswith(expected)
    assert received(content, "1") == ("a=2",)


@pytest.mark.parametrize("text", ["1-", "a", "$N", "5-1", "1-5:0", "1-90%", "", "-3", "1;2"])
def test_an_array_that_cannot_be_read(text: str) -> None:
    script = JobScript("job.sh", f"#!/bin/bash\n#SBATCH --array={text}\nprog\n".encode())
    with pytest.raises(ScriptError) as caught:
        Array(script, SCHEDULERS["slurm"], 2)
    assert str(caught.value) == (
        "job.sh, line 2: this array cannot be read: write it as 1-90, 1-90:2 or 1,4,7\n"
        f"  #SBATCH --array={text}\n          {'^' * len('--array=' + text)}"
    )


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        ((), {}),
        (("3",), {}),
        (("-1",), {}),
        (("x",), {}),
        (("x[$(echo pwned >&2)]",), {"SLURM_ARRAY_TASK_ID": "0"}),
        (("+1",), {}),
        ((), {"SLURM_ARRAY_TASK_ID": "3"}),
        (("+2",), {"SLURM_ARRAY_TASK_ID": "1"}),
        (("9" * 19,), {}),
        (("9" * 20,), {}),
        (("18446744073709551616",), {}),
    ],
)
def test_no_such_run(arguments: tuple[str, ...], variables: dict[str, str]) -> None:
    result = run(compiled(heracles.parse(["a=1,2,3"])), *arguments, **variables)
    assert (result.returncode, result.stdout, result.stderr) == (
        2,
        "",
        "usage: bash job_hydra.sh NUMBER, from 0 to 2, or as a task of its array\n",
    )


@pytest.mark.parametrize("number", ["1", "01", "0001"])
def test_a_number_by_hand_counts_before_the_task(number: str) -> None:
    assert received(compiled(heracles.parse(["a=1,2,3"])), number, SLURM_ARRAY_TASK_ID="2") == ("a=2",)


HYGIENE = """\
#!/bin/bash -eu
set -euo pipefail
name=mine
run() {{ echo "run: $*"; }}
heracles() {{ echo "heracles: $*"; }}
trap 'echo "exit: $?"' EXIT
echo "$#" "$name" "${{seed:-none}}" "${{REPLY:-none}}" "${{place:-none}}"
(set -o posix; set; declare -F) | while IFS= read -r line; do
    [[ ! $line =~ ^(lr|seed|order|run_2|item|job|REPLY)=|'declare -f' ]] || echo "${{line%% heracles_*}}"
done | sort -u
env | while IFS= read -r line; do [[ $line == BASH_FUNC* || $line != *heracles_* ]] || echo "$line"; done
echo "all is its own"
run a
heracles b
IFS=,
{command}
"""


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ('printf "<%s>" "$@"; exit 3', ["5 mine none none none"]),
        ("exec printf '<%s>'", ["0 mine none none none"]),
    ],
)
def test_nothing_is_left_in_the_scripts_shell(command: str, shown: list[str]) -> None:
    script = JobScript("job.sh", HYGIENE.format(command=command).encode())
    sweep = heracles.parse(
        ["name=a,b", "run=1,2", "seed=__randseed__,4", "lr=range(0,100,0.5),x", "heracles=shuffle(range(100))"]
    )
    result = run(array_script.content(sweep, Array(script, SCHEDULERS["slurm"], sweep.size)), "77")
    words = "".join(f"<{word}>" for word in sweep[77])
    assert result.stdout.splitlines() == [
        *shown,
        "declare -f",  # those of the runtime
        "declare -f heracles",
        "declare -f run",
        "all is its own",
        "run: a",
        "heracles: b",
        *([f"{words}exit: 3"] if "exit" in command else [words]),
    ]
    assert (result.stderr, result.returncode) == ("", 3 if "exit" in command else 0)


def test_the_users_own_arguments_stand_behind_the_number() -> None:
    script = JobScript("job.sh", f'#!/bin/bash\n{NOTE} "$#" "${{1:-}}"\n'.encode())
    sweep = heracles.parse(["a=1,2"])
    content = array_script.content(sweep, Array(script, SCHEDULERS["slurm"], 2))
    assert received(content, "1", "mine", "too") == ("2", "mine", "a=2")
    assert received(content, "+1", "mine", SLURM_ARRAY_TASK_ID="0") == ("1", "mine", "a=2")
    assert received(content, SLURM_ARRAY_TASK_ID="0") == ("0", "", "a=1")


@pytest.mark.parametrize("shebang", ["#!/bin/sh", "#!/usr/bin/env zsh", "#!/bin/dash -e"])
def test_only_bash(shebang: str) -> None:
    script = JobScript("job.sh", f"{shebang}\nprog\n".encode())
    with pytest.raises(ScriptError, match=r"^job.sh is run by \w+: one script for all runs works with bash alone"):
        array_script.content(heracles.parse(["a=1"]), Array(script, SCHEDULERS["slurm"], 1))


def test_a_script_that_is_too_long() -> None:
    script = JobScript("job.sh", f"{HEADER}prog\n".encode())
    sweep = heracles.parse(["a=1,2", f"b={','.join(map(str, range(10_000)))}"])
    size = len(array_script.content(sweep, Array(script, SCHEDULERS["slurm"], sweep.size)))
    assert len(array_script.content(sweep, Array(script, SCHEDULERS["slurm"], sweep.size, most_bytes=size))) == size
    with pytest.raises(HeraclesError) as caught:
        array_script.content(sweep, Array(script, SCHEDULERS["slurm"], sweep.size, most_bytes=size - 1))
    assert re.sub(r"take \d\d,\d{3}", "take N", str(caught.value)) == (
        f"job_hydra.sh would be {size:,} bytes long, and Slurm accepts {size - 1:,}: "
        "the values of b take N of them; sweep over a part of them at a time"
    )
    subset = Subset(heracles.parse(["a=range(1000000)"]), [i * i for i in range(900)])
    with pytest.raises(HeraclesError, match=r"the numbers of the 900 runs take \d,\d+ of them; choose fewer"):
        array_script.content(subset, Array(script, SCHEDULERS["slurm"], subset.size, most_bytes=5_000))


def test_an_empty_sweep() -> None:
    with pytest.raises(HeraclesError, match="there is nothing to run"):
        compiled(heracles.parse(["a=range(5,5)"]))


@pytest.mark.parametrize("body", ["prog", 'prog "$@"'])
def test_a_sweep_without_overrides(body: str) -> None:
    script = JobScript("job.sh", f"{HEADER}{body.replace('prog', NOTE)}\n".encode())
    content = array_script.content(Sweep(), Array(script, SCHEDULERS["slurm"], 1))
    assert received(content, "0", "x") == ()


def packed(body: str, overrides: list[str], pack: int, parallel: int = 1, header: str = HEADER) -> bytes:
    sweep = heracles.parse(overrides)
    script = JobScript("job.sh", f"{header}{body}".encode())
    return array_script.content(sweep, Array(script, SCHEDULERS["slurm"], sweep.size, pack=pack, parallel=parallel))


@pytest.mark.parametrize("parallel", [1, 3])
@pytest.mark.parametrize("header", [HEADER, "#!/bin/bash -euo pipefail\n"])
def test_a_task_with_several_runs(parallel: int, header: str) -> None:
    content = packed('echo "ran $*"; exit $((${1#a=} % 3 == 1))\n: "$@"\n', ["a=range(10)"], 4, parallel, header)
    first, last = (run(content, SLURM_ARRAY_TASK_ID=task) for task in ("0", "2"))
    assert sorted(first.stdout.splitlines()) == [f"ran a={i}" for i in range(4)]
    assert first.stderr.splitlines() == [f"job_hydra.sh: run {i}" for i in range(4)] + ["job_hydra.sh: failed: 1"]
    assert first.returncode == 1
    assert sorted(last.stdout.splitlines()) == ["ran a=8", "ran a=9"]
    assert (last.returncode, last.stderr) == (0, "job_hydra.sh: run 8\njob_hydra.sh: run 9\n")
    assert run(content, "1", SLURM_ARRAY_TASK_ID="0").stdout == "ran a=1\n"
    beyond = run(content, SLURM_ARRAY_TASK_ID="3")
    assert (beyond.returncode, beyond.stdout, beyond.stderr[:6]) == (2, "", "usage:")


@pytest.mark.parametrize("parallel", [1, 2])
def test_a_pack_of_the_scripts_own_array(parallel: int) -> None:
    header = "#!/bin/bash\n#SBATCH --array=1,5\n"
    content = packed('echo "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_MAX"', ["a=1,2,3"], 4, parallel, header)
    results = [run(content, SLURM_ARRAY_TASK_ID=task) for task in ("0", "1")]
    assert [sorted(result.stdout.splitlines()) for result in results] == [
        ["1/5 a=1", "1/5 a=2", "5/5 a=1", "5/5 a=2"],
        ["1/5 a=3", "5/5 a=3"],
    ]
    assert results[1].stderr == "job_hydra.sh: run 2 [1]\njob_hydra.sh: run 2 [5]\n"


def test_so_many_run_at_a_time(tmp_path: Path) -> None:
    """Each run waits for the others of its three, so that fewer at a time would never end, and more would be seen."""
    beat = tmp_path / "beat"
    body = (
        f'echo + >> "{beat}"; : > "{tmp_path}/begun $1"\n'
        f'until begun=("{tmp_path}/begun "*); ((${{#begun[@]}} >= (${{1#a=}} / 3 + 1) * 3 || SECONDS > 60)); do\n'
        f'    sleep 0.05\ndone\necho - >> "{beat}"; : "$@"\n'
    )
    assert run(packed(body, ["a=range(9)"], 9, 3), SLURM_ARRAY_TASK_ID="0").returncode == 0
    at_once = list(itertools.accumulate({"+": 1, "-": -1}[line] for line in beat.read_text().split()))
    assert (max(at_once), len(at_once), at_once[-1]) == (3, 18, 0)


@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.parametrize(
    ("number", "ended"),
    [(signal.SIGUSR1, [0, 1, 2, 3]), (signal.SIGTERM, [0]), (signal.SIGINT, [0])],
)
def test_signals_reach_the_runs(tmp_path: Path, parallel: int, number: signal.Signals, ended: list[int]) -> None:
    body = (
        f'trap \'echo "caught $1" >> "{tmp_path}/seen"; exit 5\' {number.name[3:]}\n'
        f'echo >> "{tmp_path}/started"\n'
        f'[[ -e "{tmp_path}/sent" ]] || for i in {{1..600}}; do sleep 0.05; done\n: "$@"\n'
    )
    path = tmp_path / "job_hydra.sh"
    path.write_bytes(packed(body, ["a=range(4)"], 4, parallel))
    with subprocess.Popen(
        ["bash", path], env={**os.environ, "SLURM_ARRAY_TASK_ID": "0"}, stderr=subprocess.PIPE, text=True
    ) as task:
        started = tmp_path / "started"
        assert happens(lambda: started.exists() and len(started.read_text()) >= parallel)
        (tmp_path / "sent").touch()
        task.send_signal(number)
        _, errors = task.communicate(timeout=PATIENCE)
    assert sorted((tmp_path / "seen").read_text().splitlines()) == [f"caught a={i}" for i in range(parallel)]
    assert task.returncode == 1
    failed = errors.splitlines()[-1].removeprefix("job_hydra.sh: failed: ").split(", ")
    left = [] if len(ended) == 4 else [f"{4 - parallel} that were not started"]
    assert sorted(failed) == [*map(str, range(parallel)), *left]


@pytest.mark.parametrize("key", SCHEDULERS)
@pytest.mark.parametrize("seeds", [True, False])
def test_shellcheck_finds_nothing(key: str, *, seeds: bool) -> None:
    need("shellcheck")
    values = "range(100),'$x `y` \\\\',\"it's\",~,$HOME,a\\,b,'’ “',{b: c},'(*)','\n'"
    if seeds:
        sweep = heracles.parse([f"+b={values},__randseed(2)__", f"--i={values}"])
    else:
        numbers = ["shuffle(range(100))", "range(0,10,0.1)", "str(range(100))", "bool(range(100))", values]
        sweep = heracles.parse([f"+a{i}/b@c={text}" for i, text in enumerate(numbers)])
    scheduler = SCHEDULERS[key]
    own = {"slurm": "--array=1,5", "gridengine": "-t 1-90:2", "pbs": "-J 1-90", "lsf": '-J "x[1-3,5]"', "none": ""}[key]
    headers = [HEADER, f"#!/bin/bash\n{scheduler.prefix} {own}\n"]
    subsets: list[Sweep | Subset] = [sweep, Subset(sweep, [1, 2, 3, 9, 10**4]), Subset(sweep, [*range(12_000), 5] * 6)]
    laid_out = zip(itertools.cycle(headers), subsets, (1, 5, 5), (1, 2, 1), ("p\n", 'p "$@"\n', "p\n"), strict=False)
    for header, runs, pack, parallel, body in laid_out:
        script = JobScript("job.sh", (header + body).encode())
        layout = Array(script, scheduler, runs.size, pack=pack if key != "none" else 1, parallel=parallel)
        content = array_script.content(runs, layout)
        result = subprocess.run(["shellcheck", "-"], input=content, capture_output=True, check=False)
        assert result.stdout.decode() == ""


HUGE = ["z=zip(m=[cnn,vit],b=choice(32,64))", "a=range(1000)", "c=range(0,100,0.2)"]
HUGE_CASES = [["d=range(1000)"], ["e=range(500)", "f=x,y"]]
EVERY_KIND = ["z=shuffle(zip(m=[cnn,vit],dir=choice(r/__run__,'$x/__run(4)__')))", "n=range(20)", "w=expr(n * 3)"]
EVERY_CASE = [["s=__randseed(2)__", "d=range(9)"], ["s=1,2", "f='a b','\n'"], ["s=3"]]
RULES: dict[str, Any] = {"exclude": ["n=2,7 d=3,5"], "where": ["n % 3 != 1 or n > 10"]}


def test_a_sample_of_two_huge_cases() -> None:
    sweep = heracles.parse(HUGE, cases=HUGE_CASES, sample=1000)
    content = compiled(sweep)
    assert len(content) <= 6144
    for number in (0, 1, 500, 999):
        assert received(content, str(number)) == sweep[number]


@pytest.mark.parametrize(
    ("cases", "options"),
    [
        (EVERY_CASE[:1], {}),
        (EVERY_CASE, {}),
        (EVERY_CASE[:1], RULES),
        (EVERY_CASE, RULES),
        ([[], ["x=1"]], {"sample": 9}),
    ],
)
def test_scripts_of_every_kind_of_sweep(cases: list[list[str]], options: dict[str, Any]) -> None:
    sweep = heracles.parse(EVERY_KIND, cases=cases, **options)
    for runs in (sweep, Subset(sweep, [sweep.size - 1, 0])):
        content = compiled(runs)
        assert received(content, "1") == runs[1]
        assert received(content, str(runs.size - 1)) == runs[-1]
        if has("shellcheck"):
            result = subprocess.run(["shellcheck", "-"], input=content, capture_output=True, check=False)
            assert result.stdout.decode() == ""


@pytest.mark.parametrize("body", [f'{NOTE} "$@"\n', f"{NOTE}\n"])
def test_a_case_without_overrides(body: str) -> None:
    sweep = heracles.parse([], cases=[[], ["a=1,2"]])
    content = compiled(sweep, body)
    assert b'${heracles_overrides[@]+"${heracles_overrides[@]}"}' in content  # bash 4.2 calls an empty array unset
    assert [received(content, str(number)) for number in range(3)] == [(), ("a=1",), ("a=2",)]


def test_the_sweep_is_shown_as_a_command_line_has_it() -> None:
    shown = [
        (heracles.parse(["a=1,2"], where=["a > 1"]), "# Sweep: a=1,2 --where 'a > 1'\n"),
        (
            heracles.parse(["a=1"], cases=[["b=2"], ["c=3"]], sample=1),
            "# Sweep: --case a=1 b=2 --case a=1 c=3 --sample 1\n",
        ),
    ]
    for sweep, line in shown:
        assert line in compiled(sweep).decode()


def test_a_sample_of_more_than_a_shell_can_number() -> None:
    axes = ["a=range(2147483648)", "b=range(2147483648)"]
    sweep = heracles.parse(axes, sample=10)
    content = compiled(sweep)
    for number in (0, 9):
        assert received(content, str(number)) == sweep[number]


AGAIN = """\
#!/bin/bash
#SBATCH --array=1-3
if [[ -z ${{INSIDE:-}} ]]; then
    export INSIDE=1
    exec bash "$0"{arguments}
fi
env printf '%s\\0' begin "$SLURM_ARRAY_TASK_ID" "$#"{end}
"""


@pytest.mark.parametrize("pack", [1, 2, 4])
@pytest.mark.parametrize(("arguments", "end"), [("", ""), ("", ' "$@"'), (' "$@"', ' "$@"')])
def test_a_script_that_calls_itself_again(pack: int, arguments: str, end: str) -> None:
    """As those do that go on inside of a container."""
    sweep = heracles.parse(["lr=1,2"])
    script = JobScript("job.sh", AGAIN.format(arguments=arguments, end=end).encode())
    layout = Array(script, SCHEDULERS["slurm"], sweep.size, pack=pack)
    content = array_script.content(sweep, layout)
    shown = "".join(
        run(content, SLURM_ARRAY_TASK_ID=str(task), SLURM_JOB_ID="7").stdout for task in range(layout.tasks)
    )
    parameters = "1" if '"$@"' in arguments + end else "0"
    expected = [(str(i), parameters, *words) for words in sweep for i in (1, 2, 3)]
    assert [tuple(part.split("\0")[1:-1]) for part in shown.split("begin")[1:]] == expected
    # But the array is not submitted from within: each of its tasks would submit it.
    again = run(content, HERACLES_RUN="7:job_hydra.sh 0", SLURM_ARRAY_TASK_ID="0", SLURM_JOB_ID="8", INSIDE="1")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.endswith("run 0 submitted the whole array, not its task alone\n")


@pytest.mark.parametrize(
    "key",
    [
        *("heracles_overrides", "a.heracles_overrides", "--heracles_overrides", "Heracles_Overrides", "heracles_shift"),
        *(
            "run",
            "item",
            "ids",
            "place",
            "reply",
            "REPLY",
            "local",
            "then",
            "do",
            "if",
            "time",
            "function",
            "shellcheck",
        ),
        *("UID", "IFS", "SECONDS", "_", "a-b", "x" * 300, "x.0.1"),
    ],
)
def test_keys_that_mean_something_to_bash(key: str) -> None:
    sweep = heracles.parse(
        [f"{key}=1,2,3", "y=range(3,90),shuffle(b,c),__randseed__", f"z.{key.strip('-')}=range(0,20,0.25)"]
    )
    content = compiled(sweep)
    for number in (0, 1, sweep.size // 2, sweep.size - 1):
        assert received(content, str(number), REPLY="x", run="y", item="z", place="w") == sweep[number]
    if has("shellcheck"):
        result = subprocess.run(["shellcheck", "-"], input=content, capture_output=True, check=False)
        assert result.stdout.decode() == ""


@pytest.mark.parametrize("setting", ["readonly run=5", "readonly heracles_overrides=5"])
def test_what_cannot_be_worked_out_is_not_run(tmp_path: Path, setting: str) -> None:
    (tmp_path / "env").write_text(f"{setting}\n")
    result = run(compiled(heracles.parse(["lr=1,2", "x=3,4"])), "1", BASH_ENV=str(tmp_path / "env"))
    assert (result.stdout, result.returncode != 0) == ("", True)


@pytest.mark.parametrize("pack", [1, 3])
def test_runs_inherit_what_the_user_exported(pack: int) -> None:
    names = [*sorted(RUNTIME), "REPLY", "lr"]
    variables = {name: name.upper() for name in names}
    shown = f'while IFS= read -r line; do [[ ! $line =~ ^({"|".join(names)})= ]] || echo "$line"; done'
    body = f'env | {shown}; printf "%s\\n" "$@" end\n'
    result = run(packed(body, ["lr=1,2,3"], pack, 1), SLURM_ARRAY_TASK_ID="0", **variables)
    inherited = sorted(f"{name}={value}\n" for name, value in variables.items())
    runs = [sorted(part.splitlines(keepends=True)) for part in result.stdout.split("end\n")[:-1]]
    assert runs == [sorted([*inherited, f"lr={number}\n"]) for number in range(1, pack + 1)]


@pytest.mark.parametrize(
    "options",
    [{"LC_ALL": "zh_CN.GBK"}, {"BASHOPTS": "compat31"}, {"SHELLOPTS": "histexpand"}, {"POSIXLY_CORRECT": "1"}],
)
def test_odd_shells(options: dict[str, str]) -> None:
    sweep = heracles.parse(["v='你\\\\x','你`x','a!b','!!','你$x“'", "w=1,2"])
    for pack in (1, 3):
        content = packed(f'{NOTE} "$@"\n', ["v='你\\\\x','你`x','a!b','!!','你$x“'", "w=1,2"], pack)
        assert run(content, "7", **options).stdout == "\0".join(["begin", *sweep[7], ""])
        shown = run(content, SLURM_ARRAY_TASK_ID="1", **options).stdout
        assert shown == "".join("\0".join(["begin", *words, ""]) for words in sweep[pack : 2 * pack])


def test_an_interactive_bash_expands_no_exclamation_mark(tmp_path: Path) -> None:
    sweep = heracles.parse(["lr='a!b','!!'"])
    path = tmp_path / "job_hydra.sh"
    path.write_bytes(compiled(sweep))
    for number, words in enumerate(sweep):
        shown = subprocess.run(
            ["bash", "-i", path, str(number)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
        ).stdout
        assert shown.split("\0")[1:-1] == list(words)


def test_lsf_gives_every_job_an_index() -> None:
    script = JobScript("job.sh", f"#!/bin/bash\n#BSUB -J x[1-3]\n{NOTE}\n".encode())
    sweep = heracles.parse(["lr=1,2"])
    for pack in (1, 2):
        content = array_script.content(sweep, Array(script, SCHEDULERS["lsf"], 2, pack=pack))
        assert run(content, LSB_JOBINDEX="0").returncode == 2


def test_what_does_not_fit_together() -> None:
    sweep = heracles.parse(["a=range(100)"])
    for numbers in ([-1], [100], range(90, 110), range(5, -5, -1)):
        with pytest.raises(IndexError, match="a run number is out of range: the sweep has 100 runs, from 0"):
            Subset(sweep, numbers)
    script = JobScript("job.sh", f"{HEADER}prog\n".encode())
    with pytest.raises(ValueError, match="the array is laid out for 9 runs, not for 3"):
        array_script.content(Subset(sweep, [1, 2, 3]), Array(script, SCHEDULERS["slurm"], 9))


@pytest.mark.parametrize("name", ["a'b.sh", "a\\nb\n.sh", "“x”.sh", "-x.sh", "é \udcff.sh", "$(x).sh", "!!.sh"])
def test_odd_names(name: str, tmp_path: Path) -> None:
    script = JobScript(name, f"{HEADER}{NOTE}\n".encode())
    sweep = heracles.parse(["lr=1,2,3"])
    for pack in (1, 3):
        content = array_script.content(sweep, Array(script, SCHEDULERS["slurm"], 3, pack=pack))
        assert received(content, "2") == ("lr=3",)
        result = run(content)
        assert (result.returncode, result.stdout, result.stderr.startswith("usage: bash ")) == (2, "", True)
        assert result.stderr.count("\n") == 1
        if has("shellcheck"):
            checked = subprocess.run(["shellcheck", "-"], input=content, capture_output=True, check=False)
            assert checked.stdout.decode() == ""
    layout = Array(script, SCHEDULERS["none"], 3)
    (tmp_path / os.fsencode(Siblings(name).array_script).decode(errors="surrogateescape")).write_bytes(
        array_script.content(sweep, layout)
    )
    if has("GNU parallel"):
        (line,) = preview.submit_lines(layout, Siblings(name).array_script)
        command = line.removeprefix("Run it with: ")
        shown = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=True).stdout
        assert sorted(shown.decode().split("\0")[1::2]) == ["lr=1", "lr=2", "lr=3"]


@pytest.mark.parametrize("names", ["bc", "bcd", "dba", "bd"])
def test_cases_that_the_rules_leave_empty(names: str) -> None:
    cases = [[f"m={name}", "k=1,2"] for name in names]
    sweep = heracles.parse(["s=1,2"], cases=cases, exclude=["m=a", "m=d"])
    content = compiled(sweep)
    assert [received(content, str(number)) for number in range(sweep.size)] == list(sweep)


@pytest.mark.parametrize(
    ("overrides", "lines", "size"),
    [
        (["a=1,2"], 74, 3500),
        (["a=range(1000)", "b=range(1000)", "c=range(1000)"], 74, 4096),
        (["a=range(1000)", "b=x,y", "s=shuffle(range(1000))", "c=range(0,100,0.2)"], 96, 4352),
    ],
)
def test_the_script_is_short(overrides: list[str], lines: int, size: int) -> None:
    sweep = heracles.parse(overrides)
    script = JobScript("timed.sh", b"#!/bin/bash\n#SBATCH --time=1:00:00\npython main.py\n")
    records = "/tmp/some-folder/timed_hydra.exits"
    layout = Array(script, SCHEDULERS["slurm"], sweep.size, records=records, key="0123456789abcdef")
    content = array_script.content(sweep, layout)
    assert content.count(b"\n") <= lines
    assert len(content) <= size
