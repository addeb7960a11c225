"""Kill every action of Heracles at random instants, on two real Slurm clusters, and count what the programs wrote.

After each kill the same command is called until it comes to its end. In between, another user and another cluster look
on, and try to cancel, to run again and to delete. The commands of Slurm are slow before and after their work.

    make storm KILLS=300
"""

import argparse
import contextlib
import itertools
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from clusters import slurm
from clusters.slurm import Cluster, happens

__all__ = ["ACTIONS", "Report", "Storm", "clusters"]

RUNS = 4
OTHER_USER = "65534"
ACTIONS = frozenset({"-r", "--resubmit-all", "--retry", "--cancel", "-d"})
"""What the stories kill."""
_ROUNDS_PER_KILL = 4
_SLOWEST = 120.0
_END = re.compile(r"^(Submitted \d|Nothing is left|Cancelled \d|There is nothing|Deleted the journal)", re.MULTILINE)
"""What is said at the end of a command."""
_COMMANDS = ("sbatch", "squeue", "scontrol", "scancel", "sacct")
_START = f"""
import runpy, site, sys
site.addsitedir({sysconfig.get_path("purelib")!r})
sys.dont_write_bytecode = True
runpy.run_module("heracles", run_name="__main__")
"""


@dataclass
class Report:
    """What a storm counted: kills that hit, and what went wrong, with the folder that it went wrong in."""

    kills: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    runs: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = Counter(each.partition(":")[0] for each in self.wrong)
        numbers = ", ".join(f"{kinds[kind]} {kind}" for kind in ("lost", "doubled", "left", "tracebacks", "failed"))
        kills = ", ".join(f"{number} of {action}" for action, number in sorted(self.kills.items()))
        return (
            f"{self.kills.total()} kills ({kills}) in {self.calls} calls for {self.runs} runs: {numbers}\n"
            + "".join(f"{each}\n" for each in self.wrong)
        )


