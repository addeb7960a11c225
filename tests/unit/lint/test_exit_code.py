"""Programs whose exit code is lost, as a real bash loses it, and the remedies."""

import re
import subprocess
from pathlib import Path

import pytest
from unit.lint.probe import HIDES, warned

from heracles.schedulers.registry import SCHEDULERS

TURN = "the next turn of the loop"
BACKGROUND, WAIT = "the &", "write wait $! after it, for its exit code"
PIPE, ABOVE, BEHIND = "the pipe", "put set -o pipefail above it", "write || exit after it, or set -e above it"
EXIT = "write || exit after it"
MASKED = [
    ('./run "$@"\necho done\ncode=$?\nexit $code', "line 3", BEHIND),
    ('./run "$@" | cat\necho $?', PIPE, "put set -eo pipefail above it"),
    ('./run "$@"\necho done', "line 3", BEHIND),
    ('./run "$@"; echo done', "line 2", BEHIND),
    ('./run "$@"\n\n# tidy up\nrm -f x\ndate', "line 5", BEHIND),
    ('./run "$@" > log 2>&1\nexit 0', "line 3", BEHIND),
    ('echo "$@"\n./run "$@"\necho "did $@"', "line 4", BEHIND),
    ('set -u\n./run "$@"\necho', "line 4", BEHIND),
    ('cd . && ./run "$@"\necho', "line 3", BEHIND),
    ('( ./run "$@" )\necho', "line 3", BEHIND),
    ('if true; then\n  ./run "$@"\nelse\n  ls\nfi\ndate', "line 7", BEHIND),
    ('if true; then\n  ./run "$@"\n  date\nfi', "line 4", BEHIND),
    ('case a in\na) ./run "$@" ;;\n*) ls ;;\nesac\ndate', "line 6", BEHIND),
    ('for i in 1 2; do ./run "$@"; done\nls', TURN, BEHIND),
    ('for i in 1; do ./run "$@"; done\nls', "line 3", BEHIND),
    ('while true; do ./run "$@"; break; done', "line 2", BEHIND),
    ('./run "$@"\nwait', "line 3", BEHIND),
    ('./run "$@" &\nwait', BACKGROUND, WAIT),
    ('./run "$@" &\necho\nwait', BACKGROUND, WAIT),
    ('( ./run "$@" ) &\nwait', BACKGROUND, WAIT),
    ('set -e\nfor i in 1 2; do ./run "$@" & done\nwait', BACKGROUND, WAIT),
    ("f() {\n  ./run --x\n  ls\n}\nf", "line 4", BEHIND),
    ("f() {\n  ./run --x\n}\nf\nls", "line 6", BEHIND),
    ("set -e\nf() {\n  ./run --x\n  ls\n}\nf || exit 3", "line 5", EXIT),
    ("set -e\nf() {\n  ./run --x\n  ls\n}\nif f; then\n  ls\nelse\n  exit 3\nfi", "line 5", EXIT),
    ("set -e\n{\n  ./run --x\n  ls\n} && date", "line 5", EXIT),
    ("f() {\n  ./run --x\n  ls\n}\nf || exit 3", "line 4", BEHIND),
    ("f() {\n  ./run --x\n}\nf | cat", PIPE, ABOVE),
    ('(\n  ./run "$@" || exit 1\n)\nls', "line 5", BEHIND),
    ('{\n  ./run "$@" || exit 1\n} | cat', PIPE, ABOVE),
    ("bash -c './run --x; ls'", "line 1", BEHIND),
    ("bash -c './run --x' | cat", PIPE, ABOVE),
    ("bash -c './run --x'\nls", "line 3", BEHIND),
    ("bash << EOF\n./run --x\nls\nEOF", "line 2", BEHIND),
    ("bash << EOF\n./run --x\nEOF\nls", "line 5", BEHIND),
    ("eval './run --x'\nls", "line 3", BEHIND),
    ('./run "$@"\nif [ -e x ]; then ls; fi', "line 3", BEHIND),
    ('./run "$@"\n[[ -e x ]] || ls', "line 3", BEHIND),
    ('./run "$@"\nfor i in 1; do ls; done', "line 3", BEHIND),
    ('tidy() { ls; }\n./run "$@"\ntidy', "line 4", BEHIND),
    ('./run "$@" | cat', PIPE, ABOVE),
    ('./run "$@" 2>&1 | cat | cat', PIPE, ABOVE),
    ('./run "$@" |& cat', PIPE, ABOVE),
    ('set -e\n./run "$@" | cat\necho', PIPE, ABOVE),
    ('./run "$@" | cat\necho', PIPE, "put set -eo pipefail above it"),
    ('set -o pipefail\n./run "$@" | cat\necho', "line 4", BEHIND),
]
UNMASKED = [
    "./run",
    './run "$@"',
    'set -e\n./run "$@"\necho',
    'set -eu\n./run "$@"\necho',
    'set -euo pipefail\n./run "$@" | cat\necho',
    'set -e -o pipefail\n./run "$@" | cat',
    'set -o errexit\n./run "$@"\necho',
    'shopt -so errexit\n./run "$@"\necho',
    'set -o pipefail\n./run "$@" | cat',
    './run "$@" || exit\necho',
    './run "$@" || exit 1\necho',
    './run "$@" && echo done',
    './run "$@" && echo done || exit 4',
    'exec ./run "$@"\necho never',
    '"exec" ./run "$@"\necho never',
    './run "$@"\ncode=$?\necho\nexit $code',
    './run "$@"\nexit $?',
    './run "$@"\nexit',
    './run "$@"; code="${?}"; echo; exit "$code"',
    './run "$@" | cat\ncode=${PIPESTATUS[0]}\nexit $code',
    './run "$@" | cat; exit "${PIPESTATUS[0]}"',
    './run "$@" &\nwait $!',
    './run "$@" &\nwait -n',
    './run "$@" &\nP=$!\nls\nwait $P\nexit $?',
    'set -e\n./run "$@" &\nwait $!\nls',
    'set -e\nfor i in 1 2; do ./run "$@"; done',
    'for i in 1 2; do ./run "$@" || exit 1; done',
    "f() {\n  ./run --x\n}\nf",
    "f() {\n  ./run --x || return\n  ls\n}\nf",
    "bash -c './run --x'",
    "eval 'set -e; ./run --x; ls'\nls",
    "set -e\neval './run --x; ls'",
    "bash -ec './run --x; ls'",
    "set -e\nf() {\n  ./run --x\n}\nf || exit 3",
    "set -e\nf() {\n  ./run --x || exit 4\n  ls\n}\nf || exit 3",
    "bash -c 'set -e; ./run --x; ls'",
    "bash -e << EOF\n./run --x\nls\nEOF",
    'trap "exit 5" ERR\n./run "$@"\necho',
    'if ! ./run "$@"; then\n  exit 1\nfi\necho',
    'if ./run "$@"; then\n  echo done\nelse\n  exit 1\nfi\necho',
    'if true; then\n  ./run "$@"\nelse\n  echo\nfi',
    'if true\nthen ./run "$@"\nelif date; then\n  echo\nelse\n  if true; then echo; fi\n  for i in 1; do ls; done\nfi',
    'case a in\na) ./run "$@" ;;\n*) ls; ls ;;\nesac',
    '{ ./run "$@"; } || exit 7\necho',
    '( ./run "$@" ) || exit 7\necho',
    'main() {\n  ./run "$@"\n}\nmain "$@"',
    '[ -e run ] && ./run "$@"',
    'date | ./run "$@"',
    './run "$@" > >(cat)',
    'time ./run "$@"',
    './run "$@"\n# the end',
    './run "$@" <<EOF\necho (if\nEOF',
    './run "$@"\n[ -e result ] || exit 1',
]
DELIBERATE = [
    './run "$@"\ntidy() {\n  ls\n  if true; then ls; fi\n}',
    './run "$@" || true\necho',
    './run "$@"\ntrue',
    'while ./run "$@"; do echo; done',
    'for word in "$@"; do ./run "$word"; done\necho',
    'if ./run "$@" | cat; then echo; fi',
    '! ./run "$@"\necho',
]


