"""YAML as text: the structure of a document, with each scalar as it is spelled."""

import re
from collections.abc import Iterator

import yaml

from heracles.errors import FileError
from heracles.text import printable

__all__ = ["Data", "Scalar", "document"]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"


class Scalar(str):
    """A scalar as it is spelled, without its quotes: `1e-3` stays `1e-3`.

    Attributes:
        is_null: Whether it stands for nothing: `null`, `~` or an empty value.
        is_quoted: Whether it stands in quotes, or as a block.

    """

    __slots__ = ("is_null", "is_quoted")

    is_null: bool
    is_quoted: bool


Data = Scalar | list["Data"] | dict[str, "Data"]
"""What a YAML document holds; the keys of a mapping are text."""


def document(text: str, name: str) -> Data | None:
    """Return what a YAML document holds; None for an empty one.

    Args:
        text: The document.
        name: The name of its file, for messages.

    Raises:
        FileError: If it cannot be read, or has merge keys (`<<`), or a collection as a key.

    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        return None if node is None else _data(node, name, ())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or "it is no YAML"
        raise FileError(f"cannot read {printable(name)}{line}: {printable(reason)}") from None


def _data(node: yaml.Node, name: str, parents: tuple[int, ...]) -> Data:
    if id(node) in parents:
        raise _error(node, name, "it contains itself")
    inner = (*parents, id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_data(item, name, inner) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, name, inner))
    assert isinstance(node, yaml.ScalarNode)
    scalar = Scalar(node.value)
    scalar.is_quoted = bool(node.style)
    scalar.is_null = node.tag == _NULL and not scalar.is_quoted
    return scalar


def _pairs(node: yaml.MappingNode, name: str, parents: tuple[int, ...]) -> Iterator[tuple[str, Data]]:
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or re.fullmatch("<<|=", key.value):
            raise _error(key, name, "a merge key, or a list as a key, is not read here")
        yield key.value, _data(value, name, parents)


def _error(node: yaml.Node, name: str, reason: str) -> FileError:
    return FileError(f"cannot read {printable(name)}, line {node.start_mark.line + 1}: {reason}")
