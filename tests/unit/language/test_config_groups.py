"""The options of config groups, and what glob() says if there are none."""

from pathlib import Path

import pytest

import heracles
from heracles.errors import FileError, OverrideError
from heracles.language.config_groups import options


@pytest.fixture
def configs(tmp_path: Path) -> str:
    for name in ("b.yaml", "a.yaml", "c.yml", "d.yaml.bak"):
        (tmp_path / "env" / "robot").mkdir(parents=True, exist_ok=True)
        (tmp_path / "env" / "robot" / name).touch()
    (tmp_path / "file").touch()
    return str(tmp_path)


def test_the_options_are_the_yaml_files_in_order(configs: str) -> None:
    assert options(configs, "env/robot") == ["a", "b"]
    assert options(configs, "env") == []


@pytest.mark.parametrize(
    ("folder", "group", "problem"),
    [
        ("", "model", "the folder of configs does not exist: {}/model"),
        ("", "env/model", "the folder of configs does not exist: {}/env/model"),
        ("/nowhere", "model", "the folder of configs does not exist: {}/nowhere"),
        ("", "file", "cannot read the folder of configs, {}/file: Not a directory"),
    ],
)
def test_what_is_missing_is_named(configs: str, folder: str, group: str, problem: str) -> None:
    message = problem.format(configs)
    with pytest.raises(FileError) as caught:
        options(configs + folder, group)
    assert str(caught.value) == message
    with pytest.raises(OverrideError) as refused:
        heracles.parse(["a=1", f"+{group}=x,glob(*)"], options=lambda group: options(configs + folder, group))
    carets = f"  +{group}=x,glob(*)\n{' ' * (6 + len(group))}^^^^^^^"
    assert str(refused.value) == f"glob(): {message}\n{carets}"
