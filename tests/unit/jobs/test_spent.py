"""What a sweep has cost, from what accounting knows or job arrays recorded."""

from collections.abc import Iterable

import pytest

import heracles
from heracles.jobs import spent as module
from heracles.jobs.clients import ClientKey
from heracles.jobs.spent import Spent, spent
from heracles.schedulers.client import Client, Job, Unreachable
from heracles.schedulers.registry import SCHEDULERS
from heracles.schedulers.request import Request
from heracles.store.events import Announced, Compilation, Token
from heracles.store.submission import Submission
from heracles.store.task_times import BusyTime

SWEEP = ["x=range(40)"]
GPUS, CPUS = Request(3_600, 8, 2), Request(7_200, 4, 0)


class Accounting(Client):
    """A scheduler that knows what its jobs have cost."""

    answer: dict[str, int] | None = None

    def spent(self, jobs: Iterable[Job]) -> dict[str, int] | None:
        if self.answer and list(jobs) != [Job("7"), Job("8")]:
            raise Unreachable("it does not answer")
        return self.answer


@pytest.fixture
def accounting(monkeypatch: pytest.MonkeyPatch) -> Accounting:
    client = Accounting(SCHEDULERS["slurm"])

    def recorded_client(_key: ClientKey, _timeout: float) -> Client:
        return client

    monkeypatch.setattr(module, "recorded_client", recorded_client)
    return client


def submission(job: str, items: range, request: Request | None, *, is_array: bool = True) -> Submission:
    compilation = Compilation.of(heracles.parse(SWEEP), SWEEP, is_array=is_array, file="job_hydra.sh", pack=4)
    announced = Announced("a", compilation.key, ("sbatch",), (), "slurm", "/", request=request)
    return Submission(
        Token("a", 0), compilation, items.start, items.stop, announced, "accepted", Job(job) if job else None
    )


def asked(
    submissions: list[Submission], *times: tuple[str, int, tuple[int, ...]], has_ended: bool = True
) -> Spent | None:
    key = submissions[0].compilation.key
    found = [BusyTime(key, *each) for each in times]
    return spent(submissions, lambda: found, has_ended=has_ended, timeout=1)


def test_accounting_knows_more_than_the_records(accounting: Accounting) -> None:
    both = [submission("7", range(10), GPUS), submission("8", range(10, 40), CPUS, is_array=False)]
    accounting.answer = {"GPU": 5, "CPU": 6}
    most = {"GPU": 3 * 2 * 3_600, "CPU": 8 * 4 * 7_200}
    assert asked(both) == Spent({"GPU": 5, "CPU": 6}, most, is_whole=True)
    assert asked(both, has_ended=False) is None
    assert asked([*both, submission("9", range(4), GPUS)]) is None
    accounting.answer = {}
    assert asked(both) is None


@pytest.mark.usefixtures("accounting")
def test_the_records_of_job_arrays() -> None:
    both = [submission("7", range(10), GPUS), submission("8", range(10, 40), CPUS)]
    most = {"GPU": 3 * 2 * 3_600, "CPU": 8 * 4 * 7_200}
    times = ("7", 10, ()), ("7", 20, ()), ("8", 5, ()), ("other", 7, ())
    assert asked(both, *times) == Spent({"GPU": 60, "CPU": 20}, most, is_whole=True)
    assert asked(both, *times, ("7", 1, (100,))) == Spent({"GPU": 62, "CPU": 20}, most, is_whole=False)
    assert asked(both) is None
    assert spent(both, lambda: None, has_ended=True, timeout=1) is None


@pytest.mark.usefixtures("accounting")
def test_a_run_that_goes_on_is_counted_so_far_but_not_beyond_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heracles.jobs.spent.time.time", lambda: 1_000.5)
    one, endless = submission("7", range(10), GPUS), submission("7", range(10), GPUS._replace(seconds=None))
    most = {"GPU": 3 * 2 * 3_600}
    assert asked([one], ("7", 10, (900,)), has_ended=False) == Spent({"GPU": 220}, most, is_whole=True)
    assert asked([one], ("7", 10, (-9_000,)), has_ended=False) == Spent({"GPU": 7_220}, most, is_whole=True)
    assert asked([one], ("7", 10, (900, -9_000)), has_ended=False) == Spent({"GPU": 7_420}, most, is_whole=True)
    assert asked([endless], ("7", 10, (900,)), has_ended=False) == Spent({"GPU": 220}, None, is_whole=True)


@pytest.mark.usefixtures("accounting")
def test_what_was_submitted_before_requests_were_recorded_is_missing() -> None:
    old, new = submission("7", range(10), None), submission("8", range(10, 40), CPUS)
    assert asked([old, new], ("7", 10, ()), ("8", 5, ())) == Spent({"CPU": 20}, None, is_whole=False)
    assert asked([old], ("7", 10, ())) is None
