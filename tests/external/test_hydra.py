"""Hydra's language, with hydra-core itself as the judge.

What Hydra accepts, Heracles accepts, with as many runs, in the same order, and each emitted override is read back by
hydra-core as the value that the user wrote. `DIFFERENCES` is every exception; `corpus/more.jsonl` is all of the corpus
that Hydra refuses and Heracles does not, with the runs that it makes of it.
"""

import inspect
import itertools
import json
import re
import subprocess
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import hydra
import pytest
from external.hydra_oracle import CORPUS, GROUPS, read_back, sweeper_runs, verdict
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles import HeraclesError, OverrideError, strategies
from heracles.hydra_plugins.heracles_sweeper import HeraclesSweeperConf

IS_NEXT = hydra.__version__.startswith("1.4")
MORE = CORPUS.with_name("more.jsonl")
Json = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """A deliberate one: what Heracles does where Hydra does otherwise, and why."""

    texts: str  # a regular expression that the whole override matches
    does: str  # "refuses", or "differs" in number or value
    why: str


DIFFERENCES = [
    Difference(r".*range\(.*inf.*", "refuses", "an endless range: Hydra does not return, or eats all memory"),
    Difference(r".*\0.*", "refuses", "a NUL character: no program can be given it"),
    Difference(r".*[\[{].*glob\(.*", "refuses", "glob() inside a list, of which Hydra makes a dict of its patterns"),
    Difference(r".*glob\((shuffle\()?\[\d.*", "refuses", "glob() with numbers for patterns, which match nothing"),
    Difference(r".*__rand(seed|perm)__.*", "differs", "the word is a seed here"),
    Difference(r".*glob\(\*\),.*|.*,glob\(\*\)", "differs", "glob() beside a value, which Hydra makes a dict of"),
    Difference(r".*shuffle\(shuffle\(\[.*", "differs", "a list shuffled twice: any order is right"),
]
if IS_NEXT:
    DIFFERENCES += [
        Difference(r".*extend_list\(.*\),.*", "differs", "extend_list() beside a value, which 1.4 makes a dict of"),
        Difference(r".*json_str\(shuffle\(\[.*", "differs", "a shuffled list as text: any order is right"),
    ]
else:
    DIFFERENCES += [
        Difference(r".*(int|float|str|bool)\(shuffle\(.*", "differs", "a cast does not undo a shuffle, as in 1.4"),
        Difference(r".*range\([^)]*(\d\.|\.\d|\de-?\d).*", "differs", "decimals without 1.3's drift, as in 1.4"),
        Difference(r".*sort\(range\(.*", "differs", "a sorted range has the values of the range, as in 1.4"),
    ]


def rows() -> list[Json]:
    return [json.loads(line) for line in CORPUS.read_text().splitlines()]


def judged(row: Json) -> Json:
    found: Json = row["verdict_1_4"] if IS_NEXT and "verdict_1_4" in row else row["verdict"]
    return found


def options(group: str) -> list[str]:
    return sorted(GROUPS.get(group, []))


def is_deliberate(text: str, does: str) -> bool:
    return any(d.does == does and re.fullmatch(d.texts, text, re.DOTALL) for d in DIFFERENCES)


def unordered(value: Any) -> Any:
    """Return a typed value with every list of it sorted: what is left of a value that was shuffled."""
    if isinstance(value, dict):
        return {name: unordered(inner) for name, inner in value.items()}
    return sorted(map(unordered, value), key=json.dumps) if isinstance(value, list) else value


def disagreement(text: str, judgement: Json) -> str:
    """Say how Heracles differs from what Hydra made of a text that it accepts; empty if it does not."""
    try:
        sweep = heracles.parse([text], options=options)
    except OverrideError as error:
        return "" if is_deliberate(text, "refuses") else f"refused: {error.message}"
    if is_deliberate(text, "differs"):
        return ""
    if sweep.columns[0] != judgement["key"]:
        return f"another key: {sweep.columns[0]}"
    if judgement.get("endless"):
        return "" if sweep.size > 10**6 else f"endless, not {sweep.size} runs"
    wanted: list[Any] = judgement.get("values", [])
    if sweep.size != judgement.get("count", len(wanted)):
        return f"another number of runs: {sweep.size}"
    found = [(read_back(run[0]) or {}).get("value") for run in sweep] if "count" not in judgement else []
    if judgement["random_order"]:
        found, wanted = unordered(found), unordered(wanted)
    return "" if found == wanted else f"other values: {list(sweep)[:20]}"


