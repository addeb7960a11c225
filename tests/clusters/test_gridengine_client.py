"""The client for Grid Engine: what a real one answers."""

import contextlib
import json
import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from clusters.gridengine import Cluster
from clusters.slurm import happens
from starts.warm import heracles_command
from support import gridengine_or_skip

from heracles.errors import HeraclesError
from heracles.schedulers import gridengine_client
from heracles.schedulers.client import (
    Answer,
    Client,
    Full,
    Job,
    OutcomeUnknown,
    Rejected,
    State,
    SubmitCall,
    Unreachable,
)
from heracles.schedulers.clients import connect
from heracles.schedulers.registry import SCHEDULERS
from heracles.schedulers.scheduler import LogTask

HEADER = "#!/bin/bash\n#$ -cwd -o /dev/null -e /dev/null -N mine\n"
BODY = """case $1.$SGE_TASK_ID in
*.1|ok*) exit 0;;
*.2|bad*) exit 3;;
*.3|kill*) kill -9 $$;;
*) echo >> started; exec sleep 100;;
esac
"""
GREEDY = """for i in 1 2 3 4; do python3 -c 'x = b"a" * 60_000_000; import time; time.sleep(20)' & done
wait
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running Grid Engine."""
    with gridengine_or_skip(tmp_path_factory.mktemp("gridengine"), slots=20) as running:
        yield running


