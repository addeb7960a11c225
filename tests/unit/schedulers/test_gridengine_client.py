"""The client for Grid Engine: nothing that a program prints is worse than no answer."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit.schedulers.recorded import Calls, gridengine

from heracles.schedulers.client import Job, State, SubmitCall, Tasks, Unreachable
from heracles.schedulers.clients import connect
from heracles.schedulers.process import Ended
from heracles.schedulers.registry import SCHEDULERS

ROW = "<job_list state='x'><JB_job_number>{}</JB_job_number><state>{}</state><tasks>{}</tasks></job_list>"
NUMBER = st.one_of(
    st.text("0123456789.-:,kKG", max_size=8),
    st.text(max_size=6),
    st.sampled_from(["²", "٣", "9" * 5000, "1.2.3G", "."]),
)
FIELDS = ["taskid", "failed", "exit_status", "deleted_by", "maxvmem", "slots", "category", "hostname", "jobnumber"]
RECORD = st.builds(
    lambda fields: "=====\njobnumber    7\n" + "".join(f"{name}  {value}\n" for name, value in fields),
    st.lists(st.tuples(st.sampled_from(FIELDS), NUMBER | st.builds("-l h_vmem={},s_rt=1".format, NUMBER)), max_size=9),
)
QUEUED = st.builds(ROW.format, st.just("7") | NUMBER, st.text("qwrzhE", max_size=3), NUMBER)
ANSWER = st.one_of(
    st.text(max_size=80),
    st.lists(RECORD, max_size=3).map("".join),
    st.lists(QUEUED, max_size=4).map("".join),
    st.builds("job_number:   {}\ncontext:   heracles={}\n".format, NUMBER, st.just("t.0") | st.text(max_size=4)),
)
NO_RECORD = Ended(1, "", "error: job id 7 not found\n")


def record(**fields: object) -> str:
    lines = {"jobnumber": 7, "taskid": "undefined", "failed": 0, "exit_status": 0, **fields}
    return "=" * 62 + "\n" + "".join(f"{name:<13}{value}\n" for name, value in lines.items())


@given(ANSWER, st.sampled_from([0, 1, -9, -35, None]), st.text(max_size=40))
@example(record(taskid="²"), 0, "")
@example(record(exit_status="9" * 5000), 0, "")
@example(record(failed=100, exit_status=137, category="-l h_vmem=1.2.3G", maxvmem="..G"), 0, "")
def test_whatever_is_printed_the_worst_is_unreachable(output: str, code: int | None, errors: str) -> None:
    ended = Ended(code, output, errors)
    client = gridengine(dict.fromkeys(("qstat", "qacct", "qrls", "qdel"), ended))
    job = Job("7")
    for ask in (
        lambda: client.find(["t.0"]),
        lambda: client.states([job], with_past=True),
        lambda: client.states([job], with_past=False),
        lambda: client.release([job, Job("8")]),
        lambda: client.cancel([(job, None), (job, [range(1, 9, 2)])]),
    ):
        try:
            ask()
        except Unreachable as problem:
            assert str(problem)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (State.DONE, 0, "")),
        ({"exit_status": "3                   "}, (State.FAILED, 3, "")),
        ({"exit_status": "137                  (Killed)", "failed": "100 : assumedly after job"}, (State.FAILED, 137)),
        ({"failed": "37  : qmaster enforced h_rt limit", "exit_status": 137}, (State.TIMED_OUT, 137)),
        ({"failed": "100 : x", "exit_status": 138, "category": "-l s_rt=1"}, (State.TIMED_OUT, 138)),
        ({"failed": "25  : rescheduling", "exit_status": 0}, (State.UNKNOWN, None)),
        ({"failed": "1   : assumedly before job", "exit_status": 0}, (State.FAILED, None)),
        (
            {"failed": "37  : x", "exit_status": 137, "category": "-l h_vmem=150M", "maxvmem": "185.469MB", "slots": 1},
            (State.OUT_OF_MEMORY, 137),
        ),
        (
            {"failed": "37  : x", "exit_status": 137, "category": "-l h_vmem=150M", "maxvmem": "185.469MB", "slots": 2},
            (State.TIMED_OUT, 137),
        ),
        ({"deleted_by": "root"}, (State.CANCELLED, 0)),
    ],
)
def test_records(fields: dict[str, object], expected: tuple[object, ...]) -> None:
    text = record(hostname="node0", **fields) + record(jobnumber=8) + record(taskid=5, hostname="node1")
    client = gridengine({"qstat": Ended(0, "", ""), "qacct": Ended(0, text, "")})
    first, second = client.states([Job("7")], with_past=True).tasks
    assert (first.job, first.ids, first.task_job_id, first.node) == (Job("7"), None, "7", "node0")
    assert (first.state, first.code, first.reason)[: len(expected)] == expected
    assert second == Tasks(Job("7"), (range(5, 6),), State.DONE, 0, "", "7", "node1")


def test_the_queue() -> None:
    rows = [("7", "qw", "1-8:1"), ("7", "hqw", "10"), ("7", "Eqw", ""), ("7", "r", "9"), ("8", "r", ""), ("", "r", "1")]
    text = "<?xml version='1.0'?>\n<a<b>\n" + "\n".join(ROW.format(*row) for row in rows)
    found = gridengine({"qstat": Ended(0, text, "")}).states([Job("7")], with_past=False)
    assert [(each.ids, each.state, each.reason) for each in found.tasks] == [
        ((range(1, 9),), State.PENDING, ""),
        ((range(10, 11),), State.PENDING, "hqw"),
        (None, State.PENDING, "Eqw"),
        ((range(9, 10),), State.RUNNING, ""),
    ]


def test_a_client_remembers_when_it_first_missed_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another client does not: nothing is kept beside them."""
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    answers = {"qstat": Ended(0, ROW.format(7, "z", ""), ""), "qacct": NO_RECORD}
    client, other = gridengine(answers), gridengine(answers)

    def state() -> State:
        return client.states([Job("7")], with_past=True).tasks[0].state

    assert state() is State.UNKNOWN
    now += 31.0
    assert state() is State.CANCELLED
    assert other.states([Job("7")], with_past=True).tasks[0].state is State.UNKNOWN


