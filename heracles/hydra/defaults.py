"""The defaults list of Hydra's configs: which YAML files make up a config, and where in it each of them goes.

The rules are those of `hydra/core/default_element.py` and `hydra/_internal/defaults_list.py` of hydra-core 1.3. What
they need Hydra or the program for is `Unclear`: structured configs, interpolated options, further search paths.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from heracles.errors import FileError
from heracles.language.yaml_documents import Data, Scalar, document
from heracles.lean import NamedTuple, pattern

__all__ = ["Choice", "Composition", "Repository", "Unclear", "compose"]

_HEADER = pattern(r"\s*#\s*@\s*package\s+(\S+)\s*\Z")
_HEADER_LINE = pattern(r"\s*#\s*@")
_GLOBAL = "_global_"

Choice = str | tuple[str, ...] | None
"""What a group is set to: an option, several, or none."""


class Unclear(Exception):  # noqa: N818 - nothing is wrong: it cannot be known here
    """What a config consists of cannot be known without Hydra and the program."""


class MissingOption(Exception):  # noqa: N818 - it becomes a warning
    """A group was set to an option that it does not have."""


class _Config(NamedTuple):
    """A YAML file: the package that its header names, its defaults list, and the rest of it."""

    header: str | None
    defaults: list[Data]
    body: dict[str, Data]


class Repository:
    """The folders that configs are looked for in, first come first.

    Args:
        folders: The folders.

    """

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = tuple(folders)
        self.load = cache(self._load)

    def is_group(self, name: str) -> bool:
        """Return whether a group of that name exists."""
        return bool(name) and any(os.path.isdir(os.path.join(folder, name)) for folder in self.folders)

    def options(self, group: str) -> list[str]:
        """Return the options of a group, sorted."""
        return sorted({name.removesuffix(".yaml") for name in self._entries(group) if name.endswith(".yaml")})

    def groups(self, group: str = "") -> list[str]:
        """Return the groups in a group, sorted."""
        return sorted(
            {name for name in self._entries(group) if "." not in name and self.is_group(f"{group}/{name}".strip("/"))}
        )

    def place(self, group: str) -> str:
        """Return the folder of a group."""
        places = (os.path.join(folder, group) for folder in self.folders)
        return next(filter(os.path.isdir, places), "")

    def _entries(self, group: str) -> Iterator[str]:
        for folder in self.folders:
            yield from _listed(os.path.join(folder, group))

    def _load(self, path: str) -> _Config | None:
        """Return the config at a path, such as `model/cnn`; None if there is none.

        Raises:
            Unclear: If it cannot be read here.

        """
        for folder in self.folders:
            name = os.path.join(folder, f"{path.removesuffix('.yaml')}.yaml")
            if os.path.lexists(name):
                return _read(name)
        return None


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read(name: str) -> _Config:
    if not os.path.isfile(name):  # a FIFO would wait, and some devices have no end
        raise Unclear
    try:
        with open(name, encoding="utf-8") as file:
            return _config(file.read(), name)
    except (OSError, FileError, UnicodeDecodeError):
        raise Unclear from None


def _config(text: str, name: str) -> _Config:
    data = document(text, name)
    if data is None or (isinstance(data, Scalar) and data.is_null):
        data = {}
    if not isinstance(data, dict):
        raise Unclear
    body = dict(data)
    defaults = body.pop("defaults", [])
    if not isinstance(defaults, list):
        raise Unclear
    return _Config(_header(text), defaults, body)


def _header(text: str) -> str | None:
    """Return the package that the first lines name, each `# @KEY VALUE`: an absolute one, with `_global_` before it."""
    for line in filter(str.strip, text.splitlines()):
        if not _HEADER_LINE.match(line):
            break
        if match := _HEADER.match(line):
            if "_group_" in match[1] or "_name_" in match[1]:
                raise Unclear
            return match[1] if match[1].startswith(_GLOBAL) else f"{_GLOBAL}.{match[1]}"
    return None


class Composition(NamedTuple):
    """A composed config.

    Attributes:
        tree: Its keys; a mapping for each node that has keys of its own.
        groups: The key that overrides each group of the defaults list: `model`, `db@backup`.
        unused: Groups that were set, but are not in the defaults list.
        sweeper: The sweeper that the defaults list chooses; empty for Hydra's own.

    """

    tree: dict[str, Data]
    groups: list[str]
    unused: list[str]
    sweeper: str


class _Default(NamedTuple):
    """An item of a defaults list, where its parent is known.

    Attributes:
        group: The group, from the root; empty for a config that is in none.
        relative: The group as the item has it.
        option: The name of the config in it.
        package: What stands after the `@`; None for nothing.
        parent: The package of the parent.
        is_group: Whether it is `group: option`, which can be overridden.
        is_optional, is_override: Whether it has these words.

    """

    group: str
    relative: str
    option: Choice
    package: str | None
    parent: str
    is_group: bool = False
    is_optional: bool = False
    is_override: bool = False

    def package_with(self, header: str | None) -> str:
        """Return the package that its content goes to, if its file has that header."""
        package = self.package if self.package is not None else header
        whole = ".".join(filter(None, [self.parent, self.relative.replace("/", ".") if package is None else package]))
        return whole if _GLOBAL not in whole else whole[whole.rfind(_GLOBAL) + len(_GLOBAL) + 1 :]

    @property
    def key(self) -> str:
        """The key that overrides it."""
        package = self.package_with(None)
        return self.group if package == self.group.replace("/", ".") else f"{self.group}@{package or _GLOBAL}"


def compose(
    repository: Repository, name: str, choices: Mapping[str, Choice], added: Sequence[tuple[str, str | None, Choice]]
) -> Composition:
    """Return a config as Hydra composes it.

    Args:
        repository: Where the YAML files are.
        name: The primary config.
        choices: What groups are set to, by key.
        added: Groups that are added: the group, its package if it is given, and what it is set to.

    Raises:
        Unclear: If that cannot be known here.
        MissingOption: If a group that `choices` sets has no such option: its key and the option.

    """
    return _Composer(repository, choices, added).composition(name)


class _Composer:
    def __init__(
        self, repository: Repository, choices: Mapping[str, Choice], added: Sequence[tuple[str, str | None, Choice]]
    ) -> None:
        self._repository = repository
        self._given = choices
        self._choices = dict(choices)
        self._added = added
        self._used: set[str] = set()
        self._open: list[str] = []
        self._groups: list[str] = []
        self._sweeper = ""

    def composition(self, name: str) -> Composition:
        group, _, option = name.rpartition("/")
        parts = self._parts(_Default(group, group, option, None, ""), is_root=True)
        tree: dict[str, Data] = {}
        for package, body in parts:
            merge(tree, package.split(".") if package else [], body)
        return Composition(
            tree, self._groups[::-1], [key for key in self._given if key not in self._used], self._sweeper
        )

    def _parts(self, default: _Default, *, is_root: bool = False) -> list[tuple[str, dict[str, Data]]]:
        """Return what an item of a defaults list consists of: packages and contents, in their order."""
        option = default.option
        if option is None:
            return []
        if not isinstance(option, str):
            return self._several(default, option)
        if "${" in option or option == "???" or (isinstance(option, Scalar) and option.is_null):
            raise Unclear
        config = self._repository.load(_joined(default.group, option))
        if config is None:
            self._check_missing(default, option)
            return []
        package = default.package_with(config.header)
        name = _joined(default.group, option)
        if name in self._open:  # it leads to itself
            raise Unclear
        self._open.append(name)
        items = [item for entry in config.defaults for item in self._items(entry, default, package)]
        if is_root:
            items += [
                _Default(group, group, choice, where, package, is_group=True) for group, where, choice in self._added
            ]
        for item in items:
            if item is not None and item.is_override:
                self._choices.setdefault(item.key, item.option)
        if None not in items:
            items.append(None)
        parts = self._below([item for item in items if item is None or not item.is_override], package, config.body)
        self._open.pop()
        return parts

    def _check_missing(self, default: _Default, option: str) -> None:
        """Raise what a config that is not there means, unless it may be missing."""
        if default.is_group and self._given.get(default.key) == option and not default.is_optional:
            raise MissingOption(default.key, option)
        if not default.is_optional:
            raise Unclear

    def _below(
        self, items: Sequence[_Default | None], package: str, body: dict[str, Data]
    ) -> list[tuple[str, dict[str, Data]]]:
        """Return what the items of a defaults list consist of; None is the config that has the list."""
        # Backwards, as Hydra does: of two that override one group the last counts.
        found = [[(package, body)] if item is None else self._parts(self._chosen(item)) for item in reversed(items)]
        return [part for parts in reversed(found) for part in parts]

    def _chosen(self, item: _Default) -> _Default:
        if not item.is_group:
            return item
        self._groups.append(item.key)
        if item.key not in self._choices:
            return item
        self._used.add(item.key)
        return item._replace(option=self._choices[item.key])

    def _several(self, default: _Default, options: tuple[str, ...]) -> list[tuple[str, dict[str, Data]]]:
        parts = [self._parts(default._replace(option=option, is_group=False)) for option in options]
        return [part for several in parts for part in several]

    def _items(self, entry: Data, parent: _Default, package: str) -> Iterator[_Default | None]:
        """Yield the items that an entry of a defaults list stands for; None is `_self_`."""
        base = parent.group
        if isinstance(entry, Scalar):
            if entry == "_self_":
                yield None
                return
            path, at, where = entry.partition("@")
            relative, _, name = path.lstrip("/").rpartition("/")
            group = relative if path.startswith("/") else _joined(base, relative)
            yield _Default(group, relative, name, _package(where if at else None, group), package)
            return
        if not isinstance(entry, dict) or len(entry) != 1:
            raise Unclear
        ((words, value),) = entry.items()
        *keywords, key = words.split()
        name, at, where = key.partition("@")
        group = name.lstrip("/") if name.startswith("/") else _joined(base, name)
        option = _choice(value)
        if group.startswith("hydra/"):
            self._sweeper = option if group == "hydra/sweeper" and isinstance(option, str) else self._sweeper
            return
        yield _Default(
            group,
            name.lstrip("/"),
            option,
            _package(where if at else None, group),
            package,
            is_group=True,
            is_optional="optional" in keywords,
            is_override="override" in keywords,
        )


def _joined(base: str, name: str) -> str:
    return "/".join(filter(None, [base, name]))


def _package(where: str | None, group: str) -> str | None:
    if where == "_here_":
        return ""
    if where is not None and "_group_" in where:
        return f"{_GLOBAL}.{where.replace('_group_', group.replace('/', '.'))}"
    return where


def _choice(value: Data) -> Choice:
    if isinstance(value, Scalar):
        return None if value.is_null else str(value)
    if isinstance(value, list) and all(isinstance(item, Scalar) for item in value):
        return tuple(map(str, value))
    raise Unclear


def merge(tree: dict[str, Data], path: Sequence[str], body: dict[str, Data]) -> None:
    """Merge a mapping into a tree, at a path of keys."""
    for step in path:
        inner = tree.get(step)
        if not isinstance(inner, dict):
            inner = tree[step] = {}
        tree = inner
    for key, value in body.items():
        before = tree.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            merge(before, [], value)
        else:
            tree[key] = _copied(value)


def _copied(value: Data) -> Data:
    return {key: _copied(inner) for key, inner in value.items()} if isinstance(value, dict) else value
