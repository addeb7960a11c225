"""Texts that a shell runs inside of a job script: what is in them, where it stands, and words that are put there."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.script.embedded import Text, text_of
from heracles.shell.parser import parse
from heracles.shell.quoting import quote


def found(script: str) -> Text | None:
    tree = parse(script)
    texts = [text_of(tree, command) for command in tree.commands() if command.is_simple]
    return next(filter(None, texts), None)


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("bash -c 'a b'", "a b"),
        ("srun -n 2 bash -lc 'a'", "a"),
        ("exec /bin/sh -e -o pipefail -c 'a'", "a"),
        ("$SHELL -c a", "a"),
        ('bash -c "a \\"b\\" \\$c $d"', 'a "b" $c $d'),
        ("bash -c 'a '\\''b'\\'' c'", "a 'b' c"),
        ('bash -c "a \\\nb"', "a b"),
        ('bash -c "a $(b "c") d"', 'a $(b "c") d'),
        ("eval a 'b c'", "a b c"),
        ('eval "a $b"', "a $b"),
        ("bash <<E\na \\$b $c\nE\n", "a $b $c\n"),
        ("bash -s <<'E'\na \\$b\nE\n", "a \\$b\n"),
        ("srun bash <<-E\n\ta\n\tE\n", "\ta\n"),
    ],
)
def test_the_text_that_a_shell_gets(script: str, text: str) -> None:
    embedded = found(script)
    assert embedded
    assert embedded.tree.text == text


@pytest.mark.parametrize(
    "script",
    [
        "bash run.sh -c x",
        "bash",
        "python -c 'a'",
        "bash -c $'a\\nb'",
        "bash -c a$(b)c",
        "cat <<E\na\nE\n",
        "ssh host bash <<E\na\nE\n",
        "bash run.sh <<E\na\nE\n",
        "eval",
    ],
)
def test_no_text(script: str) -> None:
    assert found(script) is None


@pytest.mark.parametrize("script", ["bash -c 'ab cd'", 'bash -c "ab cd"', "bash <<E\nab cd\nE\n", "eval ab cd"])
def test_where_it_stands(script: str) -> None:
    embedded = found(script)
    assert embedded
    (command, *_) = embedded.tree.commands()
    for word in command.words:
        assert script[embedded.start(word.start) : embedded.end(word.end)] == embedded.tree.of(word)


@pytest.mark.parametrize(
    ("script", "arguments", "before"),
    [
        ("bash -c 'a'", 11, " bash"),
        ("bash -c 'a' name", 16, ""),
        ("bash -c 'a' name x", None, ""),
        ("bash <<E\na\nE\n", 4, " -s --"),
        ("bash -s <<E\na\nE\n", 7, " --"),
    ],
)
def test_where_its_arguments_go(script: str, arguments: int | None, before: str) -> None:
    embedded = found(script)
    assert embedded
    assert embedded.arguments == arguments
    assert arguments is None or embedded.before_arguments == before


@pytest.mark.parametrize(
    ("script", "is_expanded"),
    [
        ('bash -c "a $b"', True),
        ('bash -c "a \\$b"', False),
        ("bash -c 'a $b'", False),
        ("bash <<E\na $b\nE\n", True),
        ("bash <<E\na \\$b\nE\n", False),
        ("bash <<'E'\na $b\nE\n", False),
        ("eval a $b", True),
    ],
)
def test_whose_expansions_they_are(script: str, *, is_expanded: bool) -> None:
    embedded = found(script)
    assert embedded
    assert embedded.is_expanded(embedded.tree.text.index("$")) == is_expanded


@pytest.mark.parametrize(
    ("text", "changes"), [("shift; a", True), ("set -- b", True), ("set -e", False), ("a $1", False)]
)
def test_whether_it_changes_its_parameters(text: str, *, changes: bool) -> None:
    embedded = found(f"bash -c '{text}'")
    assert embedded
    assert embedded.changes_parameters == changes


TEMPLATES = [
    "bash -c 'show a'",
    'bash -c "show a"',
    "bash -c show\\ a",
    "bash -c 'show '\"a\"",
    "bash <<E\nshow a\nE\n",
    "bash <<'E'\nshow a\nE\n",
    "eval 'show a'",
    'eval show "a"',
    "eval show a",
]


@given(
    st.sampled_from(TEMPLATES),
    st.lists(st.text(st.characters(exclude_characters="\0\n", exclude_categories=["Cs"])), min_size=1, max_size=3),
)
def test_words_arrive_in_it(script: str, words: list[str]) -> None:
    """Words that are quoted for the inner shell and escaped for the outer quotes are read back by a real bash."""
    embedded = found(script)
    assert embedded
    place = embedded.tree.text.index("a") + 1
    inserted = embedded.escape(place, " " + " ".join(map(quote, words)))
    end = embedded.end(place)
    shows = "show() { printf '%s\\0' \"$@\"; }\nexport -f show\n"
    code = shows + script[:end] + inserted + script[end:]
    result = subprocess.run(["bash"], input=code.encode(), capture_output=True, check=False, env={"LC_ALL": "C.UTF-8"})
    assert result.stderr == b""
    assert result.stdout.decode().split("\0")[:-1] == ["a", *words]