def test_a_cancellation_fits_on_command_lines() -> None:
    calls: Calls = []
    client = gridengine({"qdel": Ended(0, "", "")}, calls)
    client.cancel([(Job("7"), [range(task, task + 1) for task in range(1, 60_000, 2)]), (Job("8"), None)])
    assert max(len(" ".join(call)) for call in calls) < 131_072
    assert [word for _, *words in calls for word in words] == [*(f"7.{task}" for task in range(1, 60_000, 2)), "8"]
    calls.clear()
    client.cancel([])
    assert calls == []


@pytest.mark.parametrize("known", [True, False])
def test_a_number_of_a_wrapper_is_not_taken_for_the_job(known: bool, tmp_path: Path) -> None:  # noqa: FBT001
    context = r"job_number:   59\ncontext:   heracles=t.0\n"
    row = ROW.format(59, "hqw", "").replace("'", "")
    programs = {
        "qsub": r"printf '59\n4242\n'",
        "qrls": "",
        "qstat": f"case $1 in -j) printf '{context if known else ''}';; *) echo '{row}';; esac",
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    scheduler = SCHEDULERS["gridengine"]
    client = connect(scheduler, scheduler.submit_options([str(tmp_path / "qsub")]), timeout=30)
    assert client.submit(SubmitCall("a.sh"), "t.0") == (Job("59") if known else None)


def test_the_token_of_a_job_in_the_queue() -> None:
    calls: Calls = []
    queue = Ended(0, ROW.format(7, "qw", "") + ROW.format(8, "r", ""), "")
    details = Ended(0, "job_number:   7\ncontext:   heracles=t.0\njob_number:   8\n", "")
    client = gridengine({"qstat": lambda words: details if "-j" in words else queue}, calls)
    client.user = "somebody"
    found = client.states([Job("7"), Job("8")], with_past=False)
    assert [(tasks.job.id, tasks.token) for tasks in found.tasks] == [("7", "t.0"), ("8", "")]
    assert calls[0][:5] == ("qstat", "-u", "somebody", "-q", "*")


def test_the_script_of_a_job_without_a_token() -> None:
    queue = Ended(0, ROW.format(7, "qw", "") + ROW.format(8, "r", ""), "")
    lines = "sge_o_workdir:   /a b\nscript_file:  x/job_hydra.sh\ncontext:   "
    details = Ended(0, f"job_number:   7\n{lines}heracles=t.0\njob_number:   8\n{lines}note=mine\n", "")
    client = gridengine({"qstat": lambda words: details if "-j" in words else queue})
    found = client.states([Job("7"), Job("8")], with_past=False)
    assert [(tasks.token, tasks.script) for tasks in found.tasks] == [("t.0", ""), ("", "/a b/x/job_hydra.sh")]
    assert client.find(["t.0", "t.1"]) == {"t.0": Job("7")}


def test_a_summary_of_queues_is_no_answer() -> None:
    queue = "<job_info>\n  <cluster_queue_summary>\n  </cluster_queue_summary>\n</job_info>\n"
    with pytest.raises(Unreachable) as raised:
        gridengine({"qstat": Ended(0, queue, "")}).states([Job("7")], with_past=False)
    assert raised.value.message == "qstat prints queues in place of jobs: take -g out of ~/.sge_qstat"