def test_the_corpus_is_large() -> None:
    assert len({row["text"] for row in rows()}) == len(rows()) >= 1500


@pytest.mark.parametrize("about", sorted({row["about"] for row in rows()}))
def test_what_hydra_accepts(about: str) -> None:
    accepted = [row for row in rows() if row["about"] == about and judged(row)["accepts"]]
    assert {row["text"]: found for row in accepted if (found := disagreement(row["text"], judged(row)))} == {}


def test_every_difference_is_one() -> None:
    """No row of the table is there for nothing."""
    for difference in DIFFERENCES:
        others = [d for d in DIFFERENCES if d is not difference]
        assert any(
            re.fullmatch(difference.texts, row["text"], re.DOTALL)
            and judged(row)["accepts"]
            and not any(re.fullmatch(d.texts, row["text"], re.DOTALL) for d in others if d.does == difference.does)
            for row in rows()
        ), difference


def more() -> list[Json]:
    found = []
    for row in rows():
        if not any(row[judgement]["accepts"] for judgement in ("verdict", "verdict_1_4") if judgement in row):
            try:
                sweep = heracles.parse([row["text"]], options=options)
            except OverrideError:
                continue
            found.append({"text": row["text"], "runs": [run[0] for run in itertools.islice(sweep, 12)]})
    return found


def test_what_only_heracles_accepts() -> None:
    assert more() == [json.loads(line) for line in MORE.read_text().splitlines()]


def test_hydra_reads_all_that_only_heracles_accepts() -> None:
    for row in more():
        for override in row["runs"]:
            if "extend_list(" not in override:  # of which the run's own Hydra is the judge
                is_hydras = not override.startswith("-") and (IS_NEXT or "]=" not in override)
                assert (read_back(override) is not None) == is_hydras, override


@given(st.one_of(strategies.overrides(), strategies.texts()))
def test_what_hydra_accepts_of_generated_texts(text: str) -> None:
    judgement = verdict(text)
    if judgement["accepts"]:
        assert disagreement(text, judgement) == ""


@st.composite
def plain_lines(draw: st.DrawFn) -> list[str]:
    """Overrides of a whole command line, keys repeated, whose values Hydra's own printing does not change."""
    keys = draw(st.lists(strategies.keys(), min_size=1, max_size=3, unique=True))
    whole = st.builds("range({},{})".format, st.integers(-3, 3), st.integers(-3, 6))
    listed = st.lists(
        st.one_of(strategies.bare_values(), strategies.quoted_values(), strategies.lists()), min_size=1, max_size=3
    ).map(",".join)
    lines = st.builds("{}={}".format, st.sampled_from(keys), st.one_of(listed, whole))
    return draw(st.lists(lines, min_size=1, max_size=4))


@given(plain_lines())
def test_products_are_those_of_the_basic_sweeper(overrides: list[str]) -> None:
    if not all(verdict(override)["accepts"] for override in overrides):
        return
    sweep = heracles.parse(overrides)
    wanted = sweeper_runs(overrides)
    assert sweep.size == len(wanted)
    for run, arguments in itertools.islice(zip(sweep, wanted, strict=True), 30):
        for override, argument in zip(run, arguments, strict=True):
            theirs = read_back(argument)
            if theirs is not None and "${" not in override:
                assert read_back(override) == theirs


@given(strategies.studies())
def test_hydra_reads_the_runs_of_cases_rules_and_samples(study: dict[str, Any]) -> None:
    try:
        runs = heracles.parse(**study)
    except HeraclesError:
        return
    for run in itertools.islice(runs, 20):
        for override in run:
            if not override.startswith("-"):
                assert read_back(override) is not None, override


@given(strategies.spaces(), st.integers(0, 9))
def test_hydra_reads_numbers_as_numbers(space: str, seed: int) -> None:
    drawn = heracles.parse(["lr=tag(log,interval(1e-9,1))", "n=int(interval(4,16))"], sample=1, seed=seed)[0]
    for override in (*drawn, *itertools.chain.from_iterable(heracles.parse([f"x={space}"]))):
        text = override.partition("=")[2]
        answer = read_back(override)
        assert answer is not None
        kind = "int" if text.lstrip("-").isdigit() else "float"
        assert list(answer["value"]) == [kind], override


