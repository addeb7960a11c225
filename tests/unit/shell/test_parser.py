"""Shell scripts as syntax trees: the order and the nesting of commands, and bash's own reading of them."""

import re
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CORPUS

from heracles.shell.lexer import unquoted
from heracles.shell.parser import parse
from heracles.shell.syntax import Block, Command, Tree


def outline(text: str) -> str:
    """Return a script's commands in brief: `if(? a: b)` for `if a; then b; fi`."""
    tree = parse(text)
    return _block(tree, tree.block)


def _block(tree: Tree, block: Block) -> str:
    statements = ("".join(_command(tree, each) for each in every.commands) + every.ending for every in block.statements)
    return " ".join(statements)


def _command(tree: Tree, command: Command) -> str:
    sign = f" {command.before} " if command.before else ""
    sign += "! " if command.is_negated else ""
    words = " ".join(tree.of(word) for word in [*command.assignments, *command.words])
    if command.is_simple:
        return sign + f"[{words}]"
    blocks = ", ".join(("? " if each.role == "condition" else "") + _block(tree, each) for each in command.blocks)
    return f"{sign}{command.kind}<{words}>({blocks})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\n\n# a\n", ""),
        ("a b\nc", "[a b] [c]"),
        ("a; b & c", "[a]; [b]& [c]"),
        ("a | b |& c && d || e", "[a] | [b] |& [c] && [d] || [e]"),
        ("a |\n\n# x\n b &&\nc", "[a] | [b] && [c]"),
        ("! a | b", "! [a] | [b]"),
        ("time -p a", "[a]"),
        ("time ! a", "! [a]"),
        ("A=1 B+=2 a C=3", "[A=1 B+=2 a C=3]"),
        ("a=(b c\n d)", "[a=(b c\n d)]"),
        ("{ a; b; }", "{<>([a]; [b];)"),
        ("(a; b)", "(<>([a]; [b])"),
        ("((1 + 2)) && a", "((<((1 + 2))>() && [a]"),
        ("((a); b)", "(<>((<>([a]); [b])"),
        ("[[ a == b && ( c < d || -n $e ) ]] && f", "[[<a == b c d -n $e>() && [f]"),
        ("if a; then b; fi", "if<>(? [a];, [b];)"),
        ("if a\nthen b\nelif c; d\nthen e\nelse f\nfi", "if<>(? [a], [b], ? [c]; [d], [e], [f])"),
        ("while a; do b; done < c", "while<>(? [a];, [b];)"),
        ("until a\ndo\nb\ndone &", "until<>(? [a], [b])&"),
        ("for a in b c; do d; done", "for<a in b c>([d];)"),
        ("for a do b; done", "for<a>([b];)"),
        ("for a\nin b\ndo c; done", "for<a in b>([c];)"),
        ("for ((i = 0; i < 2; i++)); do a; done", "for<((i = 0; i < 2; i++))>([a];)"),
        ("for ((;;)) { a; }", "for<((;;))>([a];)"),
        ("select a in b; do c; done", "select<a in b>([c];)"),
        ("case a in b) c;; (d|e) f;& g) ;; esac", "case<a>([c], [f], )"),
        ("case a in\n'b c') d ;;\n*) e\nesac", "case<a>([d], [e])"),
        ("a() { b; }", "function<a>({<>([b];))"),
        ("a () ( b )\nc", "function<a>((<>([b])) [c]"),
        ("function a { b; }; c", "function<a>({<>([b];)); [c]"),
        ("function a() { b; }", "function<a>({<>([b];))"),
        ("a() {\n  b() { c; }\n}", "function<a>({<>(function<b>({<>([c];))))"),
        ("coproc a", "[a]"),
        ("echo if then fi done { }", "[echo if then fi done { }]"),
        ("a <<E && b\nif\nE\nc", "[a] && [b] [c]"),
        ("if a; then\nb <<E\nfi\nE\nfi", "if<>(? [a];, [b])"),
        ("{ a; } 2>&1 | b", "{<>([a];) | [b]"),
        ("a;; b", "[a] [b]"),
    ],
)
def test_the_commands_of_a_script(text: str, expected: str) -> None:
    assert outline(text) == expected


def test_nodes_say_where_they_stand() -> None:
    text = 'x=1 a "$b" > c && if d $(e `f`); then { g; } 2> h; fi\n'
    tree = parse(text)
    assert [tree.of(each) for each in tree.commands()] == [
        'x=1 a "$b" > c',
        "if d $(e `f`); then { g; } 2> h; fi",
        "d $(e `f`)",
        "e `f`",
        "f",
        "{ g; } 2> h",
        "g",
    ]
    assert [tree.of(each) for each in tree.commands(substitutions=False)][-3:] == ["d $(e `f`)", "{ g; } 2> h", "g"]


def test_commands_know_what_they_stand_in() -> None:
    tree = parse("f() {\n  for i in 1; do\n    a | b\n  done\n}\nc $(d)\n")
    commands = {tree.of(each): each for each in tree.commands() if each.is_simple}
    assert [each.kind for each in commands["a"].ancestors] == ["for", "{", "function"]
    assert commands["a"].following is commands["b"]
    assert commands["b"].following is None
    assert commands["a"].is_in_function
    assert [each.is_simple for each in commands["d"].ancestors] == [True]
    assert not commands["d"].is_in_function


SOUP = [
    *"ab\n\n  ;;&|()<>{}!#$`'\"\\=*",
    *("if ", "then ", "else ", "elif ", "fi ", "for ", "in ", "do ", "done ", "while ", "case ", "esac ", ";;"),
    *("function ", "time ", "[[ ", "]] ", "((", "))", "$(", "${", "<<E\n", "E\n", "\\\n", "x=(", "<("),
]


@given(st.lists(st.sampled_from(SOUP), max_size=40).map("".join))
def test_any_text_gives_a_tree_of_its_parts(text: str) -> None:
    tree = parse(text)
    for command in tree.commands():
        assert 0 <= command.start <= command.end <= len(text)
        for word in command.all_words:
            assert 0 <= word.start <= word.end <= len(text)
            assert all(word.start <= each.start < each.end <= word.end for each in word.expansions)
    starts = [each.start for each in tree.block.commands]
    assert starts == sorted(starts)


def calls(text: str) -> Iterator[str]:
    """Return the words of all simple commands of a script, with their assignments, without quotes and spaces."""
    tree = parse(text)
    for command in tree.commands(substitutions=False):
        if command.is_simple:
            words = [unquoted(tree.of(word)) for word in [*command.assignments, *command.words]]
            yield "".join(re.sub(r"(?<=\s)#.*", "", " ".join(words)).split())  # an array may hold comments


def test_bash_prints_the_same_commands() -> None:
    """Bash prints a function that it has read in a form of its own: the commands in it are the same."""
    read = 0
    for path in sorted((CORPUS / "jobs").glob("*.sh")):
        text = path.read_text()
        code = f"shopt -s extglob\nthe_job() {{\n{text}\n}}\ndeclare -f the_job"
        result = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=False)
        if result.returncode == 0:
            read += 1
            assert list(filter(None, calls(result.stdout))) == list(filter(None, calls(text))), path
    assert read >= 240
