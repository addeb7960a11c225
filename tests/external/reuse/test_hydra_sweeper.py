"""Hydra's own multirun with Heracles as its sweeper: `hydra/sweeper=heracles`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import heracles

PLUGIN = Path(heracles.__file__).parent / "hydra_plugins"
APP = """\
import hydra
@hydra.main(version_base=None, config_path=".", config_name="config")
def main(config):
    print(hydra.core.hydra_config.HydraConfig.get().job.num, dict(config))
main()
"""
CONFIG = """\
defaults:
  - override hydra/sweeper: heracles
  - override hydra/job_logging: disabled
  - override hydra/hydra_logging: disabled
lr: 1
seed: 1
name: x
hydra:
  sweeper:
    seed: {seed}
    max_batch_size: {size}
    params: {{lr: "range(0,0.3,0.1),1", seed: "__randseed(2)__"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    shutil.copytree(PLUGIN, tmp_path / "hydra_plugins")  # which is where an installed one would be seen
    return tmp_path


@pytest.mark.parametrize(("seed", "size"), [(0, "null"), (7, "3")])
def test_the_jobs_are_the_runs(folder: Path, seed: int, size: str) -> None:
    (folder / "config.yaml").write_text(CONFIG.format(seed=seed, size=size))
    command = [sys.executable, "app.py", "-m", "name=choice(a,b)"]
    environment = {**os.environ, "PYTHONPATH": "."}
    shown = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    sweep = heracles.parse(["lr=range(0,0.3,0.1),1", "seed=__randseed(2)__", "name=choice(a,b)"], seed=seed)
    expected = []
    for number, run in enumerate(sweep):
        lr, seed_of_run, name = (text.partition("=")[2] for text in run)
        expected.append(f"{number} {{'lr': {lr}, 'seed': {seed_of_run}, 'name': '{name}'}}")
    assert shown.stdout.splitlines() == expected
    assert (shown.returncode, (folder / "multirun").is_dir()) == (0, True)


CASES = """\
    cases: [{{lr: "1,2"}}, {{lr: "2,3", name: "y"}}]
    exclude: ["lr=1 pair=b"]
    where: ["lr < 3 or pair == 'a'"]
    sample: {sample}
    params: {{mo: "zip(pair=[a,b],other=[c,d])", twice: "expr(lr * 2)", out: "runs/__run__"}}
"""


@pytest.mark.parametrize(("sample", "arguments"), [("null", []), ("3", []), ("null", ["name=z"])])
def test_cases_rules_and_a_sample(folder: Path, sample: str, arguments: list[str]) -> None:
    config = CONFIG.replace("lr: 1\nseed: 1\nname: x\n", "lr: 1\nname: x\npair: ''\nother: ''\ntwice: 0\nout: ''\n")
    config = "\n".join(config.splitlines()[:-1]) + "\n" + CASES
    (folder / "config.yaml").write_text(config.format(seed=1, size="null", sample=sample))
    command = [sys.executable, "app.py", "-m", *arguments]
    environment = {**os.environ, "PYTHONPATH": "."}
    shown = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    cases = [["lr=1,2", *arguments], ["lr=2,3", "name=y", *arguments]]
    sweep = heracles.parse(
        ["mo=zip(pair=[a,b],other=[c,d])", "twice=expr(lr * 2)", "out=runs/__run__"],
        cases=cases,
        exclude=["lr=1 pair=b"],
        where=["lr < 3 or pair == 'a'"],
        sample=None if sample == "null" else int(sample),
        seed=1,
    )
    expected = []
    for number, run in enumerate(sweep):
        values = {"lr": "1", "name": "x", **dict(text.split("=") for text in run)}
        data = {key: int(text) if text.isdigit() else text for key, text in values.items()}
        order = ("lr", "name", "pair", "other", "twice", "out")
        expected.append(f"{number} { {key: data[key] for key in order} }")
    assert shown.stdout.splitlines() == expected, shown.stderr
    assert sweep.size == (3 if sample == "3" else 4 if arguments else 6)
