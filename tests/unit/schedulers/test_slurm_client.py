"""The client for Slurm reads what four versions of it printed, and nothing that a site adds disturbs it."""

import itertools
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import GOLDEN
from unit.schedulers.recorded import Calls, slurm

from heracles.schedulers.client import Full, Job, OutcomeUnknown, Rejected, State, SubmitCall, Tasks, Unreachable
from heracles.schedulers.clients import connect
from heracles.schedulers.process import Ended
from heracles.schedulers.registry import SCHEDULERS

SLURM = SCHEDULERS["slurm"]
VERSIONS = ["20.11", "22.05", "24.11", "26.05"]
JOBS = [Job(str(number)) for number in range(1, 30)]
FIRST = {"20.11": 2, "22.05": 1, "24.11": 1, "26.05": 1}
"""The id of the first job: an array of 0-11; after it one of 13 tasks on hold, and three jobs that are no arrays."""

Row = tuple[State, int | None, str, str]


def answer(version: str, name: str) -> str:
    return (GOLDEN / "answers" / "slurm" / version / name).read_text()


def fine(text: str) -> Ended:
    return Ended(0, text, "")


def rows(tasks: Sequence[Tasks], first: int) -> dict[tuple[int, int | None], Row]:
    """Return the state, exit code, reason and node of each task; the first job is 0."""
    return {
        (int(each.job.id) - first, task): (each.state, each.code, each.reason, each.node)
        for each in tasks
        for task in each.each_id()
    }


def killed(version: str, signal: int, name: str) -> Row:
    is_old = version in ("20.11", "22.05")
    return State.FAILED, 128 + signal, "JobLaunchFailure" if is_old else f"RaisedSignal:{signal}({name})", "node0"


def queued(version: str) -> dict[tuple[int, int | None], Row]:
    """What became of the jobs by the time of the recording: exit codes 0, 3, kill -9, exit code 137, SEGV, ..."""
    held = [1, 3, 5, 6, 7, 8, 9, 20, 24, 28, 32, 36, 40]
    return {
        (0, 0): (State.DONE, 0, "", "node0"),
        (0, 1): (State.FAILED, 3, "NonZeroExitCode", "node0"),
        (0, 2): killed(version, 9, "Killed"),
        (0, 3): (State.FAILED, 137, "NonZeroExitCode", "node0"),
        (0, 4): killed(version, 11, "Segmentation fault"),
        (0, 5): (State.RUNNING, None, "", "node0"),
        (0, 6): (State.CANCELLED, 143, "", "node0"),
        (0, 7): (State.PENDING, None, "BeginTime", ""),
        (0, 8): (State.PENDING, None, "job requeued in held state", ""),
        (0, 9): (State.RUNNING, None, "", "node1" if version == "20.11" else "node0"),
        (0, 10): (State.RUNNING, None, "", "node0"),
        (0, 11): (State.RUNNING, None, "", "node0"),
        **{(1, task): (State.PENDING, None, "JobHeldUser", "") for task in held},
        (2, None): (State.RUNNING, None, "", "node1"),
        (3, None): (State.FAILED, 7, "NonZeroExitCode", "node1"),
        (4, None): (State.PENDING, None, "BeginTime", ""),
    }


