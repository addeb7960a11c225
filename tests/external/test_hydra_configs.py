"""What Heracles says about overrides and configs, with hydra-core itself as the judge."""

import os
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from heracles.hydra.configs import Configs
from heracles.hydra.defaults import MissingOption, Repository, Unclear
from heracles.hydra.defaults import compose as composed

GROUPS = ["model", "db", "db/engine", "exp"]
OPTIONS = ["a", "b", "c"]
HEADERS = ["", "", "# @package _global_\n", "# @package other.place\n", "# a comment\n# @package _global_.x\n"]
BODIES = ["{}", "lr: 1", "net: {width: 2, depth: 3}", "lr: {start: 1}", "x: null\nlist: [1, {y: 2}]", "ref: ${lr}"]
ENTRIES = [
    "_self_", "model: a", "model: b", "/model: c", "db: a", "db@backup: b", "optional model: gone",
    "db/engine: a",
    "engine: b", "/db/engine@engine: c", "model@_global_: a", "model@_here_: c", "exp: null", "db: [a, b]", "model/a",
    "/exp/b@there", "override model: b", "override /db/engine: c", "other: a", "override exp: a", "db: gone",
    "exp: ???",
]  # fmt: skip
OVERRIDES = [
    "model=a", "model=b", "model=gone", "db=c", "db@backup=c", "exp=a", "+exp=b", "+exp@deep=c", "db/engine=b",
    "db=[a,b]",
    "model=null", "nogroup=a", "lr=2", "model.lr=2", "model.net.width=3", "model.net.with=3",
    "db.lr.start=2",
    "db.engine.lr=1", "backup.lr=3", "other.place.lr=1", "x.lr=4", "net.width=5", "+new.key=1", "new.key=2", "++a.b=1",
    "~lr", "model.list.0=2", "model.x=1", "model.x.y=1", "net={width:1}", "hydra.run.dir=x", "db@nowhere=a",
    "db.net.depth=1",
    "there.lr=1", "engine.lr=2", "db/nothing=1",
]  # fmt: skip


def entries() -> st.SearchStrategy[list[str]]:
    """Defaults lists, with the overrides at the end, where Hydra wants them."""
    lists = st.lists(st.sampled_from(ENTRIES), max_size=4, unique=True)
    return lists.map(lambda found: sorted(found, key=lambda entry: entry.startswith("override")))


def configs() -> st.SearchStrategy[str]:
    return st.builds(
        lambda header, defaults, body: (
            header
            + (f"defaults: [{', '.join(map(entry, defaults))}]\n" if defaults else "")
            + ("" if body == "{}" else f"{body}\n")
        ),
        st.sampled_from(HEADERS),
        st.one_of(st.just([]), entries()),
        st.sampled_from(BODIES),
    )


def entry(text: str) -> str:
    return f"{{{text}}}" if ": " in text else text


def trees() -> st.SearchStrategy[dict[str, str]]:
    names = [f"{group}/{option}" for group in GROUPS for option in OPTIONS]
    leaves = st.fixed_dictionaries({name: st.one_of(st.sampled_from(BODIES), configs()) for name in names})
    return st.builds(lambda files, main: {**files, "config": main}, leaves, configs())


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def verdict(folder: Path, overrides: list[str]) -> str:
    """Return why Hydra refuses overrides; empty if it does not."""
    with warnings.catch_warnings(), initialize_config_dir(str(folder), version_base="1.2"):
        warnings.simplefilter("ignore")
        try:
            compose("config", overrides=overrides)
        except HydraException as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - Hydra lets assertions and others through
            return f"{type(error).__name__}: {error}"
    return ""


FEWER = settings(max_examples=min(25, settings().max_examples))  # each asks hydra-core, which takes its time


@FEWER
@given(trees(), st.lists(st.sampled_from(OVERRIDES), min_size=1, max_size=3, unique=True))
def test_no_warning_is_false(files: dict[str, str], overrides: list[str]) -> None:
    with TemporaryDirectory() as name:
        write(Path(name), files)
        problems = Configs(Repository([name]), "config", is_complete=True).problems(overrides)
        if problems:
            assert verdict(Path(name), overrides), problems


@FEWER
@given(trees(), st.lists(st.sampled_from(OVERRIDES), max_size=2, unique=True))
def test_a_config_is_composed_as_by_hydra(files: dict[str, str], overrides: list[str]) -> None:
    """Wherever Heracles is certain, and Hydra composes, the two have the same keys."""
    with TemporaryDirectory() as name:
        write(Path(name), files)
        groups = [text for text in overrides if text in ("model=a", "model=b", "db=c", "db@backup=c", "db/engine=b")]
        choices = dict(text.split("=") for text in groups)
        try:
            tree = composed(Repository([name]), "config", choices, []).tree
        except (Unclear, MissingOption):
            return
        with warnings.catch_warnings(), initialize_config_dir(name, version_base="1.2"):
            warnings.simplefilter("ignore")
            try:
                config = compose("config", overrides=groups)
            except Exception:  # noqa: BLE001 - the other test is about what Hydra refuses
                return
        assert keys(tree) == keys(OmegaConf.to_container(config, resolve=False))


def keys(node: object) -> object:
    return {str(key): keys(value) for key, value in node.items()} if isinstance(node, dict) else None


PLAIN = {
    "config": "defaults: [_self_, {model: resnet18}, {optim: adam}]\nlr: 1\ntrainer: {steps: 3, out: '${lr}'}\n",
    "model/resnet18": "depth: 18\n",
    "model/resnet50": "depth: 50\nwide: 1\n",
    "optim/adam": "beta: 1\n",
    "extra/one": "two: 3\n",
}


@pytest.mark.parametrize(
    ("overrides", "problems"),
    [
        (["lr=1,2", "model=resnet18,resnet50", "trainer.steps=3"], []),
        (["model=resnt"], ["model=resnt: {}/model has resnet18, resnet50 (did you mean resnet50?)"]),
        (
            ["trainer.step=1,2"],
            [
                "trainer.step: the config config has no such key (did you mean trainer.steps?). Hydra will refuse it; "
                "+trainer.step would add it"
            ],
        ),
        (
            ["model=resnet18,resnet50", "model.wide=2"],
            ["model.wide: the config config has no such key. Hydra will refuse it; +model.wide would add it"],
        ),
        (
            ["extra=one"],
            [
                "extra is not in the defaults list of config, so that Hydra cannot override it: +extra=one adds it",
            ],
        ),
        (["modle=resnet18"], [
            "modle: the config config has no such key (did you mean model?). Hydra will refuse it; +modle would add it"
        ]),
        (["+extra=one", "extra.two=4", "+new=1", "new=2", "trainer.out.x=1", "--flag=1", "~lr", "hydra.x=1"], []),
        (["hydra.searchpath=[x]", "nothing=1"], []),
        (["lr=1,", "nothing=1"], []),
    ],
)  # fmt: skip
def test_problems(tmp_path: Path, overrides: list[str], problems: list[str]) -> None:
    write(tmp_path, PLAIN)
    found = Configs(Repository([str(tmp_path)]), "config", is_complete=True).problems(overrides)
    assert found == [text.format(os.path.relpath(tmp_path)) for text in problems]
