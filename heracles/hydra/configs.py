"""The configs of a program: where they are, what overrides they do not know, and the sweep that they hold."""

import difflib
import itertools
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from heracles.errors import FileError, HeraclesError
from heracles.hydra.aliases import aliases_in
from heracles.hydra.defaults import Choice, Composition, MissingOption, Repository, Unclear, compose, merge
from heracles.hydra.main_function import Main
from heracles.language.yaml_documents import Data, Scalar
from heracles.lean import NamedTuple, load, pattern
from heracles.text import printable

if TYPE_CHECKING:
    from heracles.ir import Dimension

__all__ = ["Configs", "Held", "find"]

_MOST_COMBINATIONS, _MOST_LISTED = 64, 8
_PLAIN_KEY = pattern(r"[A-Za-z_$][\w$-]*(?:[./][\w$-]+)*(?:@[\w.$-]*)?\Z")
_DEFAULT_NAME = "config"


class Held(NamedTuple):
    """What a composed config says of its own sweep and folder.

    Attributes:
        params: The overrides in `hydra.sweeper.params`, by key.
        sweeper: The sweeper that it chooses; empty for Hydra's own.
        has_folder: Whether it sets `hydra.run.dir`.

    """

    params: Mapping[str, str]
    sweeper: str
    has_folder: bool


class Configs(NamedTuple):
    """The configs of a program, as far as they are YAML files here.

    Attributes:
        repository: The folders.
        name: The primary config; empty if it is unknown.
        is_complete: Whether no config can be elsewhere.
        files: Returns the text of a file of rows, by its path.

    """

    repository: Repository
    name: str
    is_complete: bool
    files: Callable[[str], str] | None = None

    def options(self, group: str) -> list[str]:
        """Return the options of a group, for `glob(...)`.

        Raises:
            FileError: If there is no such group.

        """
        if not self.repository.is_group(group):
            missing = os.path.join(os.path.relpath(self.repository.folders[0]), group)
            raise FileError(f"the folder of configs does not exist: {printable(missing)}")
        return self.repository.options(group)

    @property
    def aliases(self) -> dict[str, str]:
        """What each alias of the primary config stands for; nothing if that cannot be known."""
        try:
            primary = self.repository.load(self.name) if self.name else None
        except Unclear:
            return {}
        return aliases_in(primary.body) if primary and primary.header in (None, "_global_") else {}

    def keys(self, overrides: Sequence[str]) -> list[str]:
        """Return the keys that can be overridden beside these overrides: of values and of groups, sorted."""
        dimensions = self._dimensions(overrides) or ()
        places = (0,) * len(dimensions)
        try:
            composed = self._composed(_Setting.of(self.repository, dimensions, places))
        except (Unclear, MissingOption):
            return self.repository.groups()
        return sorted({*composed.groups, *_leaves(composed.tree)})

    def held(self, overrides: Sequence[str]) -> Held | None:
        """Return what the config says that these overrides compose; None if that cannot be known.

        Overrides with several values do not count: Hydra composes the config of a multirun without them.
        """
        dimensions = self._dimensions(overrides)
        if dimensions is None or not self.name:
            return None
        single = [dimension for dimension in dimensions if dimension.size == 1]
        try:
            found = self._composed(_Setting.of(self.repository, single, (0,) * len(single)))
        except (Unclear, MissingOption):
            return None
        params = _at(found.tree, "hydra", "sweeper", "params")
        texts = {key: _text(value) for key, value in params.items()} if isinstance(params, dict) else {}
        has_folder = _at(found.tree, "hydra", "run", "dir") is not None
        return Held(texts, found.sweeper, has_folder)

    def problems(self, overrides: Sequence[str]) -> list[str]:
        """Return what Hydra will refuse in overrides, a sentence each; nothing where that cannot be known."""
        dimensions = self._dimensions(overrides) if self.is_complete and self.name else None
        if dimensions is None:
            return []
        groups = [each for each in dimensions if any(self._is_group(key) for key in each.keys)]
        others = [each for each in dimensions if each not in groups]
        if math.prod(each.size for each in groups) > _MOST_COMBINATIONS:
            return []
        found: dict[str, None] = {}
        try:
            for places in itertools.product(*(range(each.size) for each in groups)):
                setting = _Setting.of(self.repository, [*groups, *others], (*places, *(0 for _ in others)))
                found |= dict.fromkeys(self._problems(setting))
        except Unclear:
            return []
        return list(found)

    def _dimensions(self, overrides: Sequence[str]) -> "tuple[Dimension, ...] | None":
        if not overrides:  # without a parser, which takes longer than a shell may wait for completions
            return ()
        parse = load("heracles.language.front_end:parse")
        try:
            listed = [override for override in overrides if "interval(" not in override]
            dimensions = parse(listed, options=self.repository.options, files=self.files).sweeps[0].dimensions
        except HeraclesError:  # which whoever parses the sweep reports
            return None
        return dimensions if all(each.size for each in dimensions) else None

    def _is_group(self, key: str) -> bool:
        return self.repository.is_group(_bare(key)[0])

    def _composed(self, setting: "_Setting") -> Composition:
        return compose(self.repository, self.name, setting.choices, setting.added)

    def _problems(self, setting: "_Setting") -> Iterator[str]:
        try:
            composed = self._composed(setting)
        except MissingOption as missing:
            yield self._missing(*missing.args)
            return
        for key in composed.unused:
            near = _near(key, composed.groups)
            yield (
                f"{printable(key)} is not in the defaults list of {self.name}, so that Hydra cannot override it{near}: "
                f"+{printable(key)}={printable(str(setting.choices[key]))} adds it"
            )
        for key in setting.new:
            merge(composed.tree, key.split(".")[:-1], {key.rpartition(".")[2]: Scalar("")})
        for key in setting.keys:
            step = self._unknown_step(composed.tree, key)
            if step is not None:
                yield (
                    f"{printable(key)}: the config {self.name} has no such key{step}. Hydra will refuse it; "
                    f"+{printable(key)} would add it"
                )

    def _missing(self, key: str, option: str) -> str:
        group = key.partition("@")[0]
        options = self.repository.options(group)
        shown = ", ".join(map(printable, options[:_MOST_LISTED])) or "no options"
        more = f" and {len(options) - _MOST_LISTED} more" if len(options) > _MOST_LISTED else ""
        place = printable(os.path.relpath(self.repository.place(group)))
        return f"{printable(key)}={printable(option)}: {place} has {shown}{more}{_near(option, options)}"

    def _unknown_step(self, tree: dict[str, Data], key: str) -> str | None:
        """Return the hint about a key that a config lacks; None if it has it, or if that cannot be known."""
        node: Data = tree
        steps = key.split(".")
        for place, step in enumerate(steps):
            if not isinstance(node, dict):
                return None
            if step not in node:
                near = difflib.get_close_matches(step, list(node), n=1)
                whole = ".".join([*steps[:place], *near, *steps[place + 1 :]])
                return f" (did you mean {printable(whole)}?)" if near else ""
            node = node[step]
        return None


