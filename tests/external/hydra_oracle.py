"""What hydra-core itself makes of override strings: a live oracle, and the keeper of `corpus/hydra.jsonl`.

Needs hydra-core (1.3 or 1.4) and nothing else. `python hydra_oracle.py` asks hydra-core anew about every text in the
corpus and rewrites the file; `--check` only says whether the answers are the same. A new row needs `text` and `about`:
run it under 1.3 and then under 1.4, which adds `verdict_1_4` to the rows where 1.4 answers otherwise. The file is in
ASCII, so that another kind of white space in a text can be seen.

A typed value is an object with one member, named after its type: {"null": null}, {"bool": true}, {"int": "8"},
{"float": "0.1"} (Python's repr: "inf", "nan", "1e-05"), {"str": "x"}, {"list": [value, ...]},
{"dict": [[key, value], ...]} in the order of insertion, and {"absent": null} for what `~key` has.
"""

import argparse
import json
import math
import sys
import warnings
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import hydra
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra._internal.grammar import grammar_functions
from hydra.core.override_parser import types
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf

__all__ = ["CORPUS", "GROUPS", "LIMIT", "RefusedError", "read_back", "sweeper_runs", "verdict"]

CORPUS = Path(__file__).parents[1] / "corpus" / "hydra.jsonl"
LIMIT = 10_000  # values listed of one override, and runs listed of one command line
PATIENCE = 1_000_000  # values counted of a range that is not of integers; one with more is called endless
GROUPS = {  # the config folder that glob() is shown; any other group has no options
    "model": ["cnn", "mlp", "mlp_large", "resnet18", "resnet50"],
    "env/robot": ["arm", "hopper"],
}

Json = dict[str, Any]
_NAMES = {type(None): "null"} | {kind: kind.__name__ for kind in (bool, int, float, str, list, dict)}
Shuffle = Callable[[list[Any]], None]


class RefusedError(Exception):
    """Hydra refuses a command line, or it has more than LIMIT runs."""


def verdict(text: str) -> Json:
    """Parse one override and expand it, as BasicSweeper does under -m.

    A refusal is {"accepts": false, "why": w}: "parse" and "expand" are Hydra's own errors, "crash" is any other
    exception, at either stage. Else the answer has

        key           the prefix, key and @package
        is_sweep      whether Hydra takes it for a sweep
        random_order  whether a shuffle decides an order in it; `values` then have the written order
        values        the typed values, before Hydra prints them for its jobs (which can change their types)
        count         in place of `values`, if there are more than LIMIT
        endless       true in place of `values`, if Hydra would not end (or had PATIENCE values to go through)
        glob          for a sweep by glob(), its typed patterns; `values` are what it finds in GROUPS
        extends       true for an extend_list() of Hydra 1.4

    """
    shuffled = False

    def keep(_: list[Any]) -> None:
        nonlocal shuffled
        shuffled = True

    def rotate(items: list[Any]) -> None:
        items[:] = items[1:] + items[:1]

    answer = _verdict(text, keep)
    if shuffled and answer["accepts"] and _verdict(text, rotate) != answer:
        answer["random_order"] = True  # shuffle([1,2]) is shuffled while it is parsed
    return answer


def read_back(text: str) -> Json | None:
    """Return the key and the typed value that a single run (no -m) would see in `text`; None if Hydra refuses it."""
    try:
        override = _parse(text, _keep)
        if override.is_sweep_override():
            return None
        override.get_value_element_as_str()  # fails where OmegaConf would
        return {"key": override.get_key_element(), "value": _element(override)}
    except Exception:  # noqa: BLE001 - whatever it is, the run does not start
        return None


def sweeper_runs(overrides: list[str]) -> list[list[str]]:
    """Return the job arguments of each run that BasicSweeper makes of a command line, in order.

    Shuffled sweeps keep their written order, and GROUPS is the config folder. What Hydra does before its sweeper
    (it takes `hydra.` overrides out) is not done.
    """
    sizes: dict[str, int] = {}
    for text in overrides:
        answer = verdict(text)
        if not answer["accepts"]:
            raise RefusedError(f"{answer['why']}: {text}")
        sizes[answer["key"]] = len(answer["values"]) if "values" in answer else answer.get("count", LIMIT + 1)
    if math.prod(sizes.values()) > LIMIT:
        raise RefusedError(f"more than {LIMIT} runs")
    parsed = [_parse(text, _keep) for text in overrides]
    with patch.object(types, "shuffle", _keep):
        (runs,) = BasicSweeper.split_arguments(parsed, None)
    return runs


class _ConfigLoader:
    def get_group_options(self, group_name: str, **_: object) -> list[str]:
        return sorted(GROUPS.get(group_name, []))


_LOADER: Any = _ConfigLoader()
_PARSER = OverridesParser.create(config_loader=_LOADER)


