"""The life of a sweep on a real Slurm: tried first, launched, grown while it runs, and retried with more time."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from clusters.project import Project
from clusters.slurm import Cluster, happens

import heracles

SWEEP = ["model=small,large", "lr=1,2,3"]
TEN, TWENTY = [[*SWEEP, f"seed=__randseed({number})__"] for number in (10, 20)]
RESOURCES = ["--with", "model=large: --time=9"]
FAILING = {"model=large", "lr=3"}

PROGRAM = """limit=$(squeue --noheader --job="$SLURM_JOB_ID" --format=%l | sort -u)
if [[ $* = FIRST ]]; then echo tried > NOTES/tried; else [ -e NOTES/tried ] || echo early > NOTES/early; fi
echo "$*|$limit" >> NOTES/begun-"$SLURM_JOB_ID"
[ -e NOTES/tried ] && until [[ $* = FIRST || -e go ]]; do sleep 0.2; done
[[ $* != model=large\\ lr=3\\ * || $limit = 30:00 ]] || exit 3
echo "$*|$limit" >> NOTES/done-"$SLURM_JOB_ID"
"""


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Project:
    return Project(cluster, tmp_path / "a folder")


def written(project: Project, kind: str) -> list[tuple[str, str]]:
    """Return the overrides and the time limit of each run that has begun or is done, as the programs wrote them."""
    lines = [line for path in project.notes.glob(f"{kind}-*") for line in path.read_text().splitlines()]
    return [(run, limit) for run, _, limit in (line.partition("|") for line in lines)]


def test_every_run_of_a_sweep_succeeds_exactly_once_whatever_happens_to_it(project: Project) -> None:
    small = heracles.parse(TEN)
    first = [" ".join(run) for run in small]
    project.write(PROGRAM.replace("FIRST", f"'{first[0]}'"))

    launched = project.submit("-a", "--try-first", *RESOURCES, *TEN)
    assert (launched.returncode, launched.stderr) == (0, "")
    assert (
        "\nCost: at most 7 CPU hours\n"
        "  30 runs × 0:05:00 × 1 CPU = 2.5 CPU hours\n"
        "  30 runs × 0:09:00 × 1 CPU = 4.5 CPU hours, with --time=9\n"
    ) in launched.stdout
    assert happens(lambda: len(written(project, "begun")) > 1, 120), project.heracles("-s").stdout
    assert project.counts().get("done") == 1

    grown = project.submit("-a", *RESOURCES, *TWENTY)
    assert (grown.returncode, grown.stderr) == (0, "")
    assert "  30 runs × 0:09:00 × 1 CPU = 4.5 CPU hours, with --time=9\n" in grown.stdout
    assert sum(project.counts().values()) == 120
    (project.folder / "go").touch()
    project.cluster.wait_until_idle(300)
    assert project.counts() == {"done": 100, "failed": 20}

    retried = project.heracles("--retry", "--retry-with=--time=30")
    assert (retried.returncode, retried.stderr) == (0, "")
    assert "\nCost: at most 20 runs × 0:30:00 × 1 CPU = 10 CPU hours\n" in retried.stdout
    project.cluster.wait_until_idle(300)
    assert project.counts() == {"done": 120}
    assert re.search(r"^Took \S+ CPU hours \(at most 24\)$", project.heracles("-s").stdout, re.MULTILINE)
    assert project.submit("-a", *RESOURCES, *TWENTY).stdout.startswith("Nothing is left to submit")

    done = Counter(run for run, _ in written(project, "done"))
    assert (len(done), done.total()) == (120, 120)
    assert set(first) <= set(done)
    assert len(written(project, "begun")) == 140
    assert not (project.notes / "early").exists()
    assert dict(written(project, "done")) == {run: limit_of(run) for run in done}
    check_seeds(done)


def limit_of(run: str) -> str:
    """Return the time limit that a run succeeds with, as squeue prints it."""
    model, lr, _ = run.split()
    return "30:00" if {model, lr} == FAILING else "9:00" if model == "model=large" else "5:00"


def check_seeds(runs: Counter[str]) -> None:
    """Check that each combination of the other values has twenty seeds, and that no two runs share one."""
    seeds = defaultdict(set)
    for run in runs:
        others, _, seed = run.rpartition(" seed=")
        seeds[others].add(seed)
    assert {others: len(of_others) for others, of_others in seeds.items()} == {
        f"{model} {lr}": 20 for model in ("model=small", "model=large") for lr in ("lr=1", "lr=2", "lr=3")
    }
    assert len(set.union(*seeds.values())) == 120