@pytest.mark.parametrize("name", ["squeue_states.txt", "squeue_array.txt"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_queue(version: str, name: str) -> None:
    text = answer(version, name)
    found = slurm({"squeue": fine(text)}).states(JOBS, with_past=False)
    assert (found.knows_past, found.is_current) == (True, True)
    assert rows(found.tasks, FIRST[version]) == queued(version)
    assert [(each.job.id, each.task_job_id) for each in found.tasks] == [
        (columns[0], columns[2]) for columns in (line.split("#") for line in text.splitlines())
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_queue_after_the_time_limit(version: str) -> None:
    found = rows(
        slurm({"squeue": fine(answer(version, "squeue_timeout.txt"))}).states(JOBS, with_past=False).tasks,
        FIRST[version],
    )
    for task in (5, 10, 11):
        assert found[0, task] == (State.TIMED_OUT, 143, "TimeLimit", "node0")
    assert (found[0, 9][0] is State.RUNNING) == (version == "26.05")  # where it was suspended


@pytest.mark.parametrize("version", VERSIONS)
def test_the_queue_after_a_cancellation(version: str) -> None:
    """Of what was cancelled while it was pending, it has no line."""
    text = answer(version, "squeue_after_scancel.txt")
    found = rows(slurm({"squeue": fine(text)}).states(JOBS, with_past=False).tasks, FIRST[version])
    before = queued(version)
    assert {task: found[task] for task in before if task[0] == 0 and task[1] in range(7) and task[1] != 5} == {
        (0, task): before[0, task] for task in (0, 1, 2, 3, 4, 6)
    }
    assert found[3, None] == before[3, None]
    assert not any(found.get((1, task), before[3, None])[0] is State.PENDING for task in (1, 2, 3))


@pytest.mark.parametrize("version", VERSIONS)
def test_only_the_wanted_jobs_are_returned(version: str) -> None:
    job = Job(str(FIRST[version] + 3))
    found = slurm({"squeue": fine(answer(version, "squeue_states.txt"))}).states([job], with_past=False)
    assert found.tasks == [Tasks(job, None, State.FAILED, 7, "NonZeroExitCode", job.id, "node1")]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_token(version: str) -> None:
    client = slurm({"squeue": fine(answer(version, "squeue_token.txt"))})
    assert client.find(["t.0", "t.1"]) == {"t.0": Job(str(FIRST[version]))}
    assert client.find(["t", "0", "t.00"]) == {}


def past(high: int) -> dict[tuple[int, int | None], Row]:
    """What accounting knows that is the same in all recordings, with its code for exit code 137."""
    ends: list[tuple[State, int | None]] = [
        (State.DONE, 0),
        (State.FAILED, 3),
        (State.FAILED, 137),
        (State.FAILED, high),
        (State.FAILED, 139),
    ]
    ends += [(State.TIMED_OUT, None), (State.CANCELLED, None)]
    return {
        **{(0, task): (state, code, "", "node0") for task, (state, code) in enumerate(ends)},
        (0, 7): (State.PENDING, None, "", ""),
        (0, 8): (State.PENDING, None, "", ""),
        (0, 10): (State.TIMED_OUT, None, "", "node0"),
        (0, 11): (State.TIMED_OUT, None, "", "node0"),
        (2, None): (State.RUNNING, None, "", "node1"),
        (3, None): (State.FAILED, 7, "", "node1"),
        (4, None): (State.PENDING, None, "", ""),
    }


def accounted(version: str, as_json: Ended) -> dict[tuple[int, int | None], Row]:
    def sacct(words: tuple[str, ...]) -> Ended:
        return as_json if "--json" in words else fine(answer(version, "sacct.txt"))

    found = slurm({"squeue": fine(""), "sacct": sacct}).states(JOBS, with_past=True)
    assert found.knows_past
    return rows(found.tasks, FIRST[version])


@pytest.mark.parametrize("version", VERSIONS)
def test_accounting(version: str) -> None:
    found = accounted(version, Ended(1, "", "sacct: error: no JSON here"))
    expected = past(137 if version == "26.05" else 9)
    assert {task: found[task] for task in expected} == expected
    assert {state for task, (state, *_) in found.items() if task[0] == 1} <= {
        State.TIMED_OUT,
        State.RUNNING,
        State.CANCELLED,
    }


def test_accounting_says_whose_a_job_is_and_when_it_was_submitted() -> None:
    lines = [
        "7_0|70|COMPLETED|0:0|node0|1700000000|a|b heracles=t.0",
        "7_1|71|COMPLETED|0:0|node0|2023-11-14T22:13:20|",
        "7_2|72|COMPLETED|0:0|node0|Unknown|mine",
        "7_3|73|COMPLETED|0:0|node0",
    ]
    found = slurm({"squeue": fine(""), "sacct": fine("\n".join(lines))}).states([Job("7")], with_past=True).tasks
    assert [(each.token, each.submitted) for each in found] == [
        ("t.0", 1700000000),
        (None, None),
        (None, None),
        (None, None),
    ]


def test_accounting_of_a_suspended_task() -> None:
    assert accounted("26.05", fine(""))[0, 9] == (State.RUNNING, None, "", "node0")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("is_object", [False, True])
def test_an_exit_code_above_127_is_told_by_the_json(version: str, is_object: bool) -> None:  # noqa: FBT001
    first = FIRST[version]
    jobs = {str(first + 3): 7, str({1: 7, 2: 8}[first]): 3, str({1: 9, 2: 10}[first]): 137}
    text = json.dumps(
        {
            "jobs": [
                {"job_id": int(job), "exit_code": {"return_code": {"set": True, "number": code} if is_object else code}}
                for job, code in jobs.items()
            ]
        }
    )
    found = accounted(version, fine(text))
    expected = past(137)
    assert {task: found[task] for task in expected} == expected


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_recorded_json(version: str) -> None:
    calls: Calls = []

    def sacct(words: tuple[str, ...]) -> Ended:
        return fine(answer(version, "sacct.json") if "--json" in words else "4|4|FAILED|7:0|node1\n5|5|FAILED|0:9|n\n")

    found = slurm({"squeue": fine(""), "sacct": sacct}, calls).states([Job("4"), Job("5")], with_past=True)
    assert [each.code for each in found.tasks] == [7, 137]
    assert calls[-1] == ("sacct", "-X", "--json", "-j", "4")


def test_what_jobs_have_cost() -> None:
    calls: Calls = []
    lines = (
        "3600|billing=8,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=8G,node=1\n60|cpu=4,node=1\n40|cpu=1\n0|\n|cpu=9\nnoise\n"
    )
    client = slurm({"sacct": fine(lines)}, calls)
    assert client.spent([Job("4"), Job("5", "far")]) == {"GPU": 2 * 7_200, "CPU": 2 * 280}
    words = ("sacct", "-X", "-n", "-P", "-D", "--format=ElapsedRaw,AllocTRES", "-j")
    assert calls == [(*words, "4"), ("sacct", "--clusters=far", *words[1:], "5")]
    assert slurm({"sacct": Ended(1, "", "Slurm accounting storage is disabled\n")}).spent(JOBS) is None
    assert slurm({"sacct": fine("")}).spent(JOBS) == {}


def test_there_is_no_accounting() -> None:
    text = "Slurm accounting storage is disabled\n"
    found = slurm({"squeue": fine(""), "sacct": Ended(1, "", text)}).states(JOBS, with_past=True)
    assert (found.tasks, found.knows_past) == ([], False)


@pytest.mark.parametrize("noise", ["Welcome to cluster7\n", "#\n", "1\n", "1#\n", "##########\n", "1#x#y\n", "|||\n"])
@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_site_adds_disturbs_nothing(version: str, noise: str) -> None:
    text, of_token = answer(version, "squeue_states.txt"), answer(version, "squeue_token.txt")
    wanted = [Job(str(FIRST[version] + 3))]
    for place in ("before", "after"):

        def noisy(text: str, place: str = place) -> Ended:
            return fine(noise + text if place == "before" else text + noise)

        found = slurm({"squeue": noisy(text), "sacct": noisy("")}).states(wanted, with_past=True)
        assert [each.code for each in found.tasks] == [7]
        assert slurm({"squeue": noisy(of_token)}).find(["t.0"]) == {"t.0": Job(str(FIRST[version]))}


def test_missing_columns_are_empty() -> None:
    for count in range(1, 7):
        line = "#".join(["7", "1", "9", "FAILED", "768", "node0", "Reason"][:count])
        found = slurm({"squeue": fine(line + "\n")}).states([Job("7")], with_past=False).tasks
        assert len(found) == 1
        assert found[0].state is (State.FAILED if count > 3 else State.UNKNOWN)
        assert found[0].code == (3 if count > 4 else None)


STATUS = st.one_of(
    st.text("0123456789:", max_size=8), st.text(max_size=8), st.sampled_from(["²:0", "٣", "9" * 5000, "0:999999999999"])
)
FIELD = st.one_of(st.text("0123456789,-_[]%:.N/A", max_size=12), st.text(max_size=8), STATUS)
LINE = st.one_of(
    st.text(max_size=60),
    st.builds(lambda fields: "#".join(["7", *fields]), st.lists(FIELD, max_size=8)),
    st.builds(lambda fields: "|".join(["7_1", *fields]), st.lists(FIELD, max_size=6)),
    st.just("CLUSTER: other"),
    st.builds("7#{} heracles=t.0".format, st.text(max_size=5)),
)
TEXT = st.builds("\n".join, st.lists(LINE, max_size=6))


@given(TEXT, st.sampled_from([0, 1, -9, -35, None]), st.text(max_size=40))
@example("7#1#1#FAILED#²#n#r", 0, "")
@example("7#1#1#FAILED#" + "9" * 5000 + "#n#r", 0, "")
def test_whatever_is_printed_the_worst_is_unreachable(output: str, code: int | None, errors: str) -> None:
    ended = Ended(code, output, errors)
    client = slurm(dict.fromkeys(("squeue", "sacct", "scontrol", "scancel"), ended))
    job = Job("7")
    for ask in (
        lambda: client.find(["t.0"]),
        lambda: client.states([job], with_past=True),
        lambda: client.release([job, Job("8", "other")]),
        lambda: client.cancel([(job, None)]),
        client.limits,
    ):
        try:
            ask()
        except Unreachable as problem:
            assert str(problem)


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["jobs", "exit_code", "return_code", "number", "job_id"]), inner)
        ),
        max_leaves=20,
    )
)
@example({"jobs": [{"job_id": 7, "exit_code": {"return_code": float("inf")}}]})
def test_json_of_any_form(value: object) -> None:
    text = json.dumps(value)

    def sacct(words: tuple[str, ...]) -> Ended:
        return fine(text if "--json" in words else "7|7|FAILED|9:0|n\n")

    found = slurm({"squeue": fine(""), "sacct": sacct}).states([Job("7")], with_past=True)
    assert found.tasks == [Tasks(Job("7"), None, State.FAILED, 9, "", "7", "n")]


