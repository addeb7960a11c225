"""Sweeps with cases, rules, samples and all kinds of dimensions: every action finds them again."""

import json
import subprocess
from pathlib import Path

import pytest
from support import Heracles

import heracles as package
from heracles.ir import Runs, Subset

FAILING = "#!/bin/bash\nset -e\nprintf '%s\\n' \"$*\" >> seen\n[[ -e fixed || $* != *x=2* ]] || exit 3\n"
WORDS = ["x=range(6)", "seed=__randseed(2)__", "dir=runs/__run(3)__/$x"]
CASES = [["mo=zip(m=[cnn,vit],b=choice(32,64))", "y=expr(x * b)"], ["lr=interval(0,1)", 'z="it\'s"'], []]
EXCLUDE, WHERE, SAMPLE = ["x=5 m=vit", "x=0"], ["x != 1 or m == 'cnn'"], 9
COMMAND = [
    *(*WORDS, *(word for case in CASES[:2] for word in ("--case", *case)), "--case"),
    *(*(f"--exclude={rule}" for rule in EXCLUDE), f"--where={WHERE[0]}", f"--sample={SAMPLE}", "--seed=7"),
]


@pytest.fixture
def sweep(tmp_path: Path) -> Runs:
    """Return the sweep that `COMMAND` is, of a script that fails with x=2 until there is a file `fixed`."""
    (tmp_path / "job.sh").write_text(FAILING)
    return package.parse(WORDS, cases=CASES, exclude=EXCLUDE, where=WHERE, sample=SAMPLE, seed=7)


def ran(folder: Path) -> list[str]:
    """Return what each run noted down since the last call, in order."""
    path = folder / "seen"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return sorted(lines)


def words(runs: Runs) -> list[str]:
    return sorted(map(" ".join, runs))


@pytest.mark.parametrize("shape", [[], ["-a"]])
def test_the_life_of_a_sweep(sweep: Runs, shape: list[str], tmp_path: Path, heracles: Heracles) -> None:
    failing = [run for run, overrides in enumerate(sweep) if "x=2" in overrides]
    assert 0 < len(failing) < sweep.size == SAMPLE * 2
    heracles("job.sh", "-q", "-r=bash", "--keep-going", *shape, *COMMAND)
    assert ran(tmp_path) == words(sweep)
    listed = json.loads(heracles("job.sh", "-s", "--json").stdout)["list"]
    assert [tuple(each["overrides"]) for each in listed] == list(sweep)
    assert [each["run"] for each in listed if each["state"] == "failed"] == failing
    assert heracles("job.sh", "-s", *COMMAND).stdout == heracles("job.sh", "-s").stdout
    (tmp_path / "fixed").touch()
    assert heracles("job.sh", "-q", "--retry").returncode == 0
    assert ran(tmp_path) == words(Subset(sweep, failing))
    assert heracles("job.sh", "-q", "-r=bash", *shape, *COMMAND).returncode == 0
    assert heracles("job.sh", "--retry", *COMMAND).stdout == "There is nothing to run again: 18 done\n"
    assert not ran(tmp_path)
    assert heracles("job.sh", "-d", *shape, *COMMAND).returncode == 0
    assert not list(tmp_path.glob("job_hydra*.sh")) or shape


def test_what_is_printed(sweep: Runs, heracles: Heracles) -> None:
    printed = heracles("--print=jsonl", *COMMAND).stdout.splitlines()
    assert [tuple(json.loads(line)["overrides"]) for line in printed] == list(sweep)
    assert heracles("--print=ir", *COMMAND).stdout == f"{sweep.to_json()}\n"
    header, *rows = [line.split("\t") for line in heracles("--print=tsv", *COMMAND).stdout.splitlines()]
    assert header == ["run", *sweep.columns]
    found = [tuple(f"{key}={cell}" for key, cell in zip(header[1:], row[1:], strict=True) if cell) for row in rows]
    assert found == list(sweep)


def test_a_sweep_with_another_rule_is_another_one(sweep: Runs, heracles: Heracles) -> None:
    assert sweep.size
    assert heracles("job.sh", "-w", "-q", "a=1,2,3", "--where=a < 3").returncode == 0
    assert heracles("job.sh", "-s", "a=1,2,3", "--where=a < 3").returncode == 0
    for other in (
        ["a=1,2,3"],
        ["a=1,2,3", "--where=a < 2"],
        ["--case", "a=1,2", "--case", "a=3"],
        ["a=1,2,3", "--sample=2"],
    ):
        assert "this sweep of job.sh was never written" in heracles("job.sh", "-s", *other).stderr


