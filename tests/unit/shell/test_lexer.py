"""The words of a shell script: quotations, expansions, redirections, comments and here-documents."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.shell.lexer import ASSIGNMENT, unquoted
from heracles.shell.parser import parse
from heracles.shell.quoting import quote
from heracles.shell.syntax import Command, Tree


def first(text: str) -> tuple[Tree, Command]:
    tree = parse(text)
    return tree, next(tree.commands())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b\tc", ["a", "b", "c"]),
        ("a \\\n  b", ["a", "b"]),
        ("a 'b c' \"d e\"f", ["a", "'b c'", '"d e"f']),
        ('a b\\ c \\"d', ["a", "b\\ c", '\\"d']),
        ('a "b \'c\' \\" $(d "e f") `g h` ${i:-"j k"}"', ["a", '"b \'c\' \\" $(d "e f") `g h` ${i:-"j k"}"']),
        ("a $'b\\'c d' e", ["a", "$'b\\'c d'", "e"]),
        ("a $((1 + (2))) ${b#* } $(c (d)) e", ["a", "$((1 + (2)))", "${b#* }", "$(c (d))", "e"]),
        ("a <(b c) >(d e) f", ["a", "<(b c)", ">(d e)", "f"]),
        ("a b#c #d e", ["a", "b#c"]),
        ("a {b,c} [d] ?e *f !(g|h) @(i)", ["a", "{b,c}", "[d]", "?e", "*f", "!(g|h)", "@(i)"]),
        ("a b;c", ["a", "b"]),
        ("a b&c", ["a", "b"]),
        ("a b>c d", ["a", "b", "d"]),
        ("a b 2>c d 2 >e", ["a", "b", "d", "2"]),
        ("a é 日本 \udcff", ["a", "é", "日本", "\udcff"]),
    ],
)
def test_the_words_of_a_command(text: str, words: list[str]) -> None:
    tree, command = first(text)
    assert [tree.of(word) for word in command.words] == words


@pytest.mark.parametrize(
    ("text", "expansions"),
    [
        ("$a ${b} \"$c\" '$d' \\$e", [("$a", "a", False), ("${b}", "b", False), ("$c", "c", True)]),
        ('$1 ${12} $@ "$*" $# $? $! $$ $-', ["1", "12", "@", "*", "#", "?", "!", "$", "-"]),
        ('${#a} ${!b} ${c[@]} ${d:-$e} ${f#"$g"}', ["a", "b", "c", "e", "d", "g", "f"]),
        ("$(echo $a) `echo $b`", []),
        ("$ $% a$", []),
        ("<<E\n$a \"$b\" '$c' \\$d\nE\n", []),
    ],
)
def test_the_expansions_of_a_word(text: str, expansions: list[tuple[str, str, bool] | str]) -> None:
    tree, command = first(f"x {text}")
    found = [(tree.of(e), e.name, e.is_quoted) for word in command.words for e in word.expansions]
    assert [
        each if isinstance(expected, tuple) else each[1] for each, expected in zip(found, expansions, strict=True)
    ] == (expansions)


def test_the_expansions_of_a_substitution_are_those_of_its_commands() -> None:
    tree, command = first('x "$(echo $a)" `echo $b`')
    inner = [each for word in command.words for block in word.substitutions for each in block.commands]
    assert [tree.of(e) for each in inner for word in each.words for e in word.expansions] == ["$a", "$b"]


@pytest.mark.parametrize(
    ("text", "redirections"),
    [
        ("x > a", [("> a", ">", "a")]),
        ("x 2>&1 >>a <b", [("2>&1", ">&", "1"), (">>a", ">>", "a"), ("<b", "<", "b")]),
        ("x &> a &>>b >|c <>d", [("&> a", "&>", "a"), ("&>>b", "&>>", "b"), (">|c", ">|", "c"), ("<>d", "<>", "d")]),
        ("x {fd}>a 10<b", [("{fd}>a", ">", "a"), ("10<b", "<", "b")]),
        ('x <<< "a b"', [('<<< "a b"', "<<<", '"a b"')]),
        ("> a x", [("> a", ">", "a")]),
        ("x > >(tee a)", [("> >(tee a)", ">", ">(tee a)")]),
    ],
)
def test_redirections(text: str, redirections: list[tuple[str, str, str]]) -> None:
    tree, command = first(text)
    found = [(text[each.start : each.end], each.operator, tree.of(each.word)) for each in command.redirections]
    assert found == redirections
    assert [tree.of(word) for word in command.words] == ["x"]


@pytest.mark.parametrize(
    ("text", "lines", "is_literal", "rest"),
    [
        ("x <<E\na\nb\nE\ny", "a\nb\n", False, "y"),
        ("x <<'E'\n$a\nE\ny", "$a\n", True, "y"),
        ('x <<"E F"\n$a\nE F\ny', "$a\n", True, "y"),
        ("x <<\\E\na\nE\ny", "a\n", True, "y"),
        ("x <<-E\n\ta\n\tE\ny", "\ta\n", False, "y"),
        ("x <<E\nE\ny", "", False, "y"),
        ("x <<E | z\na\n E\nE\ny", "a\n E\n", False, "y"),
        ("x <<E\na", "a", False, ""),
    ],
)
def test_here_documents(text: str, lines: str, rest: str, *, is_literal: bool) -> None:
    tree, command = first(text)
    document = command.redirections[0].document
    assert document
    assert (tree.of(document), document.is_literal, text[document.close :]) == (lines, is_literal, rest)


def test_here_documents_wait_for_the_end_of_the_line() -> None:
    tree, command = first("x <<A <<B; y\n$a\nA\nb\nB\nz")
    documents = [each.document for each in command.redirections]
    assert [tree.of(document) for document in documents if document] == ["$a\n", "b\n"]
    assert [tree.of(e) for document in documents if document for e in document.expansions] == ["$a"]
    assert [tree.of(each) for each in tree.commands()] == ["x <<A <<B", "y", "z"]


def test_comments() -> None:
    tree = parse('# a\nx # b \'c\n  # d \\\ny z#e "#f" $(g # h )\n) # i')
    assert [tree.text[start:end] for start, end in tree.comments] == ["# a", "# b 'c", "# d \\", "# i"]


@pytest.mark.parametrize(
    ("text", "place"), [("a 'b", 2), ('a "b', 2), ("a $(b", 3), ("a `b", 2), ("a ${b", 3), ("a $((b", 3), ("a\n(b", 2)]
)
def test_what_is_never_closed(text: str, place: int) -> None:
    assert parse(text).unclosed == place
    assert parse("a 'b' \"c\" $(d) `e` ${f} $((g)) (h)").unclosed == -1


@pytest.mark.parametrize("text", ["a=", "a=b", "_a1+=b", "a[1]=b", "a[$i]=b", "a['x y']=b", "a=(b c)"])
def test_assignments(text: str) -> None:
    assert ASSIGNMENT.match(text)
    _, command = first(f"{text} x")
    assert (len(command.assignments), len(command.words)) == (1, 1)


@pytest.mark.parametrize("text", ["1a=b", "a-b=c", "'a'=b", "a", "=b", "./a=b"])
def test_words_that_are_no_assignments(text: str) -> None:
    _, command = first(f"{text} x")
    assert (len(command.assignments), len(command.words)) == (0, 2)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_words_without_their_quotes(words: list[str]) -> None:
    tree, command = first(" ".join(["x", *map(quote, words)]))
    assert [unquoted(tree.of(word)) for word in command.words[1:]] == words


@given(st.lists(st.sampled_from([*"'\"\\ \n#ab", "$'", "\\\n"]), max_size=12).map("".join))
def test_bash_reads_as_many_words(text: str) -> None:
    """Where bash reads one line of words without an error, so does the lexer, with the same words."""
    result = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' x {text}\n"], capture_output=True, check=False, env={"LC_ALL": "C.UTF-8"}
    )
    tree = parse(f"printf x {text}\n")
    commands = list(tree.commands())
    if result.returncode or result.stderr or tree.unclosed >= 0 or len(commands) != 1 or "$'" in text:
        return
    expected = result.stdout.decode().split("\0")[:-1]
    assert [unquoted(tree.of(word)) for word in commands[0].words[1:]] == expected
