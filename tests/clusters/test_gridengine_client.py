"""Grid Engine as an engine: what a real one answers."""

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from clusters.gridengine import Cluster, available, start
from clusters.slurm import happens
from support import absent

from heracles.errors import HeraclesError
from heracles.schedulers import gridengine
from heracles.schedulers.client import Answer, Call, Full, InDoubt, Job, Refused, State, Unreachable
from heracles.schedulers.gridengine import GridEngine, GridEngineOptions

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
    """A running Grid Engine. Without one the tests are skipped, but under CI they fail."""
    if not available():
        absent("gridengine-master, -exec or -client is not installed, or the user is not root")
    with start(tmp_path_factory.mktemp("gridengine"), slots=20) as running:
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


def submit(engine: GridEngine, *before: str, under: str = "t.1", arguments: tuple[str, ...] = ()) -> Job:
    job = engine.submit(Call("my job.sh", before, arguments), under)
    assert job
    return job


def told(answer: Answer) -> dict[tuple[str, int | None], tuple[State, int | None, str]]:
    """Give what an answer says of each task: of two that speak of the same, the later counts."""
    return {
        (tasks.job.id, task): (tasks.state, tasks.code, tasks.reason)
        for tasks in answer.tasks
        for task in gridengine._each(tasks)
    }


def states_of(engine: GridEngine, job: Job) -> dict[int | None, State]:
    answer = told(engine.states([job], with_past=True))
    return {task: state for (_, task), (state, _, _) in answer.items()}


def becomes(engine: GridEngine, job: Job, wanted: dict[int | None, State]) -> bool:
    return happens(lambda: states_of(engine, job) == wanted, 30)


def test_a_held_job_is_found_and_runs_once_released(folder: Path) -> None:
    engine = GridEngine(["qsub"])
    assert engine.can_hold
    assert engine.find(["t.1"]) == {}
    (folder / "my job.sh").write_text(f"{HEADER}#$ -sc own=1\n{BODY}")
    array = submit(engine, "-t", "4-8:2", "-sc", "user=2", under="ab.1")
    single = submit(engine, under="ab.10", arguments=("long",))
    assert engine.find(["ab.1", "ab.10", "ab"]) == {"ab.1": array, "ab.10": single}
    held: dict[tuple[str, int | None], tuple[State, int | None, str]]
    held = {(array.id, task): (State.PENDING, None, "hqw") for task in (4, 6, 8)}
    assert told(engine.states([array, single, Job("999999")], with_past=True)) == {
        **held,
        (single.id, None): (State.PENDING, None, "hqw"),
    }
    assert not (folder / "started").exists()
    assert GridEngine(["qsub"], is_held=True).release([array]) == []
    assert not (folder / "started").exists()
    assert told(engine.states([array], with_past=False)) == held
    assert engine.release([array, Job("999999"), single]) == []
    assert happens((folder / "started").exists, 30)
    assert becomes(engine, array, dict.fromkeys((4, 6, 8), State.RUNNING))
    assert becomes(engine, single, {None: State.RUNNING})
    assert {tasks.node for tasks in engine.states([single], with_past=False).tasks} != {""}
    assert engine.find(["ab.1"]) == {"ab.1": array}
    assert engine.release([array, single]) == []


@pytest.mark.parametrize("where", ["command", "options", "call", "script"])
def test_a_hold_of_the_users_own_stays(folder: Path, where: str) -> None:
    if where == "script":
        (folder / "my job.sh").write_text(f"{HEADER}#$ -h\n{BODY}")
    command, options = ["qsub", *["-h"][: where == "command"]], ["-h"][: where == "options"]
    text = (folder / "my job.sh").read_text()
    is_held = GridEngineOptions(text, (*command[1:], *options)).is_held
    assert is_held == (where != "call")
    engine = GridEngine(command, options, is_held=is_held)
    job = submit(engine, *["-h"][: where == "call"], under="own.1")
    assert told(engine.states([job], with_past=True)) == {(job.id, None): (State.PENDING, None, "hqw")}
    assert engine.find(["own.1"]) == {"own.1": job}


@pytest.mark.parametrize(
    ("script", "words"), [("#$ -sync y\n", ()), ("", ("-now", "yes")), ("#$ -sync y\n", ("-sync", "n"))]
)
def test_what_waits_is_refused(script: str, words: tuple[str, ...]) -> None:
    with pytest.raises(HeraclesError, match="y lets qsub wait"):
        GridEngineOptions(f"{HEADER}{script}", words).check()
    GridEngineOptions(f"{HEADER}#$ -sync n\n", ()).check()


def test_how_tasks_end(folder: Path) -> None:
    engine = GridEngine(["qsub"])
    array = submit(engine, "-t", "1-3")
    limited = submit(engine, "-l", "h_rt=1", "-t", "9")
    warned = submit(engine, "-l", "s_rt=1", arguments=("long",))
    singles = [submit(engine, arguments=(how,)) for how in ("ok", "bad", "kill")]
    (folder / "my job.sh").write_text(HEADER + GREEDY)
    greedy = submit(engine, "-l", "h_vmem=150M")
    (folder / "my job.sh").write_text(HEADER + BODY)
    stuck = submit(engine, "-wd", "/nonexistent")
    jobs = [array, limited, warned, greedy, *singles, stuck]
    assert engine.release(jobs) == []
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
        found.update(told(engine.states(jobs, with_past=True)))
        return {key: found.get(key) for key in expected} == expected

    assert happens(are_known, 30), found
    answer = engine.states(jobs[:1], with_past=True)
    assert answer.knows_past and answer.is_current
    assert "" not in {tasks.node for tasks in answer.tasks}