class _Setting(NamedTuple):
    """What overrides of one run do to a config: `choices` and `added` as `compose` has them, the keys of values that
    they set, and those that they add."""

    choices: dict[str, Choice]
    added: list[tuple[str, str | None, Choice]]
    keys: list[str]
    new: list[str]

    @classmethod
    def of(cls, repository: Repository, dimensions: "Sequence[Dimension]", places: Sequence[int]) -> "_Setting":
        """Return what the overrides at some places of the dimensions do.

        Raises:
            Unclear: If that cannot be known.

        """
        setting = cls({}, [], [], [])
        for dimension, place in zip(dimensions, places, strict=True):
            for key, override in zip(dimension.keys, dimension.at(place), strict=True):
                if override is not None and not key.startswith("-"):
                    setting._take(repository, key, override[len(key) + 1 :])
        return setting

    def _take(self, repository: Repository, key: str, text: str) -> None:
        group, package = _bare(key)
        if group.split("/")[0].split(".")[0] == "hydra":
            if group == "hydra.searchpath":
                raise Unclear
        elif repository.is_group(group) and not text.startswith("{"):
            if key.startswith(("~", "++")):
                raise Unclear
            if key.startswith("+"):
                self.added.append((group, package, _option(text)))
            else:
                self.choices[key] = _option(text)
        elif key.startswith("+"):
            self.new.append(group)
        elif not key.startswith("~") and _PLAIN_KEY.match(key):
            self.keys.append(key)


def _bare(key: str) -> tuple[str, str | None]:
    """Return the group or path of a key without its prefix, and its package; None for none."""
    group, at, package = key.lstrip("+~").partition("@")
    return group, package if at else None


def _option(text: str) -> Choice:
    """Return what a group is set to.

    Raises:
        Unclear: If that is no plain text.

    """
    if "${" in text or "\0" in text or "\\" in text:
        raise Unclear
    if text.startswith("["):
        return tuple(part.strip(" '\"") for part in text[1:-1].split(",") if part.strip())
    return None if text == "null" else text.strip("'\"")


def _at(tree: Data, *steps: str) -> Data | None:
    for step in steps:
        if not isinstance(tree, dict) or step not in tree:
            return None
        tree = tree[step]
    return tree


def _leaves(tree: dict[str, Data], start: str = "") -> Iterator[str]:
    """Yield the dotted keys of the values in a tree, but for Hydra's own."""
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{start}{key}.") if start or key != "hydra" else ()
        else:
            yield f"{start}{key}"


def _text(value: Data) -> str:
    """Return a value as it stands in an override."""
    if isinstance(value, list):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{_text(inner)}' for key, inner in value.items())}}}"
    return "null" if value.is_null else str(value)


def _near(word: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, words, n=1)
    return f" (did you mean {printable(near[0])}?)" if near else ""


def find(main: Main | None, config_dir: str | None, config_path: str | None, config_name: str | None) -> Configs | None:
    """Return the configs of a program; None if they are not found here.

    Args:
        main: What its source says; None if it is not found here.
        config_dir: Hydra's option; None if it is not given, as with the next two.
        config_path: Hydra's option.
        config_name: Hydra's option.

    """
    if main is None:
        folders, name = [config_dir], config_name or _DEFAULT_NAME
    else:
        path = config_path if config_path is not None else main.config_path
        if path is None or "://" in path:
            return None
        own = os.path.normpath(os.path.join(os.path.dirname(main.path), path))
        folders, name = [own, config_dir], config_name or main.config_name or ""
    found = [folder for folder in folders if folder is not None]
    if not found or not all(map(os.path.isdir, found)):
        return None
    repository, name = Repository(found), name.removesuffix(".yaml")
    has_primary = any(os.path.isfile(os.path.join(folder, f"{name}.yaml")) for folder in found)
    return Configs(repository, name if has_primary else "", not (main and main.is_structured))