def calls_of(version: str, program: str) -> list[tuple[list[str], str, int]]:
    """Return the recorded calls of a program: its words, what it printed, its exit code."""
    found = re.findall(rf"^\$ {program} (.*)\n((?:.*\n)*?)\[rc=(\d+)\]$", answer(version, "calls.txt"), re.MULTILINE)
    return [(words.split(), output, int(code)) for words, output, code in found]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_release(version: str) -> None:
    """A job that has ended, or is not known, stays on hold no more; the recording has no job that is on hold."""
    released = {}
    for words, output, code in calls_of(version, "scontrol"):
        client = slurm({"scontrol": Ended(code, "", output)})
        released[words[1]] = not client.release([Job(words[1])])
    first = FIRST[version]
    assert released == {
        str(first + 3): True,
        "999999": True,
        str(first): version != "26.05",  # where one task was suspended
        f"{first + 1},999999": True,
    }


def test_a_release_is_tried_one_by_one() -> None:
    calls: Calls = []

    def scontrol(words: tuple[str, ...]) -> Ended:
        return Ended(0 if words[-1] == "8" else 1, "", "slurm_suspend error: Access/permission denied\n")

    assert slurm({"scontrol": scontrol}, calls).release([Job("7"), Job("8")]) == [Job("7")]
    assert [call[-1] for call in calls] == ["7,8", "7", "8"]