@contextlib.contextmanager
def clusters(folder: Path) -> Iterator[list[Cluster]]:
    """Start two clusters of different names, which have the same job ids."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(slurm.start(folder / name, {"ClusterName": name, "MinJobAge": "200"}))
            for name in ("one", "two")
        ]


class Storm:
    """Stories that are killed.

    Args:
        here, there: The cluster that is worked on, and one that another login node belongs to.
        folder: Where the stories have their folders.
        seed: What the random instants are drawn from.

    """

    def __init__(self, here: Cluster, there: Cluster, folder: Path, seed: int) -> None:
        self.report = Report()
        self._here, self._there = here, there
        self._folder = folder
        self._random = random.Random(seed)  # noqa: S311 - it protects nothing
        self._times: dict[str, float] = {}
        self._expected: dict[Path, Counter[str]] = {}
        self._numbers = itertools.count()

    def stories(self) -> list[Callable[[], None]]:
        """Return the stories, each of which kills some calls."""
        return [self.submit, self.sets, self.try_first, self.again, self.retry, self.cancel, self.delete, self.look_on]

    def go_on(self, kills: int) -> Iterator[None]:
        """Tell stories until that many kills hit, and each action was hit; yield after each story.

        Whether a kill hits is chance, so the number of stories is too. Each hits at least one time in two, as the
        instants are drawn from how long the action took when it was missed.

        Raises:
            RuntimeError: If so many stories were told that this cannot be chance.

        """
        stories = itertools.cycle(self.stories())
        for _ in range(_ROUNDS_PER_KILL * max(kills, len(ACTIONS)) * len(self.stories())):
            if self.report.kills.total() >= kills and self.report.kills.keys() >= ACTIONS:
                return
            next(stories)()
            yield
        missing = ", ".join(sorted(ACTIONS - self.report.kills.keys())) or "nothing"
        raise RuntimeError(f"{missing} was never killed, whatever the instants: {self.report}")

    def submit(self) -> None:
        """Submit a sweep: each run is run once."""
        place = self._place()
        self._killed(place, *self._form(), *self._sweep())
        self._expect(place, 1)

    def sets(self) -> None:
        """Submit a sweep whose runs have different options: each run is run once."""
        place = self._place()
        self._killed(place, *self._form(), *self._sets(), *self._sweep())
        self._expect(place, 1)

    def try_first(self) -> None:
        """Submit a sweep one run of which is tried first and fails, cancel it, and go on: each run succeeds once."""
        place, form = self._place("[ -e PLACE/fixed ] || exit 3"), self._form()
        tried = "--try-first=2", *self._random.choice([[], self._sets()])
        # The run that is tried first may have failed before a call that was killed is made again.
        self._killed(place, *form, *tried, *self._sweep(), allowed="the other runs wait for the success of run 2")
        if not happens(lambda: not any(" RUNNING " in line for line in self._alive(place)), _SLOWEST):
            self.report.wrong.append(f"left: {place} has jobs that run")
        self._killed(place, "--cancel")
        (place / "fixed").touch()
        self._killed(place, *form, "--resubmit-all", *tried, *self._sweep())
        self._expect(place, 1)

    def again(self) -> None:
        """Submit a sweep, and then all of it once more: each run is run twice."""
        place, form = self._place(), self._form()
        self._call(place, *form, *self._sweep())
        self._killed(place, *form, "--resubmit-all", *self._sweep())
        self._expect(place, 2)

    def retry(self) -> None:
        """Run again what failed: each run succeeds once."""
        place = self._place("[ -e PLACE/fixed ] || exit 3")
        self._call(place, *self._form(), *self._sweep())
        self._wait(place)
        (place / "fixed").touch()
        self._killed(place, "--retry")
        self._expect(place, 1)

    def cancel(self) -> None:
        """Cancel what an interrupted submission left: no run comes to its end."""
        place = self._place("sleep 300")
        self._killed(place, *self._form(), *self._sweep(), ends=False)
        self._killed(place, "--cancel", allowed="nothing is known about")
        self._expect(place, 0)
        if self._alive(place):
            self.report.wrong.append(f"left: {place} has jobs after --cancel")

    def delete(self) -> None:
        """Delete the files of a sweep, and submit it anew: each run is run twice."""
        place, form = self._place(), self._form()
        self._call(place, *form, *self._sweep())
        self._wait(place)
        self._killed(place, "-d")
        if left := [path.name for path in place.iterdir() if "_hydra" in path.name]:
            self.report.wrong.append(f"left: {place} has {left} after -d")
        self._killed(place, *form, *self._sweep())
        self._expect(place, 2)

    def look_on(self) -> None:
        """Let another user and another cluster do what they want: each run is run once."""
        place, form = self._place("sleep 2"), self._form()
        self._killed(place, *form, *self._sweep(), ends=False)
        for cluster, user in ((self._there, ""), (self._here, OTHER_USER)):
            # One's own files can be deleted from everywhere, once the runs have ended.
            actions = ["-s", "--retry", "--retry=unknown", "--cancel", *(["-d"] if user else [])]
            for action in self._random.sample(actions, 2):
                self._call(place, action, cluster=cluster, user=user, may_fail=True)
        self._killed(place, *form, *self._sweep())
        self._expect(place, 1)

    def verify(self) -> Report:
        """Wait for all jobs to end, and return what was counted."""
        for cluster in (self._here, self._there):
            if not happens(lambda cluster=cluster: not self._queue(cluster), _SLOWEST):  # type: ignore[misc]
                self.report.wrong += [f"left: job {line}" for line in self._queue(cluster)]
        for place, expected in self._expected.items():
            found = Counter((place / "ran").read_text().split() if (place / "ran").exists() else [])
            self.report.runs += found.total()
            self.report.wrong += [f"lost: {run} in {place}" for run in (expected - found).elements()]
            self.report.wrong += [f"doubled: {run} in {place}" for run in (found - expected).elements()]
        return self.report

    def _form(self) -> list[str]:
        return [f"-r={shlex.quote('bin/sbatch')}", *self._random.choice([[], ["-a"], ["-a", "--max-array=2"]])]

    @staticmethod
    def _sets() -> list[str]:
        return ["--with", "x=1,3: --nice=5", "--with", "x=3: --time=9"]

    def _sweep(self) -> list[str]:
        return [f"x=range({RUNS})"]

    def _expect(self, place: Path, number: int) -> None:
        self._expected[place] = Counter({f"x={run}": number for run in range(RUNS)})

    def _place(self, before: str = "true") -> Path:
        """Make a folder with a job script whose program writes down its run once it has come to its end."""
        place = self._folder / f"story {next(self._numbers)}"
        (place / "bin").mkdir(parents=True)
        place.chmod(0o777)
        for command in _COMMANDS:
            real = shutil.which(command, path=self._here.environment["PATH"]) or ""
            pauses = [f"sleep 0.0{self._random.randrange(10)}" if self._random.random() < 0.5 else "" for _ in "ab"]
            text = f'#!/bin/bash\n{pauses[0]}\n{real} "$@"\ncode=$?\n{pauses[1]}\nexit "$code"\n'
            (place / "bin" / command).write_text(text)
            (place / "bin" / command).chmod(0o755)
        here = shlex.quote(str(place))
        program = f'{before.replace("PLACE", here)} || exit\necho "$*" >> {here}/ran\n'
        (place / "program").write_text(f"#!/bin/bash\n{program}")
        (place / "program").chmod(0o755)
        (place / "job.sh").write_text("#!/bin/bash\n#SBATCH --output=/dev/null\n./program\n")
        return place

    def _killed(self, place: Path, *arguments: str, ends: bool = True, allowed: str = "") -> None:
        """Call a command that is killed some times, and then, unless told otherwise, until it comes to its end.

        One that came to its end, or said so before it was killed, is not called again.
        """
        if any(self._kill(place, *arguments) for _ in range(self._random.randint(1, 5))):
            return
        if ends:
            self._call(place, *arguments, allowed=allowed)

    def _kill(self, place: Path, *arguments: str) -> bool:
        """Call a command, and kill it if it takes longer than a random time; return whether it came to its end."""
        action = self._action(arguments)
        begin = time.monotonic()
        process = self._start(place, arguments, self._here, "")
        pause = self._random.uniform(0.1, 1.05) * self._times.get(action, 1.0)
        number = self._random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
        try:
            output = process.communicate(timeout=pause)[0]
            self._times[action] = time.monotonic() - begin
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            self.report.kills[action] += 1
            output = process.communicate()[0]
        self._check(place, arguments, output)
        return process.returncode == 0 or bool(_END.search(output))

    def _call(
        self,
        place: Path,
        *arguments: str,
        cluster: Cluster | None = None,
        user: str = "",
        may_fail: bool = False,
        allowed: str = "",
    ) -> None:
        begin = time.monotonic()
        process = self._start(place, arguments, cluster or self._here, user)
        output = process.communicate(timeout=_SLOWEST)[0]
        if not cluster:
            self._times[self._action(arguments)] = time.monotonic() - begin
        self._check(place, arguments, output)
        if process.returncode and not may_fail and not (allowed and allowed in output):
            self.report.wrong.append(f"failed: {shlex.join(arguments)} in {place}: {output}")

    def _start(self, place: Path, arguments: tuple[str, ...], cluster: Cluster, user: str) -> "subprocess.Popen[str]":
        self.report.calls += 1
        python = sys.executable
        words: list[str] = []
        if user:
            words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
            python = "/usr/bin/python3"  # one's own may be in a folder of one's own
        return subprocess.Popen(
            [*words, python, "-c", _START, "job.sh", *arguments],
            cwd=place,
            env={**cluster.environment, "HOME": str(place)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _check(self, place: Path, arguments: tuple[str, ...], output: str) -> None:
        if "init_import_site" in output:  # Python itself, interrupted before it was about to run any program
            return
        if "Traceback" in output or "Exception ignored" in output:
            self.report.wrong.append(f"tracebacks: {shlex.join(arguments)} in {place}: {output}")

    @staticmethod
    def _action(arguments: tuple[str, ...]) -> str:
        words = [word.partition("=")[0] for word in arguments if word.startswith("-")]
        return "--resubmit-all" if "--resubmit-all" in words else words[0]

    def _queue(self, cluster: Cluster) -> list[str]:
        return cluster.run("squeue", "--noheader", "--format=%i %T %r %Z").stdout.splitlines()

    def _alive(self, place: Path) -> list[str]:
        lines = [line for line in self._queue(self._here) if line.endswith(str(place))]
        return [line for line in lines if " COMPLETING " not in line]

    def _wait(self, place: Path) -> None:
        happens(lambda: not self._alive(place), _SLOWEST)


def main() -> int:
    """Storm until enough was killed; return 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    options = parser.parse_args()
    os.umask(0)  # so that the other user could do harm
    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        os.chmod(name, 0o755)  # noqa: S103 - another user looks on
        with clusters(Path(name)) as (here, there):
            storm = Storm(here, there, Path(name), options.seed)
            for _ in storm.go_on(options.kills):
                sys.stderr.write(f"\r{storm.report.kills.total()} kills ")
            report = storm.verify()
    sys.stdout.write(f"seed {options.seed}: {report}")
    return bool(report.wrong)


if __name__ == "__main__":
    sys.exit(main())
