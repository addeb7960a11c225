"""Lines of multiruns, pasted: each run of Heracles' composes the config, and has the folder, of Hydra's own job."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hydra
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

# Hydra 1.4 does not find plug-ins that are installed editable, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Hydra could not discover plugins:UserWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("multirun")
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


def jobs_of_heracles(words: list[str], capsys: pytest.CaptureFixture[str]) -> Iterator[Job]:
    """Yield the runs that Heracles makes of a whole line."""
    with pytest.raises(SystemExit) as ended:
        main(["job.sh", "--print", "jsonl", *words])
    shown = capsys.readouterr()
    assert (ended.value.code, shown.err) == (0, "")
    loader = GlobalHydra.instance().config_loader()
    for line in shown.out.splitlines():
        given = get_args_parser().parse_args(json.loads(line)["overrides"])  # as a single run reads its words
        config = loader.load_configuration(given.config_name or "config", given.overrides, run_mode=RunMode.RUN)
        with open_dict(config):
            config.hydra.mode = RunMode.RUN
        yield job(config)


def test_the_corpus_is_large() -> None:
    assert len(set(LINES)) == len(LINES) >= 100


@pytest.mark.parametrize("line", LINES)
def test_a_pasted_line(
    line: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    words = shlex.split(line)
    start = next(place for place, word in enumerate(words) if word.endswith("main.py")) + 1
    with initialize_config_dir(str(folder / "conf"), **BASE):
        wanted = list(jobs_of_hydra(words[start:]))
        found = list(jobs_of_heracles(words, capsys))
    assert [own for own, _ in found] == [own for own, _ in wanted]
    if "hydra.sweep" in line:
        assert [place for _, place in found] == [place for _, place in wanted]