APP = """
import sys, hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    with open(f"{sys.path[0]}/seen_{HydraConfig.get().job.num}", "w") as file:
        file.write(OmegaConf.to_yaml(cfg))

main()
"""

LINES = [
    ["lr=0.1,1e-5", "model=glob(*)", "+tags=[a,'b c'],[]"],
    ["note='it\\'s, $HOME',\"x;y\",a b", "opt.name=adam,null,true", "~layers"],
    ["n=range(1,4)", "opt={name:sgd,lr:0.5},{name:'1'}", "lr=5", "lr=2,3"],
    ["note=choice('1','2')", "path=${opt.name}/x,c:\\dir", "layers=[1,[2,{a:b}]],null", "++new.key=sort(3,1,2)"],
]


def hydra_app(folder: Path) -> Path:
    (folder / "conf" / "model").mkdir(parents=True)
    for name in ("cnn", "mlp"):
        (folder / "conf" / "model" / f"{name}.yaml").write_text(f"name: {name}\nwidth: 3\n")
    (folder / "conf" / "config.yaml").write_text(
        "defaults: [{model: mlp}, _self_]\nlr: 1.0\nn: 0\nnote: ''\npath: p\nlayers: [1]\nopt: {name: adam, lr: 0}\n"
    )
    app = folder / "app.py"
    app.write_text(APP)
    return app


@pytest.mark.parametrize("overrides", LINES)
def test_a_script_runs_hydra_as_its_multirun_does(tmp_path: Path, overrides: list[str]) -> None:
    lossy = any("choice('" in override for override in overrides)  # Hydra hands such text over as a number
    if IS_NEXT:  # whose multirun says of ~layers that its value is not null
        overrides = [override for override in overrides if override != "~layers"]
    hydras, ours = hydra_app(tmp_path / "hydra"), hydra_app(tmp_path / "our own")
    lines = [line.replace("choice('1','2')", "'1','2'") for line in overrides] if lossy else overrides
    subprocess.run(
        [sys.executable, hydras, "-m", *lines, "hydra.sweep.dir=out"],
        cwd=hydras.parent,
        check=True,
        capture_output=True,
    )
    wanted = sorted(path.read_text() for path in hydras.parent.glob("seen_*"))
    number = len(wanted)
    job = ours.parent / "job.sh"
    job.write_text(f'#!/bin/bash\n"{sys.executable}" app.py "$@" hydra.run.dir=out hydra.job.num=$NUMBER\n')
    config_dir = f"--config-dir={ours.parent / 'conf'}"
    written = subprocess.run(
        [sys.executable, "-m", "heracles", job, "-w", config_dir, "--", *overrides],
        cwd=ours.parent,
        check=False,
        capture_output=True,
        text=True,
    )
    assert written.returncode == 0, written.stderr
    chosen = sorted({0, number - 1})  # test_multirun_live.py goes through all runs
    assert len(list(ours.parent.glob("job_hydra*.sh"))) == number
    for run in chosen:
        subprocess.run(
            ["bash", f"job_hydra{run}.sh"], cwd=ours.parent, env={"NUMBER": str(run)}, check=True, capture_output=True
        )
        assert (ours.parent / f"seen_{run}").read_text() == (hydras.parent / f"seen_{run}").read_text()


def test_the_sweeper_of_hydra_has_every_part_of_a_sweep() -> None:
    parts = inspect.signature(heracles.parse).parameters.keys() - {"overrides", "options", "files"}
    assert parts < {field.name for field in fields(HeraclesSweeperConf)}


def test_hydras_own_keys_can_be_swept() -> None:
    assert heracles.parse(["hydra.job.name=a,b", "hydra/launcher=basic"])[1] == (
        "hydra.job.name=b",
        "hydra/launcher=basic",
    )


@given(strategies.flags(), st.lists(strategies.values(), min_size=1, max_size=3))
def test_flags_get_plain_values(flag: str, values: list[str]) -> None:
    runs = heracles.parse([f"{flag}={','.join(values)}"])
    assert runs.size == len(values)
    for (override,), value in zip(runs, values, strict=True):
        (typed,) = verdict(f"a={value}")["values"]
        assert override == f"{flag}={typed.get('str', value)}"


if __name__ == "__main__":
    MORE.write_text("".join(json.dumps(row) + "\n" for row in more()))
