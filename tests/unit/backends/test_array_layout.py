"""How runs are laid out over arrays, and what schedulers are told: exact texts where there is none to ask."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles import HeraclesError, ScriptError
from heracles.backends import array_script
from heracles.backends.array_layout import Array
from heracles.cli.views import preview
from heracles.schedulers.indices import indices
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript

KEYS = [key for key, scheduler in SCHEDULERS.items() if scheduler.task]


def script(*directives: str, path: str = "job.sh", body: str = "prog\n") -> JobScript:
    return JobScript(path, "\n".join(["#!/bin/bash", *directives, body]).encode())


@given(st.sampled_from(KEYS), st.integers(1, 500), st.integers(1, 50), st.integers(1, 60), st.integers(0, 9))
def test_the_parts_have_each_task_once(key: str, runs: int, most: int, pack: int, throttle: int) -> None:
    scheduler = SCHEDULERS[key]
    layout = Array(script(), scheduler, runs, pack=pack, most=max(most, scheduler.fewest + 1), throttle=throttle)
    parts = list(layout.parts())
    starts = [0, *itertools.accumulate(part.size for part in parts)]
    assert [part.start for part in parts] == starts[:-1]
    assert starts[-1] == layout.tasks == -(-runs // pack)
    assert len(parts) == layout.submissions
    assert all(scheduler.fewest <= part.size <= layout.limit or layout.tasks == 1 for part in parts)
    assert sum(part.size < layout.limit for part in parts) <= scheduler.fewest
    for part in parts if layout.tasks > 1 else []:
        ids = scheduler.indices(part.words[-1].removeprefix("--array=") if "-tc" not in part.words else part.words[1])
        assert ids is not None
        shift = part.start if scheduler.offset == "index" else 0
        assert (ids.first, ids.last) == (scheduler.base + shift, scheduler.base + shift + part.size - 1)
        assert ids.throttle == (throttle if key != "gridengine" else 0)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=4))
def test_ids_are_a_sorted_set(parts: list[tuple[int, int, int]]) -> None:
    text = ",".join(f"{first}-{first + more}:{step}" for first, more, step in parts)
    expected = sorted({i for first, more, step in parts for i in range(first, first + more + 1, step)})
    ids = indices(text)
    assert ids is not None
    assert [i for part in ids.ranges for i in part] == expected
    assert (ids.size, ids.first, ids.last, ids.step) == (len(expected), expected[0], expected[-1], parts[-1][2])
    again = indices(str(ids))
    assert again is not None
    assert [i for part in again.ranges for i in part] == expected


DIALECTS = {
    "slurm": ("#SBATCH --array=0-5%2", "sbatch --array=0-3%2 job_hydra.sh", "sbatch --array=0-1%2 job_hydra.sh +4"),
    "gridengine": (
        "#$ -t 1-6 -tc 2\n#$ -S /bin/bash",
        "qsub -t 1-4 -tc 2 job_hydra.sh",
        "qsub -t 5-6 -tc 2 job_hydra.sh",
    ),
    "pbs": ("#PBS -J 0-5%2", "qsub -J 0-3%2 job_hydra.sh", "qsub -J 4-5%2 job_hydra.sh"),
    "lsf": (
        '#BSUB -J "job[1-6]%2"',
        "bsub -J 'job[1-4]%2' < job_hydra.sh",
        "sed s/^heracles_offset=-1$/heracles_offset=3/ job_hydra.sh | bsub -J 'job[1-2]%2'",
    ),
}


@pytest.mark.parametrize("key", KEYS)
def test_dialects(key: str) -> None:
    sweep = heracles.parse(["a=1,2,3", "b=x,y"])
    directive, first, second = DIALECTS[key]
    layout = Array(script(), SCHEDULERS[key], sweep.size, throttle=2)
    lines = array_script.content(sweep, layout).decode()
    assert lines.startswith(f"#!/bin/bash\n{directive}\n\n# Made by Heracles ")
    parts = Array(script(), SCHEDULERS[key], sweep.size, throttle=2, most=4)
    assert list(preview.submit_lines(parts, "job_hydra.sh")) == ["Submit it with:", f"  {first}", f"  {second}"]


@pytest.mark.parametrize(
    ("key", "own", "expected", "restored"),
    [
        (
            "gridengine",
            "#$ -cwd -t 1-90:2 -tc 7",
            "#$ -cwd -tc 7\n#$ -t 1-90\n",
            "SGE_TASK_LAST=90 SGE_TASK_STEPSIZE=2",
        ),
        ("pbs", "#PBS -J 10-14:2%3", "#PBS -J 0-5%3\n", "export PBS_ARRAY_INDEX=$((10 + 2 * (item % 3)))"),
        (
            "lsf",
            '#BSUB -J "x[1,5-9:2]%3" -q q',
            '#BSUB -q q\n#BSUB -J "x[1-8]%3"\n',
            "local tasks=(1 {5..9..2})",
        ),
    ],
)
def test_own_arrays(key: str, own: str, expected: str, restored: str) -> None:
    sweep = heracles.parse(["a=1,2"])
    text = array_script.content(sweep, Array(script(own), SCHEDULERS[key], 2)).decode()
    assert text.startswith(f"#!/bin/bash\n{expected}")
    assert restored in text


def test_a_single_run_is_no_array_for_pbs() -> None:
    sweep = heracles.parse(["a=1"])
    text = array_script.content(sweep, Array(script(), SCHEDULERS["pbs"], 1)).decode()
    assert "#PBS" not in text
    assert " heracles_offset=0\n" in text
    assert " heracles_task=${PBS_ARRAY_INDEX:--}\n" in text
    parts = Array(script(), SCHEDULERS["pbs"], 7, most=3).parts()
    assert [part.words for part in parts] == [("-J", "0-2"), ("-J", "3-4"), ("-J", "5-6")]
    for most in (1, 2):
        with pytest.raises(HeraclesError) as caught:
            Array(script(), SCHEDULERS["pbs"], 5, most=most)
        assert str(caught.value) == "PBS accepts no array of one task: allow 3 or more tasks"


def test_grid_engine_has_its_own_ideas_of_names_and_shells() -> None:
    sweep = heracles.parse(["a=1,2"])

    def header(*directives: str, path: str = "job.sh", first: str = "#!/bin/bash") -> str:
        text = "\n".join([first, *directives, "prog\n"])
        content = array_script.content(
            sweep, Array(JobScript(path, text.encode()), SCHEDULERS["gridengine"], 2)
        ).decode()
        return content.partition("\n\n")[0]

    assert header(path="my job.sh") == "#!/bin/bash\n#$ -t 1-2\n#$ -S /bin/bash\n#$ -N my_job"
    assert header(path="1.sh") == "#!/bin/bash\n#$ -t 1-2\n#$ -S /bin/bash\n#$ -N _1"
    assert header("#$ -N x -S /opt/bash", path="my job.sh") == "#!/bin/bash\n#$ -N x -S /opt/bash\n#$ -t 1-2"
    assert header(first="#!/opt/bin/bash -l") == "#!/opt/bin/bash -l\n#$ -t 1-2\n#$ -S /opt/bin/bash"


def test_the_name_of_an_lsf_array() -> None:
    sweep = heracles.parse(["a=1,2"])
    text = array_script.content(sweep, Array(script("#BSUB -J train -n 1"), SCHEDULERS["lsf"], 2)).decode()
    assert text.startswith('#!/bin/bash\n#BSUB -n 1\n#BSUB -J "train[1-2]"\n')


@pytest.mark.parametrize("key", ["gridengine", "lsf"])
def test_an_array_in_a_text_of_the_scripts_is_refused(key: str) -> None:
    option = {"gridengine": "#$ -t 1-5", "lsf": "#BSUB -J x[1-5]"}[key]
    text = script(body=f"cat > inner.sh <<'EOF'\n{option}\nEOF\nprog\n")
    with pytest.raises(ScriptError) as caught:
        Array(text, SCHEDULERS[key], 2)
    name = SCHEDULERS[key].name
    assert str(caught.value).startswith(
        f"job.sh, line 3: {name} reads this as a directive of the job itself, though it is part of a text\n  {option}\n"
    )


@pytest.mark.parametrize("lines", [("#$ -t 1-9", "#$ -tc 2"), ("#$ -tc 2", "#$ -t 1-9"), ("#$ -tc 2 -t 1-9",)])
def test_a_throttle_replaces_the_scripts_own(lines: tuple[str, ...]) -> None:
    sweep = heracles.parse(["a=1,2"])
    text = array_script.content(sweep, Array(script(*lines), SCHEDULERS["gridengine"], 2, throttle=7)).decode()
    assert text.startswith("#!/bin/bash\n#$ -t 1-18 -tc 7\n#$ -S /bin/bash\n\n")
    text = array_script.content(sweep, Array(script(*lines), SCHEDULERS["gridengine"], 2)).decode()
    assert "-tc 2" in text


@pytest.mark.parametrize(
    ("directive", "size"),
    [("-Ha1-3", 3), ("-HQa 1-3", 3), ("-Oa=1-3", None), ("-Ja", 1), ("-N1-3", 1), ("--arr=1-3", 3), ("--a=1", 1)],
)
def test_spellings_of_an_array(directive: str, size: int | None) -> None:
    try:
        layout = Array(script(f"#SBATCH {directive}"), SCHEDULERS["slurm"], 1)
    except ScriptError as error:
        assert size is None
        assert "this array cannot be read" in error.message
    else:
        assert layout.tasks == size


@pytest.mark.parametrize("text", ["1-90%1-5", "1-99999999,5", "1-2,1-999999999"])
def test_odd_arrays(text: str) -> None:
    assert indices(text) is None


@pytest.mark.parametrize(
    ("key", "command", "word"),
    [
        ("gridengine", "ssh -t login qsub -cwd", ""),
        ("pbs", "ssh -J jump login qsub", ""),
        ("slurm", "ssh -a login sbatch --comment -abc", ""),
        ("slurm", "ssh -a login sbatch -a 1-3", "-a"),
        ("slurm", "sbatch -a1-3", "-a1-3"),
        ("slurm", "/usr/bin/sbatch -p x --array 3", "--array"),
        ("gridengine", "qsub -tc 5 -t 1-3", "-t"),
        ("lsf", "bsub -J name", ""),
        ("lsf", "bsub -J name[1-3]", "-J"),
        ("lsf", "bsub -Jname[1-3]", "-Jname[1-3]"),
    ],
)
def test_arrays_that_commands_ask_for(key: str, command: str, word: str) -> None:
    assert SCHEDULERS[key].array_word_in(command.split()) == word
