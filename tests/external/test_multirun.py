"""Lines of multiruns, pasted: each run of Heracles' composes the config, and has the folder, of Hydra's own job.

Hydra takes a tenth of a second for each config. So `corpus/multirun_answers.json` records what it answered: to the
lines, and to the runs that Heracles made of them. It is asked again about one line in ten and about all that is
not recorded; about all lines with the profile "thorough", and if this is another Hydra. To record the answers anew:

    PYTHONPATH=tests python tests/external/test_multirun.py
"""

import contextlib
import hashlib
import io
import json
import os
import re
import shlex
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import hydra
import omegaconf
import pytest
from hydra import initialize_config_dir
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import OmegaConf, open_dict
from support import CORPUS

from heracles.cli.main import main

IS_NEXT = hydra.__version__ >= "1.4"
CORPUS_LINES = [json.loads(line)["line"] for line in (CORPUS / "multirun.jsonl").read_text().splitlines()]
# A multirun of Hydra 1.4 makes `~name=null` of `~name`, and fails.
LINES = [line for line in CORPUS_LINES if not IS_NEXT or "~trainer.name" not in line]


def digest(value: object) -> str:
    """Return a digest of a config, in which the type of each value counts, and the order of the keys."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


SETTINGS = ("n_jobs", "timeout_min", "partition", "gres", "mem_gb", "array_parallelism", "tasks_per_node")
LAUNCHER = "".join(f"{name}: 1\n" for name in ("_target_", *SETTINGS))
FILES = {
    "conf/config": "defaults: [_self_, {model: cnn}, {optim: adam}, {data@aux: mnist}, {db@backup: pg}]\n"
    "lr: 1.0\nseed: 0\ntrainer: {layers: [1], opts: {a: 0}, name: n, steps: 1, path: p, note: x, out: o}\n",
    "conf/other": "defaults: [config, _self_]\nother: true\nlr: 2.0\n",
    **{f"conf/model/{name}": f"name: {name}\n" for name in ("cnn", "mlp", "resnet18", "resnet50")},
    **{f"conf/optim/{name}": f"kind: {name}\nlr: 0.5\n" for name in ("adam", "sgd")},
    **{f"conf/data/{name}": f"set: {name}\n" for name in ("mnist", "cifar")},
    **{f"conf/db/{name}": f"driver: {name}\n" for name in ("pg", "my")},
    **{f"conf/experiment/{name}": f"# @package _global_\nlr: 7\nsize: {name}\n" for name in ("base", "large")},
    **{f"conf/hydra/launcher/{name}": LAUNCHER for name in ("submitit_slurm", "submitit_local", "joblib", "slurm")},
    "extra/model/mlp": "name: mlp\n",
}
# Hydra 1.3 warns where it is not given, and 1.4 where it is.
BASE: dict[str, Any] = {} if IS_NEXT else {"version_base": None}
DECORATOR = f'@hydra.main({"version_base=None, " if BASE else ""}config_path="conf", config_name="config")'
APP = f"#!/usr/bin/env python\nimport hydra\n{DECORATOR}\ndef main(cfg):\n    print(cfg)\nmain()\n"
Job = tuple[Any, str]
ANSWERS = CORPUS / "multirun_answers.json"
MADE_OF = [hydra.__version__, omegaconf.__version__, digest([FILES, APP])]
"""What the answers depend on."""


def recorded() -> dict[str, Any]:
    """Return the answers that were recorded, or nothing if they are of another Hydra or other configs."""
    answers: dict[str, Any] = json.loads(ANSWERS.read_text())
    return answers if answers["made_of"] == MADE_OF else {}


RECORD = recorded() if ANSWERS.exists() else {}

# Hydra 1.4 does not find plug-ins that are installed editable, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Hydra could not discover plugins:UserWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("multirun"))


def made(folder: Path) -> Path:
    """Write the program and its configs into a folder."""
    for name, text in FILES.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "main.py").write_text(APP)
    (folder / "job.sh").write_text("export HYDRA_FULL_ERROR=1\nsrun python main.py\n")
    return folder


def job(config: Any) -> Job:
    """Return what a run gets: the program's config, and the folder that the run writes to."""
    HydraConfig.instance().set_config(config)
    folder = config.hydra.run.dir
    if config.hydra.mode == RunMode.MULTIRUN:
        folder = str(Path(config.hydra.sweep.dir) / config.hydra.sweep.subdir)
    with open_dict(config):
        hydra = config.pop("hydra")
        own = OmegaConf.to_container(config, resolve=True)
        config.hydra = hydra
    # A run keeps the spelling that was typed: `note=true`, `~name`; Hydra makes `note=True` and `~name=null` of them.
    spelled = re.sub("=true", "=True", str(Path(folder)).replace("~trainer.name=null", "~trainer.name"))
    return own, re.sub(r"\d+-\d\d-\d\d", "TIME", spelled)


