"""How a job script uses its arguments: its own ones, where `$@` gets to, and texts that it must not get into."""

import pytest

from heracles.script.parameters import Parameters
from heracles.shell.parser import parse


def read(text: str) -> Parameters:
    return Parameters(parse(text))


@pytest.mark.parametrize(
    ("text", "own", "needed"),
    [
        ("a $1 ${2} $3x", ["$1", "${2}", "$3"], 3),
        ("a ${10} $11", ["${10}", "$1"], 10),
        ("a ${1:-x} ${2%y}", ["${1:-x}", "${2%y}"], 2),
        ("a $0 $# $@ $*", [], 0),
        ('a "${@:3}" ${@:1}', ["${@:3}"], 2),
        ("x=$1\nshift\nshift 2\na $x", ["$1", "shift", "shift 2"], 1),
        ("while getopts ab: o; do b; done", ["getopts ab: o"], 0),
        ("[ $# -eq 2 ] || exit", ["$#"], 0),
        ("[ $# -gt 0 ] && a", [], 0),
        ("f() { a $1; shift; }\nf 1", [], 0),
        ("awk '{ print $1 }' x", [], 0),
    ],
)
def test_the_arguments_of_its_own(text: str, own: list[str], needed: int) -> None:
    parameters = read(text)
    assert [text[each.start : each.end] for each in parameters.own] == own
    assert parameters.needed == needed


@pytest.mark.parametrize(
    ("text", "carriers"),
    [
        ("a $@", []),
        ('A="$*"\nB="x $A"\nC=$D', ["A", "B"]),
        ('A=("$@")\nB="${A[*]}"', ["A", "B"]),
        ("A=${@:2}", ["A"]),
        ("A=$#\nB=${#@}", []),
        ("A=$(b $@)", ["A"]),
        ("export A=$@\nlocal B=$A", ["A", "B"]),
        ("A+=$@", ["A"]),
        ('for A in "$@"; do B=$A; done', ["A", "B"]),
        ("for A; do b; done", ["A"]),
        ('printf -v A " %s" "$@"', ["A"]),
        ('printf -v A " %q" "$@"', []),
        ("A=${*@Q}", []),
        ('f() { A="$*"; }', []),
    ],
)
def test_variables_that_hold_the_overrides(text: str, carriers: list[str]) -> None:
    assert sorted(read(text).carriers) == carriers


@pytest.mark.parametrize(
    ("text", "receivers"),
    [
        ('run "$@"', ['run "$@"']),
        ('echo "$@"\nrun', []),
        ('A=("$@")\nrun "${A[@]}"', ['run "${A[@]}"']),
        ('f() { run "$@"; }\nf "$@"\nf x', ['f "$@"']),
        ('bash -c \'run "$@"\' bash "$@"', ['bash -c \'run "$@"\' bash "$@"']),
        ('source x "$@"', ['source x "$@"']),
        ('parallel -q run ::: "$@"', ['parallel -q run ::: "$@"']),
        ('python - "$@" <<E\nE\n', ['python - "$@" <<E']),
        ('A="$@" run', ['A="$@" run']),
        ('run > "$1"', []),
    ],
)
def test_who_gets_them(text: str, receivers: list[str]) -> None:
    parameters = read(text)
    assert [parameters.tree.of(each) for each in parameters.receivers] == receivers


@pytest.mark.parametrize(
    ("text", "injected"),
    [
        ('bash -c "run $@"', ['"run $@"']),
        ('A="$*"\nsrun sh -c "run $A"', ['"run $A"']),
        ('eval "run $*"', ['eval "run $*"']),
        ("bash <<E\nrun $@\nE\n", ["run $@"]),
        ('bash <<< "run $@"', ['bash <<< "run $@"']),
        ("seq 3 | parallel run {} $@", ["parallel run {} $@"]),
        ("ssh host run $@", ["ssh host run $@"]),
        ("trap 'run $@' EXIT", []),
        ('trap "run $@" EXIT', ['trap "run $@" EXIT']),
        ('trap "echo $@" EXIT', []),
        ('bash -c \'run "$@"\' bash "$@"', []),
        ("cat <<E\n$@\nE\n", []),
        ("cat > x <<E\n$@\nE\n", ["$@"]),
        ("cat <<E | bash\n$@\nE\n", ["$@"]),
        ("parallel -q run {} $@ ::: a", []),
        ('printf -v A " %q" "$@"\nbash -c "run $A"', []),
    ],
)
def test_texts_that_a_shell_reads(text: str, injected: list[str]) -> None:
    assert [text[start:end] for start, end in read(text).injections()] == injected


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("while [ $# -gt 0 ]; do shift; done", ["this loop shifts the arguments away, and the overrides with them"]),
        ('for x in "$@"; do a; done', ["this loop takes the overrides one by one"]),
        ("for x; do a; done", ["this loop takes the overrides one by one"]),
        ("for x in 1 2; do a; done", []),
        ("while read -r x; do a; done", []),
        ("f() { while [ $# -gt 0 ]; do shift; done; }", []),
    ],
)
def test_loops_that_take_them(text: str, reasons: list[str]) -> None:
    assert [reason for _, reason in read(text).loops()] == reasons


def test_functions_and_assignments() -> None:
    parameters = read("f() { a; }\nfunction g { b; }\nA=1\nexport A=2 B\nA[3]=4 c\n")
    assert parameters.functions == {"f", "g"}
    assert [parameters.tree.of(word) for _, word in parameters.assigned("A")] == ["A=1", "A=2", "A[3]=4"]
    assert not parameters.are_expanded
    assert read('echo "$@"').are_expanded
