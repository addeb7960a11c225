"""Sweeps in files: what is saved is read again, and Hydra's YAML means what it means to Hydra."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from heracles import strategies
from heracles.errors import FileError
from heracles.language.source import Source
from heracles.language.sweep_file import read, write


@given(
    strategies.sweeps(),
    st.lists(strategies.sweeps(2), max_size=2),
    st.one_of(st.none(), st.integers(1, 9)),
    st.integers(-3, 3),
    st.lists(st.sampled_from(["a=1 b='x: y': --mem=64G --comment=\"a b\"", "a=2: -n 4", "n={a:1}: -p é"])),
)
def test_what_is_saved_is_read_again(
    overrides: list[str], cases: list[list[str]], sample: int | None, seed: int, resources: list[str]
) -> None:
    overrides = [*overrides, "@data/rows.csv"]
    source = Source(tuple(overrides), tuple(map(tuple, cases)), ("a=1 b='x'",), ("a < 2",), sample)
    with TemporaryDirectory() as name:
        path = str(Path(name) / "sweep.yaml")
        try:
            write(path, source, seed, resources, force=False)
        except FileError as error:
            assert "no text in UTF-8" in error.message
            return
        found = read(path)
    kept = Source(tuple(latest(overrides)), tuple(tuple(latest(case)) for case in cases), *source[2:])
    assert found[:3] == (kept, seed, tuple(resources))


def test_options_of_some_runs_need_no_quotes(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text("params: {a: '1,2'}\nwith:\n  - a=1: --time=24:00:00 --mem=64G\n  - 'a=2: -n 4'\n")
    assert read(str(path)).resources == ("a=1: --time=24:00:00 --mem=64G", "a=2: -n 4")
    path.write_text("params: {a: '1,2'}\nwith: {a=1: -n 4, a=2: -n 8}\n")
    assert read(str(path)).resources == ("a=1: -n 4", "a=2: -n 8")


def latest(overrides: list[str]) -> list[str]:
    return list({override.partition("=")[0]: override for override in overrides}.values())


@given(st.text())
def test_any_text_of_a_value(text: str) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "sweep.yaml"
        try:
            write(str(path), Source((f"a={text}",)), 0, force=False)
        except FileError:
            assert any("\ud800" <= character <= "\udfff" for character in text)
            return
        assert yaml.safe_load(path.read_text("utf-8"))["params"]["a"] == text
        assert read(str(path)).source.overrides == (f"a={text}",)


HYDRAS = """# @package _global_
defaults:
  - override /hydra/sweeper: basic
hydra:
  sweeper:
    params:
      lr: 1e-3,0.1
      n: 007
      flag: true
      layers: [64, "a b", {x: 'y'}]
      +model: choice(a,b)
"""


def test_hydras_yaml_keeps_its_spelling(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(HYDRAS)
    assert read(str(path)).source.overrides == (
        "lr=1e-3,0.1",
        "n=007",
        "flag=true",
        "layers=[64,'a b',{x:'y'}]",
        "+model=choice(a,b)",
    )


def test_the_command_line_replaces_what_the_file_has(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(
        "params: {a: '1,2', b: 3}\n"
        "exclude: {a: 1, b: 3}\nwhere: [a > 1]\nsample: 2\nseed: 4\ncases: [{c: 1}, {'~d': null}]\n"
    )
    found = read(str(path)).with_line(Source(("b=5", "e=6"), (), ("e=7",), (), 9))
    assert found.source == Source(("a=1,2", "b=5", "e=6"), (("c=1",), ("~d",)), ("a=1 b=3", "e=7"), ("a > 1",), 9)
    assert found.seed == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "{} is no sweep: it needs params, with a line KEY: VALUES for each override"),
        ("[1]", "{} is no sweep: it needs params, with a line KEY: VALUES for each override"),
        ("param: {a: 1}", "{} has param, which is none of params, cases, exclude, where, sample, seed, with"),
        ("params: [a=1]", "{}: overrides are a mapping, with a line KEY: VALUES for each"),
        ("params: {a: null}", "{}: a has no value; the value null is written in quotes, as 'null'"),
        ("cases: {a: 1}", "{}: cases is a list of mappings, each with a line KEY: VALUES for each override"),
        ("where: [[a]]", "{}: where is a text, or a list of texts"),
        ("sample: many", "{}: sample is a whole number"),
        ("params: {a: [1, 2}", "cannot read {}, line 1: did not find expected ',' or ']'"),
        ("params:\n  <<: {a: 1}", "cannot read {}, line 2: a merge key, or a list as a key, is not read here"),
        ("params: &a {b: [*a]}", "cannot read {}, line 1: it contains itself"),
    ],
)
def test_what_is_no_sweep(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        read(str(path))
    assert caught.value.message == message.format(path)


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text("mine")
    with pytest.raises(FileError, match="is there already: choose another name, or add --force"):
        write(str(path), Source(("a=1",)), 0, force=False)
    assert path.read_text() == "mine"
    write(str(path), Source(("a=1",)), 0, force=True)
    assert read(str(path)).source.overrides == ("a=1",)
    with pytest.raises(FileError, match=r"cannot read .*nowhere: No such file or directory"):
        read(str(tmp_path / "nowhere"))
    with pytest.raises(FileError, match=r"^/dev/zero is not a plain file$"):
        read("/dev/zero")
    with pytest.raises(FileError, match=r"cannot write .*: No such file or directory"):
        write(str(tmp_path / "no" / "x"), Source(("a=1",)), 0, force=False)
