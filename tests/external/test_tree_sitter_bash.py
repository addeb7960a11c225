"""The parser of shell scripts against tree-sitter-bash, which shares no code with it, on every script of this machine."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_bash
from support import CORPUS
from tree_sitter import Language, Node, Parser

from heracles.shell.parser import parse
from heracles.shell.syntax import Tree

FOLDERS = [
    "/bin",
    "/sbin",
    "/etc",
    "/usr/bin",
    "/usr/sbin",
    "/usr/share",
    "/usr/lib",
    "/usr/libexec",
    "/var/lib/dpkg/info",
]
MOST_BYTES = 100_000
# The words that tree-sitter-bash makes other nodes than commands of.
OTHER_NODES = frozenset(["[", "[[", "declare", "export", "local", "readonly", "typeset", "unset", "unsetenv"])
READER = Parser(Language(tree_sitter_bash.language()))


def is_script(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return False
    with path.open("rb") as file:
        words = file.readline(64).split()
    return words[:1] in ([b"#!/bin/sh"], [b"#!/bin/bash"], [b"#!/usr/bin/bash"]) or words[:2] == [
        b"#!/usr/bin/env",
        b"bash",
    ]


def scripts() -> Iterator[Path]:
    yield from sorted((CORPUS / "jobs").glob("*.sh"))
    for folder in FOLDERS:
        for parent, _, names in os.walk(folder):
            yield from filter(is_script, (Path(parent, name) for name in sorted(names)))


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def theirs(content: bytes) -> tuple[dict[int, str], list[tuple[int, int]], bool]:
    """Return the name of each command by its place, the here-documents, and whether something could not be read."""
    tree = READER.parse(content)
    found: dict[int, str] = {}
    documents = []
    for node in nodes(tree.root_node):
        name = node.child_by_field_name("name") if node.type == "command" else None
        if name is not None:
            found[name.start_byte] = os.fsdecode(content[name.start_byte : name.end_byte])
        if node.type == "heredoc_body":
            documents.append((node.start_byte, node.end_byte))
    return found, documents, tree.root_node.has_error


def ours(tree: Tree) -> tuple[dict[int, str], list[tuple[int, int]]]:
    places = [0]
    for character in tree.text:
        places.append(places[-1] + len(os.fsencode(character)))
    found = {}
    documents = []
    for command in tree.commands():
        if not command.kind and command.words:
            found[places[command.words[0].start]] = tree.of(command.words[0])
        documents += [(places[r.document.start], places[r.document.end]) for r in command.redirections if r.document]
    return found, documents


def test_the_parsers_agree() -> None:
    read = unread = 0
    differing = []
    for path in scripts():
        content = path.read_bytes()
        if b"\0" in content or subprocess.run(["bash", "-n", path], capture_output=True, check=False).returncode:
            continue
        tree = parse(os.fsdecode(content))
        assert tree.unclosed < 0, path
        expected, _, has_error = theirs(content)
        read += 1
        unread += has_error
        found, _ = ours(tree)
        missing = {place: name for place, name in expected.items() if found.get(place) != name}
        extra = {place: name for place, name in found.items() if place not in expected and name not in OTHER_NODES}
        if not has_error and (missing or extra):
            differing.append((path, missing, extra))
    print(f"{read} scripts, of which tree-sitter-bash cannot read {unread}; the readers differ on {len(differing)}")
    assert differing == []