def exit_code(body: str, folder: Path) -> int:
    (folder / "run").write_text("#!/bin/sh\nexit 3\n")
    (folder / "run").chmod(0o755)
    return subprocess.run(
        ["bash", "-c", body, "job.sh", "a=1"], cwd=folder, capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize(("body", "what", "remedy"), MASKED)
def test_a_failure_that_is_hidden(body: str, what: str, remedy: str, tmp_path: Path) -> None:
    assert exit_code(body, tmp_path) == 0
    lines = body.split("\n")
    number = max(number for number, line in enumerate(lines) if "./run" in line)
    line = lines[number]
    command = re.search(r'\./run (?:"\$@"|--x)(?: >? ?log)?(?: 2>&1)?', line)
    assert command
    carets = " " * (2 + command.start()) + "^" * len(command[0])
    answer = f"job.sh, line {number + 2}: {what} {HIDES} {remedy}\n  {line}\n{carets}"
    for scheduler in SCHEDULERS:
        assert warned(f"#!/bin/bash\n{body}\n", scheduler) == [answer]


@pytest.mark.parametrize("body", UNMASKED)
def test_a_failure_that_is_not_hidden(body: str, tmp_path: Path) -> None:
    assert exit_code(body, tmp_path) != 0
    assert warned(f"#!/bin/bash\n{body}\n") == []


@pytest.mark.parametrize("body", DELIBERATE)
def test_a_failure_that_may_be_hidden_with_intent(body: str) -> None:
    assert warned(f"#!/bin/bash\n{body}\n") == []


def test_the_interpreter_may_end_the_script() -> None:
    assert warned('#!/bin/bash -e\nrun "$@"\necho\n') == []
    assert warned('#!/usr/bin/env -S bash -eu\nrun "$@"\necho\n') == []
    assert len(warned('#!/bin/bash -l\nrun "$@"\necho\n')) == 1


def test_a_function_that_is_called_with_the_overrides() -> None:
    body = 'main() { ./run "$@"; }\nmain "$@"\necho'
    assert warned(f"#!/bin/bash\n{body}\n") == [f'job.sh, line 3: line 4 {HIDES} {BEHIND}\n  main "$@"\n  ^^^^^^^^^']