def jobs_of_hydra(words: list[str]) -> Iterator[Job]:
    """Yield the jobs of a multirun, as BasicSweeper and BasicLauncher make them."""
    given = get_args_parser().parse_intermixed_args(words)
    loader = GlobalHydra.instance().config_loader()
    name = given.config_name or "config"
    master = loader.load_configuration(name, given.overrides, run_mode=RunMode.MULTIRUN)
    task: Any = OmegaConf.to_container(master.hydra.overrides.task, resolve=False)  # as `Hydra.multirun` does
    overrides = OverridesParser.create(loader).parse_overrides(task)
    (jobs,) = BasicSweeper.split_arguments(overrides, max_batch_size=None)
    for number, words_of_job in enumerate(jobs):
        config = loader.load_sweep_config(master, list(words_of_job))
        with open_dict(config):
            config.hydra.mode = RunMode.MULTIRUN
            config.hydra.job.id = str(number)
            config.hydra.job.num = number
        yield job(config)


def printed(words: list[str]) -> list[list[str]]:
    """Return the words of the runs that Heracles makes of a whole line."""
    raw = io.BytesIO()
    with (
        contextlib.redirect_stdout(io.TextIOWrapper(raw)) as output,
        contextlib.redirect_stderr(io.StringIO()) as errors,
        pytest.raises(SystemExit) as ended,
    ):
        main(["job.sh", "--print", "jsonl", *words])
    assert (ended.value.code, errors.getvalue()) == (0, "")
    output.flush()
    return [json.loads(line)["overrides"] for line in raw.getvalue().decode().splitlines()]


def job_of_run(words: list[str]) -> Job:
    """Return what Hydra makes of the words of a single run."""
    loader = GlobalHydra.instance().config_loader()
    given = get_args_parser().parse_args(words)
    config = loader.load_configuration(given.config_name or "config", given.overrides, run_mode=RunMode.RUN)
    with open_dict(config):
        config.hydra.mode = RunMode.RUN
    return job(config)


def spelled(words: list[str]) -> str:
    """Return the words of a run as one text, with a word for each time."""
    return re.sub(r"\d+-\d\d-\d\d", "TIME", shlex.join(words))


def brief(jobs: Iterable[Job]) -> list[list[str]]:
    """Return what is recorded of jobs: a digest of the config, and the folder."""
    return [[digest(own), place] for own, place in jobs]


def of_hydra(line: str) -> list[str]:
    """Return the words of a line after the program."""
    words = shlex.split(line)
    return words[next(place for place, word in enumerate(words) if word.endswith("main.py")) + 1 :]


def agreed(line: str, runs: list[list[str]]) -> bool:
    """Return whether the record has all answers about a line and its runs, and these are the same."""
    if not RECORD or LINES.index(line) % 10 == 0 or os.environ.get("HYPOTHESIS_PROFILE") == "thorough":
        return False
    wanted = RECORD["jobs"].get(line)
    found = [RECORD["runs"].get(spelled(words)) for words in runs]
    if "hydra.sweep" not in line and wanted and None not in found:
        wanted, found = [[own for own, _ in jobs] for jobs in (wanted, found)]
    return bool(wanted == found)


def test_the_corpus_is_large() -> None:
    assert len(set(LINES)) == len(LINES) >= 100


@pytest.mark.parametrize("line", LINES)
def test_a_pasted_line(line: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    runs = printed(shlex.split(line))
    if agreed(line, runs):
        return
    with initialize_config_dir(str(folder / "conf"), **BASE):
        wanted = list(jobs_of_hydra(of_hydra(line)))
        found = list(map(job_of_run, runs))
    assert [own for own, _ in found] == [own for own, _ in wanted]
    if "hydra.sweep" in line:
        assert [place for _, place in found] == [place for _, place in wanted]
    if RECORD and line in RECORD["jobs"]:
        assert RECORD["jobs"][line] == brief(wanted), "the record is of another Hydra"


def record(folder: Path) -> None:
    """Ask Hydra about all lines, and record its answers."""
    answers: dict[str, Any] = {"made_of": MADE_OF, "jobs": {}, "runs": {}}
    with initialize_config_dir(str(folder / "conf"), **BASE):
        for line in LINES:
            answers["jobs"][line] = brief(jobs_of_hydra(of_hydra(line)))
            runs = printed(shlex.split(line))
            answers["runs"] |= dict(zip(map(spelled, runs), brief(map(job_of_run, runs)), strict=True))
    ANSWERS.write_text(json.dumps(answers, indent=0) + "\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        record(made(Path(name)))