@pytest.mark.parametrize("version", VERSIONS)
def test_submissions(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What sbatch printed is what a stand-in prints, once with its output and once with its errors."""
    for words, output, code in calls_of(version, "sbatch"):
        lines = output.splitlines(keepends=True)
        stdout = "".join(line for line in lines if line.startswith("Submitted"))
        errors = "".join(line for line in lines if not line.startswith("Submitted"))
        sbatch(tmp_path, stdout, errors, code)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        client = connect(SLURM, SLURM.submit_options(["sbatch", *words[:-1]]), timeout=30)
        if code:
            with pytest.raises(Rejected) as caught:
                client.submit(SubmitCall(words[-1]), "t.0")
            assert not isinstance(caught.value, Full)
        else:
            assert client.submit(SubmitCall(words[-1]), "t.0") == Job(stdout.split()[-1])


def sbatch(folder: Path, output: str, errors: str, code: int = 0, then: str = "") -> None:
    """Write a stand-in for sbatch."""
    program = f"import sys, time\nsys.stdout.write({output!r})\nsys.stderr.write({errors!r})\n"
    program += f"sys.stdout.flush()\nsys.stderr.flush()\n{then}\nsys.exit({code})\n"
    (folder / "sbatch").write_text(f"#!{sys.executable} -IS\n{program}")
    (folder / "sbatch").chmod(0o755)


@pytest.mark.parametrize(
    "errors",
    [
        "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying\n",
        "sbatch: error: Slurm job queue full, sleeping and retrying\n",
    ],
)
def test_a_full_queue_is_not_waited_for(errors: str, tmp_path: Path) -> None:
    sbatch(tmp_path, "", errors, then="time.sleep(600)")
    client = connect(SLURM, SLURM.submit_options([str(tmp_path / "sbatch")]), timeout=60)
    with pytest.raises(Full) as caught:
        client.submit(SubmitCall("a.sh"), "t.0")
    assert str(caught.value) == "Slurm accepts no more jobs now, and a.sh was not submitted"


@pytest.mark.parametrize(
    "errors",
    [
        "sbatch: error: Batch job submission failed: MaxJobCount limit reached\n",
        "sbatch: error: Batch job submission failed: Resource temporarily unavailable\n",
        "sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates "
        "accounting/QOS policy (job submit limit, user's size and/or time limits)\n",
    ],
)
def test_a_limit_is_reached(errors: str, tmp_path: Path) -> None:
    sbatch(tmp_path, "", errors, 1)
    client = connect(SLURM, SLURM.submit_options([str(tmp_path / "sbatch")]), timeout=60)
    with pytest.raises(Full):
        client.submit(SubmitCall("a.sh"), "t.0")


@pytest.mark.parametrize(("known", "expected"), [("59#heracles=t.0#\n58#heracles=t.1#\n", Job("59")), ("", None)])
@pytest.mark.parametrize("output", ["59\n4242\n", "4242\n59\n", "quota left: 3\n59\n4242\n"])
def test_a_number_of_a_wrapper_is_not_taken_for_the_job(
    output: str, known: str, expected: Job | None, tmp_path: Path
) -> None:
    sbatch(tmp_path, output, "")
    shown: list[str] = []
    options = SLURM.submit_options([str(tmp_path / "sbatch")])
    for name in ("squeue", "scontrol"):
        (tmp_path / name).write_text(f"#!/bin/sh\nprintf '{known}'\n")
        (tmp_path / name).chmod(0o755)
    client = connect(SLURM, options, timeout=30, show=lambda text, _: shown.append(text))
    assert client.can_hold
    assert client.submit(SubmitCall("a.sh"), "t.0") == expected
    lines = output.splitlines(keepends=True)
    ids = ["59\n"] if expected else ["59\n", "4242\n"]
    assert shown == ["".join(line for line in lines if line not in ids)]


def test_a_number_of_a_wrapper_without_a_queue_to_ask(tmp_path: Path) -> None:
    sbatch(tmp_path, "59\n4242\n", "")
    client = connect(SLURM, SLURM.submit_options([str(tmp_path / "sbatch")]), timeout=30)
    assert not client.can_hold
    assert client.submit(SubmitCall("a.sh"), "t.0") is None


def test_the_same_id_twice_is_no_doubt(tmp_path: Path) -> None:
    sbatch(tmp_path, "59;c\nSubmitted batch job 59 on cluster c\n", "")
    client = connect(SLURM, SLURM.submit_options([str(tmp_path / "sbatch")]), timeout=30)
    assert client.submit(SubmitCall("a.sh"), "t.0") == Job("59", "c")


def test_an_id_and_a_failure_leave_it_unknown(tmp_path: Path) -> None:
    sbatch(tmp_path, "59\n", "", 1)
    client = connect(SLURM, SLURM.submit_options([str(tmp_path / "sbatch")]), timeout=30)
    with pytest.raises(OutcomeUnknown):
        client.submit(SubmitCall("a.sh"), "t.0")


@pytest.mark.parametrize("extra", [["--comment=mine"], ["--comment", "mine"], ["--comm=first", "--comment=mine"]])
def test_a_comment_of_a_retry_keeps_the_token(extra: list[str], tmp_path: Path) -> None:
    (tmp_path / "sbatch").write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {tmp_path}/words\necho 7\n")
    (tmp_path / "sbatch").chmod(0o755)
    options = SLURM.submit_options([str(tmp_path / "sbatch"), "--comment=old"], "#!/bin/sh\n#SBATCH --comment=older\n")
    connect(SLURM, options.with_extra(extra), timeout=30).submit(SubmitCall("a.sh"), "t.0")
    words = (tmp_path / "words").read_text().splitlines()
    assert words[-2:] == ["--comment=mine heracles=t.0", "a.sh"]


CANCELLED = st.lists(
    st.tuples(
        st.builds(Job, st.integers(1, 9).map(str), st.sampled_from(["", "c"])),
        st.none()
        | st.lists(st.builds(range, st.integers(0, 50), st.integers(0, 50), st.integers(1, 3)), min_size=1, max_size=5),
    ),
    max_size=5,
)


@given(CANCELLED)
def test_a_cancellation_names_each_task(tasks: list[tuple[Job, list[range] | None]]) -> None:
    calls: Calls = []
    slurm({"scancel": fine("")}, calls).cancel(tasks)
    named = set()
    for _, *words in calls:
        cluster = words.pop(0).removeprefix("--clusters=") if words[0].startswith("--clusters=") else ""
        for word in words:
            job, _, listed = word.partition("_")
            for part in listed.strip("[]").split(","):
                low, _, high = part.partition("-")
                assert not low or low != high
                ids = range(int(low), int(high or low) + 1) if low else [None]
                named |= {(Job(job, cluster), task) for task in ids}
    assert named == {
        (job, task) for job, ids in tasks for task in (itertools.chain(*ids) if ids is not None else [None])
    }


def test_a_cancellation_fits_on_command_lines() -> None:
    calls: Calls = []
    scattered = [range(index, index + 1) for index in range(0, 200_000, 2)]
    jobs = [(Job(str(10**8 + number)), None) for number in range(50_000)]
    slurm({"scancel": fine("")}, calls).cancel([(Job("7"), scattered), *jobs])
    assert max(len(" ".join(call)) for call in calls) < 131_072
    named = ",".join(word.removeprefix("7_[").removesuffix("]") for call in calls for word in call if word[:2] == "7_")
    assert named == ",".join(map(str, range(0, 200_000, 2)))
    assert sum(len(call) - 1 for call in calls) == 50_000 + 100
    assert len(calls) < 15


@pytest.mark.parametrize("version", VERSIONS)
def test_a_cancellation_of_what_is_gone(version: str) -> None:
    for _, output, code in calls_of(version, "scancel"):
        slurm({"scancel": Ended(code, "", output)}).cancel([(Job("7"), None)])
    slurm({"scancel": Ended(1, "", "scancel: error: Kill job error on job id 7: Invalid job id specified\n")}).cancel(
        [(Job("7"), None)]
    )
    with pytest.raises(Unreachable, match=r"^scancel failed \(exit code 1\): no$"):
        slurm({"scancel": Ended(1, "", "no\n")}).cancel([(Job("7"), None)])


@pytest.mark.parametrize("version", VERSIONS)
def test_the_limits(version: str) -> None:
    text = answer(version, "config.txt")
    assert slurm({"scontrol": fine(text)}).limits() == (1001, None)
    more = "SchedulerParameters = max_array_tasks=10,max_script_size=65536\n"
    assert slurm({"scontrol": fine(text + more)}).limits() == (10, 65_536)
    assert slurm({"scontrol": fine("MaxArraySize = " + "9" * 5000)}).limits() == (None, None)


def test_no_answer_at_all_leaves_no_colon() -> None:
    for code, how in [(None, "it did not answer in time"), (1, "exit code 1"), (-9, "killed by SIGKILL")]:
        with pytest.raises(Unreachable) as caught:
            slurm({"squeue": Ended(code, "", " \n")}).states(JOBS, with_past=False)
        assert str(caught.value) == f"squeue failed ({how})"


@pytest.mark.parametrize(
    ("comment", "token"),
    [("", None), ("#", ""), ("(null)#", ""), ("mine#", ""), ("mine # heracles=t.0#", "t.0"), ("heracles=t.0#", "t.0")],
)
def test_the_token_of_a_job_in_the_queue(comment: str, token: str | None) -> None:
    line = f"7#3#9#RUNNING#0#n1#None#{comment}\n"
    (tasks,) = slurm({"squeue": fine(line)}).states([Job("7")], with_past=False).tasks
    assert (tasks.token, tasks.reason, tasks.node) == (token, "", "n1")


def test_the_script_of_a_job_without_a_token() -> None:
    """It tells whose the job is; where each job has a token, nobody asks for it."""
    lines = "1#0#6#RUNNING#0#n1#None#mine#\n2#N/A#2#RUNNING#0#n1#None#heracles=t.0#\n"
    calls: Calls = []
    answers = {"squeue": lambda words: fine("1#/a #/job_hydra.sh 3#\n" if "Command" in words[-1] else lines)}
    found = slurm(answers, calls).states(JOBS, with_past=False).tasks
    assert [(each.token, each.script) for each in found] == [("", "/a #/job_hydra.sh 3"), ("t.0", "")]
    lines = lines.replace("mine", "heracles=t.1")
    calls.clear()
    assert {each.script for each in slurm(answers, calls).states(JOBS, with_past=False).tasks} == {""}
    assert len(calls) == 1


def test_whose_jobs_are_asked_for_and_on_which_cluster() -> None:
    calls: Calls = []
    client = slurm({"squeue": fine(""), "scontrol": fine(answer("22.05", "config.txt"))}, calls)
    client.states([Job("7")], with_past=False)
    client.user = "somebody"
    client.states([Job("7")], with_past=False)
    assert [call[3] for call in calls] == ["--me", "--user=somebody"]
    assert slurm({"scontrol": fine("x\nClusterName             = one\n")}).cluster() == "one"
    assert slurm({"scontrol": Ended(1, "", "no answer")}).cluster() == ""