def test_the_configs_are_not_needed_again(tmp_path: Path, sweep: Runs, heracles: Heracles) -> None:
    assert sweep.size
    (tmp_path / "conf" / "db").mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "conf" / "db" / f"{name}.yaml").touch()
    given = ["--config-dir=conf", "x=1", "--case", "db=glob(*)", "--case", "y=2", "--exclude=db=a"]
    assert heracles("job.sh", "-r=bash", "-q", *given).returncode == 0
    shown = [["x=1", "--config-dir=conf", "db=b"], ["x=1", "--config-dir=conf", "y=2"]]
    assert ran(tmp_path) == list(map(" ".join, shown))
    listed = json.loads(heracles("job.sh", "-s", "--json").stdout)["list"]
    assert [each["overrides"] for each in listed] == shown


@pytest.mark.parametrize("status", ["-s", "--retry", "--cancel", "-d", "--logs=0"])
def test_rules_alone_are_no_sweep(sweep: Runs, status: str, heracles: Heracles) -> None:
    assert sweep.size
    result = heracles("job.sh", status, "--where=a")
    assert (result.returncode, result.stdout) == (2, "")
    assert "--where is about the sweep that is given with it: write overrides after the script" in result.stderr


def test_cases_of_a_program_with_options_of_its_own(heracles: Heracles) -> None:
    lines = heracles("--print=commands", "--", "--s=1", "--case", "--a=1,2", "--case", "--", "--case=3").stdout
    assert lines == "--s=1 --a=1\n--s=1 --a=2\n--s=1 --case=3\n"


@pytest.mark.parametrize("shape", [[], ["-a"]])
def test_a_retry_has_the_rows_that_the_file_had(shape: list[str], tmp_path: Path, heracles: Heracles) -> None:
    (tmp_path / "job.sh").write_text(FAILING)
    path = tmp_path / "in" / "rows.csv"
    path.parent.mkdir()
    path.write_text('x,y\n1,\n2,"a b"\n')
    heracles("job.sh", "-q", "-r=bash", "--keep-going", *shape, "@in/rows.csv", "n=1")
    assert ran(tmp_path) == ["x=1 n=1", "x=2 y='a b' n=1"]
    path.write_text("x,y\n5,\n6,7\n")
    (tmp_path / "fixed").touch()
    retried = heracles("job.sh", "-q", "--retry")
    assert (retried.returncode, ran(tmp_path)) == (0, ["x=2 y='a b' n=1"])
    assert heracles("job.sh", "-s").stderr == (
        "in/rows.csv has changed since this sweep was written: what it had in it then counts.\n"
    )
    heracles("job.sh", "-q", "-r=bash", *shape, "@in/rows.csv", "n=1")
    assert ran(tmp_path) == ["x=5 n=1", "x=6 y=7 n=1"]


def test_very_many_rows(tmp_path: Path, heracles: Heracles) -> None:
    (tmp_path / "rows.csv").write_text("lr,model,note\n" + "".join(f"{n}e-5,m{n % 7},\n" for n in range(10**5)))
    (tmp_path / "job.sh").write_text('[[ $* != *lr=99999e-5* ]] || echo "$*" > seen\n')
    heracles("job.sh", "-q", "-w", "-a", "--scheduler=none", "@rows.csv")
    heracles("job.sh", "-q", "-w", "-a", "--scheduler=none", "@rows.csv")
    assert (tmp_path / "job_hydra.sh").stat().st_size < 3 * 10**6
    subprocess.run(["bash", "job_hydra.sh", "99999"], cwd=tmp_path, check=True)
    assert (tmp_path / "seen").read_text() == "lr=99999e-5 model=m4\n"


def test_rows_of_options_that_a_config_lacks(tmp_path: Path, heracles: Heracles) -> None:
    (tmp_path / "job.sh").write_text("python main.py\n")
    (tmp_path / "conf" / "model").mkdir(parents=True)
    (tmp_path / "conf" / "config.yaml").write_text("defaults: [{model: cnn}]\nlr: 1\n")
    (tmp_path / "conf" / "model" / "cnn.yaml").write_text("depth: 1\n")
    (tmp_path / "rows.csv").write_text("model,lr,hydra.run.dir\ncnn,1,a\nvit,2,b\n")
    shown = heracles("job.sh", "--config-dir=conf", "@rows.csv").stderr
    assert shown == "Warning: model=vit: conf/model has cnn\n"