def _keep(_: list[Any]) -> None:
    """Shuffle nothing."""


def _parse(text: str, shuffle: Shuffle) -> Any:
    with warnings.catch_warnings(), patch.object(grammar_functions, "random", SimpleNamespace(shuffle=shuffle)):
        warnings.simplefilter("ignore")
        (override,) = _PARSER.parse_overrides([text])
    return override


def _verdict(text: str, shuffle: Shuffle) -> Json:
    stage = "parse"
    try:
        override = _parse(text, shuffle)
        stage = "expand"
        answer: Json = {
            "accepts": True,
            "key": override.get_key_element(),
            "is_sweep": override.is_sweep_override(),
            "random_order": getattr(_value(override), "shuffle", False),
        }
        if isinstance(_value(override), types.Glob):
            answer["glob"] = {name: _typed(patterns) for name, patterns in vars(_value(override)).items()}
        if override.type.name == "EXTEND_LIST":
            answer["extends"] = True
        return answer | _expand(override)
    except HydraException:
        return {"accepts": False, "why": stage}
    except Exception:  # noqa: BLE001 - Hydra's own failures are what is asked for
        return {"accepts": False, "why": "crash"}


def _expand(override: Any) -> Json:
    if not override.is_sweep_override():
        override.get_value_element_as_str()  # what the sweeper does with it: fails for a sweep inside a list
        return {"values": [_element(override)]}
    value = _value(override)
    if getattr(value, "shuffle", False):
        value.shuffle = False  # to see the written order, and not to shuffle an endless range
    values = []
    for element in islice(override.sweep_iterator(), LIMIT):
        types.Transformer.str(element)  # fails for a sweep inside a sweep
        values.append(_typed(element))
    if len(values) < LIMIT:
        return {"values": values}
    size = _size(value, override.sweep_iterator())
    return {"endless": True} if size is None else {"values": values} if size == LIMIT else {"count": size}


def _size(sweep: Any, values: Iterable[Any]) -> int | None:
    """Count the values of a sweep that has LIMIT or more; None: too many."""
    if isinstance(sweep, types.RangeSweep):
        numbers = sweep.range()
        if isinstance(numbers, range):  # len() ends at sys.maxsize
            return -((numbers.start - numbers.stop) // numbers.step)
        if math.isinf(float(numbers.stop)):
            return None
    size = sum(1 for _ in islice(values, PATIENCE + 1))
    return size if size <= PATIENCE else None


def _element(override: Any) -> Json:
    return {"absent": None} if override.value_type is None else _typed(_value(override))


def _value(override: Any) -> Any:
    return vars(override)["_value"]  # value() gives quoted strings and sweeps another form


def _typed(value: Any) -> Json:
    if isinstance(value, types.QuotedString):
        value = value.text
    name = _NAMES.get(type(value))
    if name is None:  # a glob() inside something: Hydra prints it as a structured config
        return _typed(OmegaConf.to_container(OmegaConf.structured(value)))
    if name == "list":
        value = [_typed(element) for element in value]
    elif name == "dict":
        value = [[_typed(key), _typed(element)] for key, element in value.items()]
    elif name in ("int", "float"):
        value = repr(value)
    return {name: value}


def main() -> int:
    parser = argparse.ArgumentParser(description="Ask hydra-core about each text of the corpus.")
    parser.add_argument("--check", action="store_true", help="change nothing, say whether the answers are the same")
    check = parser.parse_args().check
    newer = not hydra.__version__.startswith("1.3.")
    rows: list[Json] = [json.loads(line) for line in CORPUS.read_text("ascii").splitlines()]
    if len({row["text"] for row in rows}) < len(rows):
        parser.error("a text is there twice")
    lines = []
    changed = 0
    for row in sorted(rows, key=lambda row: str(row["about"])):
        answers = [row.get("verdict"), row.get("verdict_1_4", row.get("verdict"))]
        answer = verdict(row["text"])
        if answer != answers[newer]:
            changed += 1
            if check:
                sys.stdout.write(f"{row['text']!a}: {json.dumps(answer)} and not {json.dumps(answers[newer])}\n")
        answers[newer] = answer
        if answers[0] is None:
            parser.error("a text is new: ask Hydra 1.3 first")
        fresh = {"text": row["text"], "verdict": answers[0]}
        if answers[1] not in (None, answers[0]):
            fresh["verdict_1_4"] = answers[1]
        lines.append(json.dumps(fresh | {"about": row["about"]}) + "\n")
    if not check:
        CORPUS.write_text("".join(lines), "ascii", newline="\n")
    sys.stdout.write(f"hydra-core {hydra.__version__}: {len(rows)} texts, {changed} answers changed\n")
    return int(check and changed > 0)


if __name__ == "__main__":
    sys.exit(main())