def test_what_ends_without_a_record(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = GridEngine(["qsub"])
    array, single = submit(engine, "-t", "1-9"), submit(engine)
    engine.cancel([(array, [range(2, 5), range(7, 10, 2)]), (single, None), (Job("999999"), None)])
    engine.cancel([(array, [range(2, 4)]), (array, [range(500, 501)]), (single, None)])
    engine.cancel([])
    answer = engine.states([array, single], with_past=True)
    assert not answer.is_current and not answer.knows_past
    gone: dict[int | None, State] = dict.fromkeys((2, 3, 4, 7, 9), State.UNKNOWN)
    kept: dict[int | None, State] = dict.fromkeys((1, 5, 6, 8), State.PENDING)
    assert states_of(engine, array) == {**gone, **kept}
    assert states_of(engine, single) == {None: State.UNKNOWN}
    monkeypatch.setattr(gridengine, "_FLUSHED", 0.0)
    assert states_of(engine, array) == {**dict.fromkeys(gone, State.CANCELLED), **kept}
    answer = engine.states([array, single, Job("999999")], with_past=True)
    assert answer.is_current
    accounting = Path(os.environ["SGE_ROOT"], "default", "common", "accounting")
    accounting.rename(folder / "away")
    answer = engine.states([single], with_past=True)
    (folder / "away").rename(accounting)
    assert not answer.knows_past
    assert not engine.states([array], with_past=False).knows_past


def test_running_tasks_are_cancelled(folder: Path) -> None:
    engine = GridEngine(["qsub"])
    array = submit(engine, "-t", "5-7")
    engine.release([array])
    assert becomes(engine, array, dict.fromkeys((5, 6, 7), State.RUNNING))
    engine.cancel([(array, [range(5, 7)])])
    assert becomes(engine, array, {5: State.FAILED, 6: State.FAILED, 7: State.RUNNING})
    assert (folder / "started").exists()


@pytest.mark.parametrize("words", [["-q", "nope.q"], ["-l", "nope=1"], ["-nope"]])
def test_a_refusal(folder: Path, words: list[str]) -> None:
    shown: list[str] = []
    with pytest.raises(Refused, match=r"qsub .*failed for .*/my job\.sh \(exit code [12]\)") as caught:
        GridEngine(["qsub"], words, show=lambda *texts: shown.extend(texts)).submit(
            Call(str(folder / "my job.sh")), "t.1"
        )
    assert type(caught.value) is Refused
    assert "nope" in "".join(shown)


@pytest.mark.parametrize("limit", ["max_u_jobs", "max_jobs"])
def test_a_limit(cluster: Cluster, folder: Path, limit: str) -> None:
    engine = GridEngine(["qsub"])
    cluster.wait_until_idle()
    shown = cluster.run("qconf", "-sconf", env={**cluster.environment, "SGE_SINGLE_LINE": "1"}).stdout
    lines = [line for line in shown.splitlines() if not line.startswith((f"{limit} ", "#"))]

    def modify(value: int) -> None:
        (folder / "global").write_text("\n".join([*lines, f"{limit} {value}", ""]))
        assert cluster.run("qconf", "-Mconf", folder / "global").returncode == 0

    modify(1)
    try:
        submit(engine, "-t", "1-5")
        with pytest.raises(Full):
            engine.submit(Call("my job.sh"), "t.2")
    finally:
        modify(0)


@pytest.mark.parametrize("answers", [False, True])
def test_a_qmaster_that_cannot_be_reached(folder: Path, monkeypatch: pytest.MonkeyPatch, answers: bool) -> None:  # noqa: FBT001
    engine = GridEngine(["qsub"], patience=1.0)
    job, call = Job("1"), Call(str(folder / "my job.sh"))
    with contextlib.closing(socket.socket()) as silent:
        silent.bind(("", 0))
        if not answers:
            silent.listen()
        monkeypatch.setenv("SGE_QMASTER_PORT", str(silent.getsockname()[1]))
        with pytest.raises(InDoubt):
            engine.submit(call, "t.1")
        with pytest.raises(Unreachable):
            engine.find(["t.1"])
        with pytest.raises(Unreachable):
            engine.states([job], with_past=True)
        with pytest.raises(Unreachable):
            engine.cancel([(job, None)])
        assert engine.release([job, Job("2")]) == [job, Job("2")]


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
    engine = GridEngine(
        ["env", "A=1", str(programs / "qsub"), "-l", "h_rt=60"], show=lambda *texts: shown.extend(texts)
    )
    job = submit(engine, under="w.1")
    assert shown == ["Requested: 12 cores\n", ""]
    assert engine.find(["w.1"]) == {"w.1": job}
    assert engine.release([job]) == [job]  # there is no such qrls
    with pytest.raises(Unreachable):
        engine.cancel([(job, None)])
    assert not GridEngine([str(programs / "qsub")]).can_hold


def test_a_script_on_standard_input(folder: Path) -> None:
    engine = GridEngine(["qsub"])
    job = engine.submit(Call("", (), ("long",), (folder / "my job.sh").read_bytes()), "i.1")
    assert job
    assert engine.find(["i.1"]) == {"i.1": job}
    assert engine.release([job]) == []
    assert becomes(engine, job, {None: State.RUNNING})
