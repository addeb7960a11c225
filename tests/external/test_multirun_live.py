"""Lines of multiruns, launched: each run of Heracles' gets the config, and leaves the files, of Hydra's own job.

A sample of the corpus is launched; `make test-live` launches all of it.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from external import live
from external.test_multirun import DECORATOR, FILES, LINES
from hypothesis import settings

from heracles.cli.main import main

APP = f"""#!/usr/bin/env python
import json, os
import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

{DECORATOR}
def main(cfg):
    seen = dict(config=OmegaConf.to_container(cfg, resolve=True), folder=HydraConfig.get().runtime.output_dir)
    seen["is_inside"] = os.getcwd() == seen["folder"]
    with open(os.environ["SEEN"], "a") as file:
        print(json.dumps(seen), file=file)

main()
"""
LAUNCHER = """from hydra._internal.core_plugins.basic_launcher import BasicLauncher

class PretendLauncher(BasicLauncher):
    def __init__(self, **settings):
        super().__init__()
"""
SHARED = ("conf", "extra", "main.py", "job.sh")
IS_WHOLE = settings().max_examples > 1000
Start = Callable[[Path, list[str]], int]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the program, its configs and its launcher."""
    folder = tmp_path_factory.mktemp("program")
    for name, text in FILES.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("_target_: 1", "_target_: hydra_plugins.pretend.PretendLauncher"))
    (folder / "hydra_plugins").mkdir()
    (folder / "hydra_plugins" / "pretend.py").write_text(LAUNCHER)
    (folder / "main.py").write_text(APP)
    (folder / "job.sh").write_text("export HYDRA_FULL_ERROR=1\nsrun python main.py\n")
    return folder


@pytest.fixture(scope="module")
def start(program: Path) -> Iterator[Start]:
    """Yield a function that runs the program in a folder with some words, and returns the exit code."""
    environment = {**os.environ, "PYTHONPATH": str(program), "HYDRA_FULL_ERROR": "1"}
    command = [sys.executable, live.__file__, str(program / "conf")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin and process.stdout
        asked, answers = process.stdin, process.stdout

        def started(folder: Path, words: list[str]) -> int:
            print(json.dumps([str(folder), *words]), file=asked, flush=True)
            return int(answers.readline())

        yield started
        asked.close()


def folder_for(program: Path, parent: Path, name: str) -> Path:
    """Return a new folder with links to the program."""
    folder = parent / name
    folder.mkdir()
    for shared in SHARED:
        (folder / shared).symlink_to(program / shared)
    return folder


def runs_of_heracles(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Return the overrides of each run that Heracles makes of a whole line, each run with a folder as in a multirun."""
    has_folder = any("hydra.sweep" in word or "hydra.run.dir" in word for word in words)
    folders = [] if has_folder else ["--hydra-dirs=multirun/2026-11-26/01-23-45"]
    with pytest.raises(SystemExit) as ended:
        main(["job.sh", "--print", "jsonl", *folders, *words])
    shown = capsys.readouterr()
    assert (ended.value.code, shown.err) == (0, "")
    return [json.loads(line)["overrides"] for line in shown.out.splitlines()]


def left(folder: Path) -> tuple[list[Any], dict[str, str]]:
    """Return what each run saw, and the files that all of them left, with the text of their configs."""

    def normal(text: str) -> str:
        text = re.sub(r"\d+-\d\d-\d\d/\d\d-\d\d-\d\d", "TIME", text.replace(str(folder), "HERE"))
        # A run keeps the spelling that was typed; Hydra makes `note=True` and `~name=null` of `note=true` and `~name`.
        return text.replace("=true", "=True").replace("~trainer.name=null", "~trainer.name")

    seen = [json.loads(normal(line)) for line in (folder / "seen").read_text().splitlines()]
    found = {}
    for path in folder.rglob("*"):
        name = normal(str(path.relative_to(folder)))
        is_own = path.relative_to(folder).parts[0] in (*SHARED, "seen", "printed") or path.name == "multirun.yaml"
        if path.is_file() and not is_own:
            found[name] = normal(path.read_text()) if path.name == "config.yaml" else ""
    return seen, found


@pytest.mark.parametrize("number", range(0, len(LINES), 1 if IS_WHOLE else 20))
def test_a_line_is_launched(
    number: int,
    program: Path,
    start: Start,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = shlex.split(LINES[number].replace("/tmp/x", f"{tmp_path}/x"))
    first = next(place for place, word in enumerate(words) if word.endswith("main.py")) + 1
    theirs, ours = folder_for(program, tmp_path, "theirs"), folder_for(program, tmp_path, "ours")
    assert start(theirs, words[first:]) == 0, (theirs / "printed").read_text()
    moved = [theirs / "x", tmp_path / "x"]
    if moved[1].exists():
        moved[1].rename(moved[0])
    monkeypatch.chdir(ours)
    for overrides in runs_of_heracles(words, capsys):
        assert start(ours, overrides) == 0, (ours / "printed").read_text()
    if (tmp_path / "x").exists():
        (tmp_path / "x").rename(ours / "x")
    assert left(ours) == left(theirs)