@pytest.fixture
def folder(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a script, in an environment that reaches the cluster."""
    reach(cluster.environment, monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my job.sh").write_text(HEADER + BODY)
    yield tmp_path
    cluster.run("qdel", "-u", "root")


def reach(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        if name == "PATH" or name.startswith("SGE_"):
            monkeypatch.setenv(name, value)


def client(
    command: Sequence[str] = ("qsub",),
    extra: Sequence[str] = (),
    script: str = "",
    timeout: float = 60.0,
    show: Callable[[str, str], None] = lambda *_: None,
) -> Client:
    gridengine = SCHEDULERS["gridengine"]
    options = gridengine.submit_options(command, script).with_extra(extra)
    return connect(gridengine, options, timeout=timeout, show=show)


def submit(grid: Client, *before: str, under: str = "t.1", arguments: tuple[str, ...] = ()) -> Job:
    job = grid.submit(SubmitCall("my job.sh", before, arguments), under)
    assert job
    return job


def told(answer: Answer) -> dict[tuple[str, int | None], tuple[State, int | None, str]]:
    """Return what an answer says of each task: of two that speak of the same, the later counts."""
    return {
        (tasks.job.id, task): (tasks.state, tasks.code, tasks.reason)
        for tasks in answer.tasks
        for task in tasks.each_id()
    }


def states_of(grid: Client, job: Job) -> dict[int | None, State]:
    answer = told(grid.states([job], with_past=True))
    return {task: state for (_, task), (state, _, _) in answer.items()}


def becomes(grid: Client, job: Job, wanted: dict[int | None, State]) -> bool:
    return happens(lambda: states_of(grid, job) == wanted)


def test_a_held_job_is_found_and_runs_once_released(folder: Path) -> None:
    grid = client()
    assert grid.can_hold
    assert grid.find(["t.1"]) == {}
    (folder / "my job.sh").write_text(f"{HEADER}#$ -sc own=1\n{BODY}")
    array = submit(grid, "-t", "4-8:2", "-sc", "user=2", under="ab.1")
    single = submit(grid, under="ab.10", arguments=("long",))
    assert grid.find(["ab.1", "ab.10", "ab"]) == {"ab.1": array, "ab.10": single}
    held: dict[tuple[str, int | None], tuple[State, int | None, str]]
    held = {(array.id, task): (State.PENDING, None, "hqw") for task in (4, 6, 8)}
    assert told(grid.states([array, single, Job("999999")], with_past=True)) == {
        **held,
        (single.id, None): (State.PENDING, None, "hqw"),
    }
    assert not (folder / "started").exists()
    assert client(script="#$ -h\n").release([array]) == []
    assert not (folder / "started").exists()
    assert told(grid.states([array], with_past=False)) == held
    assert grid.release([array, Job("999999"), single]) == []
    assert happens((folder / "started").exists)
    assert becomes(grid, array, dict.fromkeys((4, 6, 8), State.RUNNING))
    assert becomes(grid, single, {None: State.RUNNING})
    assert {tasks.node for tasks in grid.states([single], with_past=False).tasks} != {""}
    assert grid.find(["ab.1"]) == {"ab.1": array}
    assert grid.release([array, single]) == []


@pytest.mark.parametrize("where", ["command", "options", "call", "script"])
def test_a_hold_of_the_users_own_stays(folder: Path, where: str) -> None:
    if where == "script":
        (folder / "my job.sh").write_text(f"{HEADER}#$ -h\n{BODY}")
    command, options = ["qsub", *["-h"][: where == "command"]], ["-h"][: where == "options"]
    text = (folder / "my job.sh").read_text()
    is_held = SCHEDULERS["gridengine"].submit_options(command, text).with_extra(options).is_held
    assert is_held == (where != "call")
    grid = client(command, options, text)
    job = submit(grid, *["-h"][: where == "call"], under="own.1")
    assert told(grid.states([job], with_past=True)) == {(job.id, None): (State.PENDING, None, "hqw")}
    assert grid.find(["own.1"]) == {"own.1": job}


@pytest.mark.parametrize(
    ("script", "words"), [("#$ -sync y\n", ()), ("", ("-now", "yes")), ("#$ -sync y\n", ("-sync", "n"))]
)
def test_what_waits_is_refused(script: str, words: tuple[str, ...]) -> None:
    name = "-now" if words == ("-now", "yes") else "-sync"
    message = f"with {name} y, qsub waits for the job, which stays on hold until its id is recorded: leave it out"
    with pytest.raises(HeraclesError, match=f"^{message}$"):
        SCHEDULERS["gridengine"].submit_options(["qsub", *words], f"{HEADER}{script}").check()
    SCHEDULERS["gridengine"].submit_options(["qsub"], f"{HEADER}#$ -sync n\n").check()


def test_how_tasks_end(folder: Path) -> None:
    grid = client()
    array = submit(grid, "-t", "1-3")
    limited = submit(grid, "-l", "h_rt=1", "-t", "9")
    warned = submit(grid, "-l", "s_rt=1", arguments=("long",))
    singles = [submit(grid, arguments=(how,)) for how in ("ok", "bad", "kill")]
    (folder / "my job.sh").write_text(HEADER + GREEDY)
    greedy = submit(grid, "-l", "h_vmem=150M")
    (folder / "my job.sh").write_text(HEADER + BODY)
    stuck = submit(grid, "-wd", "/nonexistent")
    jobs = [array, limited, warned, greedy, *singles, stuck]
    assert grid.release(jobs) == []
    killed = (State.FAILED, 137, "failed 100: assumedly after job")
    over = "failed 37: qmaster enforced h_rt, h_cpu, or h_vmem limit"
    expected = {
        (array.id, 1): (State.DONE, 0, ""),
        (array.id, 2): (State.FAILED, 3, ""),
        (array.id, 3): killed,
        (limited.id, 9): (State.TIMED_OUT, 137, over),
        (warned.id, None): (State.TIMED_OUT, 138, "failed 100: assumedly after job"),
        (greedy.id, None): (State.OUT_OF_MEMORY, 137, over),
        (singles[0].id, None): (State.DONE, 0, ""),
        (singles[1].id, None): (State.FAILED, 3, ""),
        (singles[2].id, None): killed,
        (stuck.id, None): (State.PENDING, None, "Eqw"),
    }
    found: dict[tuple[str, int | None], tuple[State, int | None, str]] = {}

    def are_known() -> bool:
        found.clear()
        found.update(told(grid.states(jobs, with_past=True)))
        return {key: found.get(key) for key in expected} == expected

    assert happens(are_known), found
    answer = grid.states(jobs[:1], with_past=True)
    assert answer.knows_past and answer.is_current
    assert "" not in {tasks.node for tasks in answer.tasks}


def test_what_ends_without_a_record(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = client()
    array, single = submit(grid, "-t", "1-9"), submit(grid)
    grid.cancel([(array, [range(2, 5), range(7, 10, 2)]), (single, None), (Job("999999"), None)])
    grid.cancel([(array, [range(2, 4)]), (array, [range(500, 501)]), (single, None)])
    grid.cancel([])
    answer = grid.states([array, single], with_past=True)
    assert not answer.is_current and not answer.knows_past
    gone: dict[int | None, State] = dict.fromkeys((2, 3, 4, 7, 9), State.UNKNOWN)
    kept: dict[int | None, State] = dict.fromkeys((1, 5, 6, 8), State.PENDING)
    assert states_of(grid, array) == {**gone, **kept}
    assert states_of(grid, single) == {None: State.UNKNOWN}
    monkeypatch.setattr(gridengine_client, "_FLUSHED", 0.0)
    assert states_of(grid, array) == {**dict.fromkeys(gone, State.CANCELLED), **kept}
    answer = grid.states([array, single, Job("999999")], with_past=True)
    assert answer.is_current
    accounting = Path(os.environ["SGE_ROOT"], "default", "common", "accounting")
    accounting.rename(folder / "away")
    answer = grid.states([single], with_past=True)
    (folder / "away").rename(accounting)
    assert not answer.knows_past
    assert not grid.states([array], with_past=False).knows_past


def test_running_tasks_are_cancelled(folder: Path) -> None:
    grid = client()
    array = submit(grid, "-t", "5-7")
    grid.release([array])
    assert becomes(grid, array, dict.fromkeys((5, 6, 7), State.RUNNING))
    grid.cancel([(array, [range(5, 7)])])
    assert becomes(grid, array, {5: State.FAILED, 6: State.FAILED, 7: State.RUNNING})
    assert (folder / "started").exists()


@pytest.mark.parametrize("words", [["-q", "nope.q"], ["-l", "nope=1"], ["-nope"]])
def test_a_refusal(folder: Path, words: list[str]) -> None:
    shown: list[str] = []
    with pytest.raises(Rejected, match=r"qsub .*failed for .*/my job\.sh \(exit code [12]\)") as caught:
        client(["qsub"], words, show=lambda *texts: shown.extend(texts)).submit(
            SubmitCall(str(folder / "my job.sh")), "t.1"
        )
    assert type(caught.value) is Rejected
    assert "nope" in "".join(shown)


@pytest.mark.parametrize("limit", ["max_u_jobs", "max_jobs"])
def test_a_limit(cluster: Cluster, folder: Path, limit: str) -> None:
    grid = client()
    cluster.wait_until_idle()
    shown = cluster.run("qconf", "-sconf", env={**cluster.environment, "SGE_SINGLE_LINE": "1"}).stdout
    lines = [line for line in shown.splitlines() if not line.startswith((f"{limit} ", "#"))]

    def modify(value: int) -> None:
        (folder / "global").write_text("\n".join([*lines, f"{limit} {value}", ""]))
        assert cluster.run("qconf", "-Mconf", folder / "global").returncode == 0

    modify(1)
    try:
        submit(grid, "-t", "1-5")
        with pytest.raises(Full):
            grid.submit(SubmitCall("my job.sh"), "t.2")
    finally:
        modify(0)


@pytest.mark.parametrize("answers", [False, True])
def test_a_qmaster_that_cannot_be_reached(folder: Path, monkeypatch: pytest.MonkeyPatch, answers: bool) -> None:  # noqa: FBT001
    job, call = Job("1"), SubmitCall(str(folder / "my job.sh"))
    with contextlib.closing(socket.socket()) as silent:
        silent.bind(("", 0))
        if not answers:
            silent.listen()
        monkeypatch.setenv("SGE_QMASTER_PORT", str(silent.getsockname()[1]))
        grid = client(timeout=1.0)
        with pytest.raises(OutcomeUnknown):
            grid.submit(call, "t.1")
        with pytest.raises(Unreachable):
            grid.find(["t.1"])
        with pytest.raises(Unreachable):
            grid.states([job], with_past=True)
        with pytest.raises(Unreachable):
            grid.cancel([(job, None)])
        assert grid.release([job, Job("2")]) == [job, Job("2")]


def test_a_wrapper_and_its_siblings(folder: Path) -> None:
    programs = folder / "bin"
    programs.mkdir()
    (programs / "qsub").write_text(
        '#!/bin/sh\necho "Requested: 12 cores"\nqsub "$@" | sed \'s/^.*$/Your job & ("x") has been submitted/\'\n'
    )
    (programs / "qstat").write_text('#!/bin/sh\nexec qstat "$@"\n')
    for path in programs.iterdir():
        path.chmod(0o755)
    shown: list[str] = []
    grid = client(["env", "A=1", str(programs / "qsub"), "-l", "h_rt=60"], show=lambda *texts: shown.extend(texts))
    job = submit(grid, under="w.1")
    assert shown == ["Requested: 12 cores\n", ""]
    assert grid.find(["w.1"]) == {"w.1": job}
    assert grid.release([job]) == [job]  # there is no such qrls
    with pytest.raises(Unreachable):
        grid.cancel([(job, None)])
    assert not client([str(programs / "qsub")]).can_hold


def test_a_script_on_standard_input(folder: Path) -> None:
    grid = client()
    job = grid.submit(SubmitCall("", (), ("long",), (folder / "my job.sh").read_bytes()), "i.1")
    assert job
    assert grid.find(["i.1"]) == {"i.1": job}
    assert grid.release([job]) == []
    assert becomes(grid, job, {None: State.RUNNING})


@pytest.mark.parametrize(
    ("directives", "pattern", "names"),
    [
        ("#$ -cwd\n", "$JOB_NAME.o$JOB_ID.$TASK_ID", ["job.sh.o{job}.1", "job.sh.o{job}.2"]),
        ("#$ -cwd -N mine -j y\n", "mine.o$JOB_ID.$TASK_ID", ["mine.o{job}.1", "mine.o{job}.2"]),
        (
            "#$ -cwd -o logs\n",
            "logs/$JOB_NAME.o$JOB_ID.$TASK_ID",
            ["logs/job.sh.o{job}.1", "logs/job.sh.o{job}.2"],
        ),
        (
            "#$ -cwd -N n -o logs/$JOB_NAME-$JOB_ID-$TASK_ID-$USER-$HOSTNAME\n",
            "logs/n-$JOB_ID-$TASK_ID-$USER-$HOSTNAME",
            ["logs/n-{job}-1-root-{host}", "logs/n-{job}-2-root-{host}"],
        ),
    ],
)
def test_where_the_logs_are(folder: Path, directives: str, pattern: str, names: list[str]) -> None:
    gridengine = SCHEDULERS["gridengine"]
    text = f"#!/bin/bash\n{directives}echo this is $SGE_TASK_ID\n"
    (folder / "job.sh").write_text(text)
    (folder / "logs").mkdir()
    logged = gridengine.submit_options(["qsub"], text).log(str(folder), is_array=True)
    assert logged == str(folder / pattern)
    grid = client()
    job = grid.submit(SubmitCall("job.sh", ("-t", "1-2")), "t.1")
    assert job
    assert grid.release([job]) == []
    assert becomes(grid, job, {1: State.DONE, 2: State.DONE})
    nodes = {task: each.node for each in grid.states([job], with_past=True).tasks for task in each.each_id()}
    for task, name in enumerate(names, 1):
        path = gridengine.log_path(logged, LogTask(job.id, job.id, task, nodes[task], "root", "job.sh"))
        assert path == str(folder / name.format(job=job.id, host=nodes[task]))
        assert Path(path).read_text() == f"this is {task}\n"


def test_where_the_log_of_a_single_job_is(folder: Path) -> None:
    gridengine = SCHEDULERS["gridengine"]
    text = "#!/bin/bash\n#$ -cwd -N n -o $JOB_NAME-$TASK_ID\necho this is it\n"
    (folder / "job.sh").write_text(text)
    grid = client()
    job = grid.submit(SubmitCall("job.sh"), "t.1")
    assert job
    assert grid.release([job]) == []
    assert becomes(grid, job, {None: State.DONE})
    logged = gridengine.submit_options(["qsub"], text).log(str(folder), is_array=False)
    path = gridengine.log_path(logged, LogTask(job.id, job.id, None, "n", "root", "job.sh"))
    assert Path(path).read_text() == "this is it\n"


@pytest.mark.parametrize("form", [[], ["-a"]])
def test_a_job_whose_context_was_replaced_is_still_that_job(cluster: Cluster, folder: Path, form: list[str]) -> None:
    (folder / "job.sh").write_text('#!/bin/bash\n#$ -cwd -o /dev/null -e /dev/null\n./program "$@"\n')
    (folder / "program").write_text("#!/bin/bash\nsleep 300\n")
    (folder / "program").chmod(0o755)

    def heracles(*words: str) -> str:
        result = cluster.run(*heracles_command(), "job.sh", *words, cwd=folder)
        return result.stdout + result.stderr

    def counts() -> dict[str, int]:
        found: dict[str, int] = json.loads(heracles("-s", "--json"))["counts"]
        return found

    submitted = heracles(*form, "-r=qsub", "a=x,y")
    assert happens(lambda: counts() == {"running": 2})
    for job in re.findall(r"\d+", submitted.rpartition("qsub: job")[2]):
        assert cluster.run("qalter", "-sc", "note=mine", job).returncode == 0
    assert counts() == {"running": 2}
    assert "2 runs are pending or running" in heracles("-d")
    assert heracles("--cancel") == "Cancelled 2 runs\n"
    cluster.wait_until_idle()
    assert happens(lambda: counts() == {"cancelled": 2})


@pytest.mark.parametrize("form", [[], ["-a"]])
def test_the_logs_of_a_sweep_are_printed(cluster: Cluster, folder: Path, form: list[str]) -> None:
    (folder / "job.sh").write_text('#!/bin/bash\n#$ -cwd -j y -o logs\necho "$@"\n')
    (folder / "logs").mkdir()

    def heracles(*words: str) -> tuple[int, str, str]:
        result = cluster.run(*heracles_command(), "job.sh", *words, cwd=folder)
        return result.returncode, result.stdout, result.stderr

    assert heracles(*form, "-r=qsub", "a=x,y")[::2] == (0, "")
    assert heracles("--logs", "1", "-f")[:2] == (0, "a=y\n")  # it may be said first that the log is waited for
    assert heracles("--logs", "0", "-f") == (0, "a=x\n", "")
