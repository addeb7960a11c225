"""What a mother script is warned of and refused for, word for word, and that good scripts are left in peace."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from clusters.slurm import Cluster, version
from hypothesis import example, given
from hypothesis import strategies as st

from heracles.errors import ScriptError
from heracles.lint.body import check, warnings
from heracles.schedulers.registry import SCHEDULERS
from heracles.schedulers.slurm import _VALUELESS
from heracles.script.job_script import JobScript

NO_LOG = "so every run fails before its first command and leaves no log"
COPY = "runs a copy of the script that is in another folder: write the folder out, or"
HIDES = "hides a failure of this command, and the run counts as done:"
STRAY = (
    "this belongs to no option, so Slurm rejects the script: "
    "put quotes around a value with spaces, and # before a comment"
)


def warned(text: str, scheduler: str = "slurm", folder: str = "", *, is_array: bool = False) -> list[str]:
    """Give the warnings about a script, as they are printed."""
    script = JobScript("job.sh", text.encode("utf-8", "surrogateescape"))
    return [str(warning) for warning in warnings(script, SCHEDULERS[scheduler], folder, is_array=is_array)]


def refused(text: str, scheduler: str = "slurm", *, is_array: bool = False) -> str:
    """Give what is printed when a script is refused; empty if it is not."""
    try:
        check(JobScript("job.sh", text.encode()), SCHEDULERS[scheduler], is_array=is_array)
    except ScriptError as error:
        return str(error)
    return ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the folders `there`, `there/there` and `x`."""
    for name in ("there/there", "x"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


UNREAD = [
    (
        "#!/bin/bash\nset -e\n#SBATCH --time=5\nrun\n",
        [
            "job.sh, line 3: this directive comes after the first command, so Slurm ignores it: move it above line 2\n"
            "  #SBATCH --time=5\n"
            "  ^^^^^^^^^^^^^^^^"
        ],
    ),
    (
        "#!/bin/bash\n#SBATCH -c 1\n\nmodule load x\n#SBATCH --time=5 # h\n\n# and\n #SBATCH -c 2\n#SBATCH -J a\nrun\n",
        [
            "job.sh, line 5: these 3 directives come after the first command, so Slurm ignores them:"
            " move them above line 4\n"
            "  #SBATCH --time=5 # h\n"
            "  ^^^^^^^^^^^^^^^^"
        ],
    ),
    (
        "#!/bin/bash\n  #SBATCH --time=5\n#SBATCH -c 1\n\t#SBATCH -J a\n\t#SBATCH -p b\nrun\n",
        [
            "job.sh, line 2: this directive is indented, so Slurm ignores it: remove the spaces before #\n"
            "    #SBATCH --time=5\n"
            "    ^^^^^^^^^^^^^^^^",
            "job.sh, line 4: these 2 directives are indented, so Slurm ignores them: remove the spaces before #\n"
            "  \\t#SBATCH -J a\n"
            "    ^^^^^^^^^^^^",
        ],
    ),
]
READ = [
    "#!/bin/bash\n\n# SBATCH -c 1\n##SBATCH -c 1\n#SBATCH -c 1\n   \n#SBATCHED -c 1\n#SBATCH\nrun\n##SBATCH -c 1\n",
    "#!/bin/bash\ncat > other.sh <<EOF\n#!/bin/bash\n#SBATCH --time=5\nEOF\nsbatch other.sh\n",
    "#!/bin/bash\ncat > other.sh <<-'EOF'\n\t#SBATCH --time=5\n\tEOF\nsbatch other.sh\n",
    "#!/bin/bash\necho '\n#SBATCH --time=5' \"\n#SBATCH --time=5\n\" $(\n#SBATCH --time=5\n) > other.sh\nrun\n",
    "#!/bin/bash\n# A line\n#SBATCH directives come first, so write them here\n#SBATCH -c 1\nrun\n#SBATCH says it\n",
    "#!/bin/bash\nrun\n#PBS -l x\n#$ -N a\n",
]


@pytest.mark.parametrize(("text", "answers"), UNREAD)
def test_directives_that_are_not_read(text: str, answers: list[str]) -> None:
    assert warned(text) == answers


@pytest.mark.parametrize("text", READ)
def test_directives_that_are_read_and_texts_that_are_none(text: str) -> None:
    assert warned(text) == []


def test_directives_of_other_schedulers() -> None:
    late = "#!/bin/bash\nset -e\n{0} -N a\nrun\n"
    assert warned(late.format("#PBS"), "pbs") == [
        "job.sh, line 3: this directive comes after the first command, so PBS ignores it: move it above line 2\n"
        "  #PBS -N a\n"
        "  ^^^^^^^^^"
    ]
    assert warned(late.format("#$"), "gridengine") == warned(late.format("#BSUB"), "lsf") == []
    assert warned(late.format(" #BSUB"), "lsf") == [
        "job.sh, line 3: this directive is indented, so LSF ignores it: remove the spaces before #\n"
        "   #BSUB -N a\n"
        "   ^^^^^^^^^^"
    ]
    assert warned("#!/bin/bash\n#SBATCH -o $HOME/x/y\nset -e\n#SBATCH -c 1\nrun\n", "none") == []


LITERAL = [
    (
        "#SBATCH --output=$HOME/$USER/${SLURM_JOB_ID}.out -e $(date)/e",
        [
            "job.sh, line 2: Slurm does not expand $HOME in a directive: write out what it stands for\n"
            "  #SBATCH --output=$HOME/$USER/${SLURM_JOB_ID}.out -e $(date)/e\n"
            "                   ^^^^^",
            "job.sh, line 2: Slurm does not expand $USER in a directive: write %u\n"
            "  #SBATCH --output=$HOME/$USER/${SLURM_JOB_ID}.out -e $(date)/e\n"
            "                         ^^^^^",
            "job.sh, line 2: Slurm does not expand ${SLURM_JOB_ID} in a directive: write %j\n"
            "  #SBATCH --output=$HOME/$USER/${SLURM_JOB_ID}.out -e $(date)/e\n"
            "                               ^^^^^^^^^^^^^^^",
            "job.sh, line 2: Slurm does not expand $(date) in a directive: write out what it stands for\n"
            "  #SBATCH --output=$HOME/$USER/${SLURM_JOB_ID}.out -e $(date)/e\n"
            "                                                      ^^^^^^^",
        ],
    ),
    (
        '#SBATCH --mail-user="$USER@example.org"',
        [
            "job.sh, line 2: Slurm does not expand $USER in a directive: write out what it stands for\n"
            '  #SBATCH --mail-user="$USER@example.org"\n'
            "                       ^^^^^"
        ],
    ),
    (
        "#SBATCH -D ~/project",
        [
            "job.sh, line 2: Slurm does not expand ~ in a directive: write out what it stands for\n"
            "  #SBATCH -D ~/project\n"
            "             ^"
        ],
    ),
    ("#SBATCH --comment='costs $x, ~/x' -J cost$5,a~b # $HOME", []),
    ("##SBATCH -o $HOME/x", []),
]


@pytest.mark.parametrize(("line", "answers"), LITERAL)
def test_variables_in_directives(line: str, answers: list[str]) -> None:
    assert warned(f"#!/bin/bash\n{line}\nrun\n") == answers


def test_variables_in_directives_of_other_schedulers() -> None:
    line = "#$ -cwd -o $HOME/$USER.$JOB_ID -e ~/$TASK_ID.${SGE_TASK_ID} -v X=$Y"
    assert warned(f"#!/bin/bash\n{line}\nrun\n", "gridengine") == [
        "job.sh, line 2: Grid Engine does not expand ${SGE_TASK_ID} in a directive: write out what it stands for\n"
        f"  {line}\n"
        "                                               ^^^^^^^^^^^^^^"
    ]
    for scheduler, prefix in [("pbs", "#PBS"), ("lsf", "#BSUB")]:
        assert warned(f"#!/bin/bash\n{prefix} -o $HOME/$PBS_JOBID/%J\nrun\n", scheduler) == []


def missing(path: str) -> str:
    return f"the folder {path} does not exist, {NO_LOG}: mkdir -p {path}"


FOLDERS = [
    ("--output=no/%j.out", missing("no"), "--output=no/%j.out"),
    ("-o no/%j.out -e no/%j.err", missing("no"), "-o no/%j.out"),
    ("-ono/%j.out", missing("no"), "-ono/%j.out"),
    ("--outp no/%j.out", missing("no"), "--outp no/%j.out"),
    ("-o there/%j.out -e there/no/%j.err", missing("there/no"), "-e there/no/%j.err"),
    ("-o x/%j.out -o no/%j.out", missing("no"), "-o no/%j.out"),
    ("-o no/%j.out -o x/%j.out", "", ""),
    ("-o no/%x/y/%j.out", missing("no"), "-o no/%x/y/%j.out"),
    ("-o './no way/%j.out'", missing("no way").replace("-p no way", "-p 'no way'"), "-o './no way/%j.out'"),
    ("-o /usr/no/%j.out", missing("/usr/no"), "-o /usr/no/%j.out"),
    ("--chdir=there -o there/%j.out", "", ""),
    ("--chdir=there -o x/%j.out", missing("there/x"), "-o x/%j.out"),
    ("-D no -o x/%j.out", missing("no"), "-D no"),
    ("-o there/%j/x", f"no folder %j exists before the job, {NO_LOG}: put %j into the file's name", "-o there/%j/x"),
    ("-J a/b -o %x.out", f"the / in this name makes %x a folder in the log's name; {missing('a')}", "-J a/b"),
    ("-J x/b -o %x.out", "", ""),
    ("-J a/b", "", ""),
    ("-o %j.out", "", ""),
    ("-o there/%j.out -e there/there/../%j.err", "", ""),
    ("-o /dev/null -e none", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("options", "reason", "marked"), FOLDERS, ids=[options for options, _, _ in FOLDERS])
@pytest.mark.parametrize("is_named", [False, True])
@pytest.mark.usefixtures("folder")
def test_folders(options: str, reason: str, marked: str, *, is_named: bool) -> None:
    line = f"#SBATCH {options}"
    carets = " " * (2 + line.index(marked)) + "^" * len(marked)
    answers = [f"job.sh, line 2: {reason}\n  {line}\n{carets}"] if reason else []
    assert warned(f"#!/bin/bash\n{line}\nrun\n", folder=os.getcwd() if is_named else "") == answers


def test_folders_on_a_real_slurm(cluster: Cluster, folder: Path) -> None:
    """A run that is warned of fails without a log, and no other does. From 23.02 on, Slurm makes the folders."""
    jobs = {}
    warned_of = "JobState=FAILED" if version() < (23, 2) else "JobState=COMPLETED"
    for options, reason, _ in FOLDERS:
        if "/usr/" not in options:
            script = f"#!/bin/sh\n#SBATCH {options}\ntrue\n"
            submitted = cluster.run("sbatch", "--parsable", input=script, cwd=folder)
            jobs[submitted.stdout.strip()] = options, warned_of if reason else "JobState=COMPLETED"
    cluster.wait_until_idle()
    for job, expected in jobs.items():
        state = re.search(r"JobState=\S+", cluster.run("scontrol", "show", "job", job).stdout)
        assert (expected[0], state and state[0]) == expected


@pytest.mark.parametrize(
    "options",
    [
        "-o $HOME/no/%j.out",
        "-D $HOME/no -o no/%j.out",
        "-o /tmp/no-such-folder/%j.out",
        "-o /no-such-disk/logs/%j.out",
        "-o no\\\\way/%j.out",
        "--output=",
        "-o",
    ],
)
@pytest.mark.usefixtures("folder")
def test_folders_that_cannot_be_known(options: str) -> None:
    assert [text for text in warned(f"#!/bin/bash\n#SBATCH {options}\nrun\n") if "expand" not in text] == []


@pytest.mark.usefixtures("folder")
def test_folders_of_grid_engine() -> None:
    assert warned("#!/bin/bash\n#$ -cwd -o there -e no/$JOB_ID\nrun\n", "gridengine") == [
        "job.sh, line 2: the folder no does not exist, so every run stays in the queue, in the state Eqw: mkdir -p no\n"
        "  #$ -cwd -o there -e no/$JOB_ID\n"
        "                   ^^^^^^^^^^^^^"
    ]
    for options in ["-o no/x", "-cwd -o there/$JOB_NAME/x -e $HOME/no/x", "-cwd -o host:no/x", "-wd $X -o no/x"]:
        assert warned(f"#!/bin/bash\n#$ {options}\nrun\n", "gridengine") == []
    assert warned("#!/bin/bash\n#PBS -o no/x\nrun\n", "pbs") == warned("#!/bin/bash\n#BSUB -o no/x\nrun\n", "lsf") == []


SHARED = [
    ("-o log", "log-%a"),
    ("-o run.out", "run-%a.out"),
    ("-o run-%A.out", "run-%A_%a.out"),
    ("-o %x_%u_%N_%n_%t_%s_%%j.out", "%x_%u_%N_%n_%t_%s_%%j-%a.out"),
    ("-o %4a.out", ""),
    ("-o %j", ""),
    ("-o %J.out", ""),
    ("-o %A_%a.out", ""),
    ("-o log --open-mode=append", ""),
    ("-o log --open-mode=truncate", "log-%a"),
    ("-o /dev/null", ""),
    ("-o none", ""),
    ("-o log-%Q", ""),
    ("-c 1", ""),
]


@pytest.mark.parametrize(("options", "better"), SHARED)
def test_logs_of_arrays(options: str, better: str) -> None:
    line = f"#SBATCH {options}"
    option = " ".join(options.split(" ")[:2])
    reason = f"every task of the array overwrites this log: name it {better}"
    answers = [f"job.sh, line 2: {reason}\n  {line}\n  {' ' * 8}{'^' * len(option)}"] if better else []
    text = f"#!/bin/bash\n{line}\nrun\n"
    assert warned(text, is_array=True) == warned(f"{text}".replace("\nrun", "\n#SBATCH -a 1-3\nrun")) == answers
    assert warned(text) == []


def test_logs_of_arrays_on_a_real_slurm(cluster: Cluster, tmp_path: Path) -> None:
    """An array that is warned of leaves fewer lines than it has tasks."""
    for number, (options, better) in enumerate(SHARED):
        logs = tmp_path / str(number)
        logs.mkdir()
        script = f"#!/bin/sh\n#SBATCH {options}\necho line\n"
        submitted = cluster.run("sbatch", "--array=1-3%1", input=script, cwd=logs)
        assert submitted.returncode == 0
        (logs / "expected").write_text("few" if better else "all")
    cluster.wait_until_idle()
    for number, (options, _) in enumerate(SHARED):
        logs = tmp_path / str(number)
        lines = "".join(log.read_text() for log in logs.iterdir() if log.name != "expected").count("line\n")
        if not re.search("null|none|%Q", options):
            assert (options, "few" if lines < 3 else "all") == (options, (logs / "expected").read_text())


PIPE, ABOVE, BEHIND = "the pipe", "put set -o pipefail above it", "write || exit after it, or set -e above it"
MASKED = [
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
    ('for i in 1 2; do ./run "$@"; done\nls', "line 3", BEHIND),
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
    './run "$@" &\necho\nwait',
    'while ./run "$@"; do echo; done',
    'main() { ./run "$@"; }\nmain "$@"\necho',
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
    command = re.search(r'\./run "\$@"(?: >? ?log)?(?: 2>&1)?', line)
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


SPLIT = [
    ("run $@", "$@", '"$@"'),
    ("srun -n 4 run --x=1 ${@} > log", "${@}", '"${@}"'),
    ("run $*", "$*", '"$@"'),
    ("exec run a$@", "a$@", '"$@"'),
    ("if run $@; then date; fi", "$@", '"$@"'),
]
WHOLE = [
    'run "$@"',
    'run "${@}" "${@:2}"',
    'run --args="$@"',
    "run '$@' \\$@ \"$@\"",
    'echo running $@ with $*\nrun "$@"',
    'run --note "$*" "$@"',
    'for word in $@; do echo "$word"; done\nrun "$@"',
    'run $(basename $@) "$@"',
    'run `basename $@` "$@"',
    '[ $@ ] || exit 2\nrun "$@"',
    'f() { run $@; }\nf "$@"',
    "bash -c 'run $@'",
]


@pytest.mark.parametrize(("body", "word", "better"), SPLIT)
def test_parameters_without_quotes(body: str, word: str, better: str) -> None:
    assert warned(f"#!/bin/bash\n{body}\n") == [
        f"job.sh, line 2: without quotes, {better[1:-1] if '*' not in word else word} splits values that have spaces:"
        f" write {better}\n"
        f"  {body}\n"
        f"{' ' * (2 + body.index(word))}{'^' * len(word)}"
    ]
    assert warned(f"#!/bin/zsh\n{body}\n") == []


@pytest.mark.parametrize("word", ['"$*"', '"${*}"'])
def test_parameters_in_one_word(word: str) -> None:
    assert warned(f"#!/bin/bash\nrun {word}\n") == [
        f'job.sh, line 2: {word} makes one argument of all overrides: write "$@"\n  run {word}\n      {"^" * len(word)}'
    ]


@pytest.mark.parametrize("body", WHOLE)
def test_parameters_with_quotes_or_elsewhere(body: str) -> None:
    assert warned(f"#!/bin/bash\n{body}\n") == []


OWN = [
    ('cd "$(dirname "$0")"', "$0"),
    ("cd `dirname $0`", "$0"),
    ('here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)', "${BASH_SOURCE[0]}"),
    ('here=$(dirname -- "$(readlink -f "$BASH_SOURCE")")', "$BASH_SOURCE"),
    ("self=$(realpath ${0})", "${0}"),
    ("source ${0%/*}/env.sh", "${0%"),
    ('. "${BASH_SOURCE[0]%/*}/env.sh"', "${BASH_SOURCE[0]%"),
]
NOT_OWN = [
    'echo "usage: $0 [x]" >&2',
    'echo "running $(basename "$0")"',
    "awk '{print $0}' file",
    "echo 'dirname $0'",
    "# cd $(dirname $0)",
    'if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then date; fi',
    'cd "${SLURM_SUBMIT_DIR:-$(dirname "$0")}"',
    'self=$(scontrol show job "$SLURM_JOB_ID" | awk \'/Command=/\') || self=$(realpath "$0")',
    'for file in *; do dirname "$file"; done; echo $0',
    'cd "$(dirname "$x")"; dirname $01',
    'ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"\nif [ -n "${SLURM_SUBMIT_DIR:-}" ]; then\n'
    '  ROOT="$SLURM_SUBMIT_DIR"\nfi',
]


@pytest.mark.parametrize(("body", "marked"), OWN)
def test_the_place_of_the_script(body: str, marked: str) -> None:
    variables = {"slurm": "SLURM_SUBMIT_DIR", "gridengine": "SGE_O_WORKDIR", "pbs": "PBS_O_WORKDIR", "lsf": "LS_SUBCWD"}
    carets = " " * (2 + body.index(marked)) + "^" * len(marked)
    for scheduler, variable in variables.items():
        reason = f"{SCHEDULERS[scheduler].name} {COPY} ${variable} for the one of the submission"
        assert warned(f"#!/bin/bash\n{body}\nrun\n", scheduler) == [f"job.sh, line 2: {reason}\n  {body}\n{carets}"]
    assert warned(f"#!/bin/bash\n{body}\nrun\n", "none") == []


@pytest.mark.parametrize("body", NOT_OWN)
def test_the_name_of_the_script_is_no_place(body: str) -> None:
    assert warned(f"#!/bin/bash\n{body}\nrun\n") == []


def test_warnings_are_in_the_order_of_the_lines() -> None:
    text = (
        "#!/bin/bash\n#SBATCH -o $HOME/log\n #SBATCH -c 1\n#SBATCH --array=1-3\n#SBATCH -e log\n"
        'cd $(dirname $0)\n#SBATCH -c 2\nrun $@ | cat\ndate "$@"\nfalse || echo\n'
    )
    script = JobScript("job.sh", text.encode())
    assert [warning.message.split(":")[0] for warning in warnings(script, SCHEDULERS["slurm"])] == [
        "job.sh, line 2",
        "job.sh, line 3",
        "job.sh, line 5",
        "job.sh, line 6",
        "job.sh, line 7",
        "job.sh, line 8",
        "job.sh, line 8",
    ]


# As the documentation of clusters and of programs has them.
ORDINARY = {
    "serial": """#!/bin/bash
#SBATCH --job-name=serial_job_test    # Job name
#SBATCH --mail-type=END,FAIL          # Mail events (NONE, BEGIN, END, FAIL, ALL)
#SBATCH --mail-user=email@ufl.edu     # Where to send mail
#SBATCH --ntasks=1                    # Run on a single CPU
#SBATCH --mem=1gb                     # Job memory request
#SBATCH --time=00:05:00               # Time limit hrs:min:sec
#SBATCH --output=serial_test_%j.log   # Standard output and error log
pwd; hostname; date

module load python

echo "Running plot script on a single CPU core"

python /data/training/SLURM/plot_template.py

date
""",
    "array": """#!/bin/bash
#SBATCH --job-name=array_job_test
#SBATCH --output=array_%A-%a.log
#SBATCH --array=1-5
pwd; hostname; date

PER_TASK=1000
START_NUM=$(( ($SLURM_ARRAY_TASK_ID - 1) * $PER_TASK + 1 ))
for (( run=$START_NUM; run<=START_NUM + 10; run++ )); do
  echo This is SLURM task $SLURM_ARRAY_TASK_ID, run number $run
done
date
""",
    "mpi": """#!/bin/bash
#
#SBATCH --job-name=test_mpi
#SBATCH --output=res_mpi.txt
#
#SBATCH --ntasks=4
#SBATCH --time=10:00
#SBATCH --mem-per-cpu=100

module load OpenMPI
srun hello.mpi
""",
    "openmp": """#!/bin/sh
#SBATCH -J omp -n 1 -c 8
#SBATCH -t 0-01:00
#SBATCH -p shared,short
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
./hello_omp
""",
    "conda": """#!/bin/bash -l
#SBATCH --gres=gpu:a100:1 --constraint="a100&ib"
#SBATCH --qos=normal

source ~/.bashrc
conda activate torch
cd $SLURM_SUBMIT_DIR
srun python train.py --epochs 10 --data "$SCRATCH/data"
""",
    "overrides": """#!/usr/bin/env bash
#SBATCH --time=24:00:00
#SBATCH --output=there/%x-%j.out
#SBATCH --error=there/%x-%j.err

set -euo pipefail
echo "overrides: $*"
export HYDRA_FULL_ERROR=1
srun --unbuffered python -u train.py hydra.run.dir="outputs/$SLURM_JOB_ID" "$@"
echo "Finished at $(date)"
""",
    "torchrun": """#!/bin/bash
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive

nodes=( $( scontrol show hostnames $SLURM_JOB_NODELIST ) )
head_node=${nodes[0]}
head_node_ip=$(srun --nodes=1 --ntasks=1 -w "$head_node" hostname --ip-address)
export LOGLEVEL=INFO

srun torchrun \\
    --nnodes 4 \\
    --nproc_per_node 1 \\
    --rdzv_endpoint $head_node_ip:29500 \\
    multinode.py 50 10
""",
    "container": """#!/bin/bash
#SBATCH --job-name="apptainer test"
#SBATCH --comment 'one # two'
#SBATCH --hold

if [[ -z "${SIF:-}" ]]; then
    echo "usage: SIF=image.sif sbatch $0" >&2
    exit 2
fi
apptainer exec --nv --bind "$PWD:/work" "$SIF" python /work/main.py
""",
    "scratch": """#!/bin/bash
#SBATCH --requeue
#SBATCH --signal=B:USR1@300
#SBATCH --open-mode=append

trap 'touch requeue; scontrol requeue "$SLURM_JOB_ID"' USR1
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cp -r input "$tmp"
python main.py --out "$tmp" "$@" &
wait $!
""",
    "status": """#!/bin/bash
#SBATCH -c4
python main.py "$@" 2>&1 | tee log
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    echo "failed with $status" | mail -s "$SLURM_JOB_NAME" "$USER"
fi
exit "$status"
""",
    "background": """#!/bin/bash
#SBATCH --ntasks=2
for i in 1 2; do
    srun --ntasks=1 --exclusive ./task "$i" &
done
wait
""",
    "r": """#!/bin/bash
#SBATCH --nice=100 --no-requeue
ml R/4.1.0
Rscript --vanilla script.R "${SLURM_ARRAY_TASK_ID:-0}"
""",
    "here document": """#!/bin/bash
#SBATCH -J matlab
matlab -nodisplay <<EOF
addpath('$PWD')  % if (there
main
EOF
""",
    "generator": """#!/bin/bash
for lr in 0.1 0.01; do
  sbatch <<EOT
#!/bin/bash
#SBATCH --output=logs/$lr.out
python train.py --lr $lr
EOT
done
""",
    "function": """#!/bin/bash
#SBATCH --array=0-3 --output=%x.%A_%a

log() { echo "[$(date)] $*"; }

run() {
    local name=$1; shift
    log "start $name"
    python "$name.py" "$@"
}

case "$SLURM_ARRAY_TASK_ID" in
    0|1) run train "$@" ;;
    *) run test "$@" ;;
esac
""",
    "lookup": """#!/bin/bash
#SBATCH --array=1-100%10
#SBATCH -o there/slurm-%A_%a.out
sample=$(sed -n "${SLURM_ARRAY_TASK_ID}p" samples.txt)
read -r name seed <<< "$sample"
[ -d "out/$name" ] || mkdir -p "out/$name"
exec python main.py --name "$name" --seed "$seed" "$@"
""",
    "odd directives": """#!/bin/bash
#SBATCH
#SBATCH # nothing but a remark
#SBATCH\t-J tab
#SBATCH--time=5:00
#SBATCH --job-name="x y"z --mail-user 'me'@example.org # "remark
#SBATCH --wrap --export ALL --nodes 1-2 -HJ name
hostname
""",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
@pytest.mark.usefixtures("folder")
def test_ordinary_scripts_are_left_in_peace(text: str) -> None:
    is_array = "res_mpi.txt" not in text and "--array=" in text
    hidden = 1 if "plot_template" in text else 0  # by the `date` that ends it
    for scheduler in SCHEDULERS:
        assert len(warned(text, scheduler, is_array=is_array)) == hidden
        assert refused(text, scheduler) == ""


# What Slurm refuses: the lines behind the first one, what is said and the line and the place that are shown.
REFUSED = [
    ("#SBATCH --job-name=a foo", STRAY, "foo"),
    ("#SBATCH -J a b", STRAY, "b"),
    ("#SBATCH -Ja b", STRAY, "b"),
    ("#SBATCH --job-name a b", STRAY, "b"),
    ("#SBATCH --job-name=a\\ b", STRAY, "b"),
    ("#SBATCH --hold x", STRAY, "x"),
    ("#SBATCH --requeue x", STRAY, "x"),
    ("#SBATCH --exclusive user", STRAY, "user"),
    ("#SBATCH --nice 5", STRAY, "5"),
    ("#SBATCH -H x", STRAY, "x"),
    ("#SBATCH -JH x", STRAY, "x"),
    ("#SBATCH -n 1 extra", STRAY, "extra"),
    ("#SBATCH - x", STRAY, "-"),
    ("#SBATCH foo", STRAY, "foo"),
    ("#SBATCH :", STRAY, ":"),
    ("#SBATCHING -c 1", STRAY, "ING"),
    ("#SBATCH -c 1\n#SBATCH these are the options", STRAY, "these"),
    ("#SBATCH -c 1\n#SBATCH --time 1:00 (one minute)", STRAY, "(one"),
    ("#SBATCH 'a b' hetjobs", STRAY, "'a b'"),
    ("#SBATCH --job-name='a", "this quote is never closed, so Slurm rejects the script", "'a"),
    ('#SBATCH --job-name="a b', "this quote is never closed, so Slurm rejects the script", '"a b'),
    ("#SBATCH --comment=it's", "this quote is never closed, so Slurm rejects the script", "'s"),
    ('#SBATCH -J a "', "this quote is never closed, so Slurm rejects the script", '"'),
    ('#SBATCH -J "a\\"', "this quote is never closed, so Slurm rejects the script", '"a\\"'),
    ('#SBATCH foo\n#SBATCH -J "a', "this quote is never closed, so Slurm rejects the script", '"a'),
]
TAKEN = [
    "",
    "#SBATCH",
    '#SBATCH --job-name="x y"z',
    "#SBATCH --job-name a",
    "#SBATCH -J a -c 1",
    "#SBATCH --hold # a comment",
    "#SBATCH -Ja",
    "#SBATCH -HJ a",
    "#SBATCH --comm foo",
    "#SBATCH --job-name=a#b c",
    '#SBATCH --job-name=a # "never closed',
    "#SBATCH --comment='a # b' -J \"it's\"",
    '#SBATCH -J "a\\" b"',
    '#SBATCH -J a\\"b',
    "#SBATCH -J a \\\n#SBATCH -c 1",
    '#SBATCH -J a "" b "',
    "#SBATCH -J -c",
    "#SBATCH -J\n#SBATCH foo",
    "#SBATCH -J a\n#SBATCH hetjob\n#SBATCH -J b",
    "#SBATCH hetjob foo",
    "#SBATCH -J a # hetjob",
    "##SBATCH foo\n# SBATCH foo\n#sbatch foo\n #SBATCH foo",
    "true\n#SBATCH foo\n#SBATCH 'bar",
    "cat <<EOF\n#SBATCH foo\nEOF",
]
HETEROGENEOUS = "#!/bin/sh\n#SBATCH -J a\n#SBATCH hetjob\n#SBATCH -J b\ntrue\n"


@pytest.mark.parametrize(("lines", "reason", "marked"), REFUSED, ids=[lines for lines, _, _ in REFUSED])
def test_what_slurm_refuses(lines: str, reason: str, marked: str) -> None:
    line = lines.rpartition("\n")[2]
    number = lines.count("\n") + 2
    carets = " " * (2 + line.rindex(marked)) + "^" * len(marked)
    assert refused(f"#!/bin/sh\n{lines}\ntrue\n") == f"job.sh, line {number}: {reason}\n  {line}\n{carets}"
    assert refused(f"#!/bin/sh\n{lines}\ntrue\n", "pbs") == ""


@pytest.mark.parametrize("lines", TAKEN)
def test_what_slurm_takes(lines: str) -> None:
    assert refused(f"#!/bin/sh\n{lines}\ntrue\n") == ""


def test_the_first_line_of_a_script_for_slurm() -> None:
    answer = "job.sh, line 1: Slurm rejects a script without #! on its first line: put #!/bin/bash above it"
    assert refused("\n#!/bin/sh\nrun\n") == f"{answer}\n  \n  ^"
    assert refused("# job\n#SBATCH -c 1\nrun\n") == f"{answer}\n  # job\n  ^^^^^"
    assert refused("# job\nrun\n", "gridengine") == refused("# job\nrun\n", "none") == ""


def test_an_array_of_a_heterogeneous_job() -> None:
    answer = (
        "job.sh, line 3: Slurm accepts no array of a heterogeneous job: delete this line or the array\n"
        "  #SBATCH hetjob\n"
        "  ^^^^^^^^^^^^^^"
    )
    assert refused(HETEROGENEOUS) == ""
    assert refused(HETEROGENEOUS, is_array=True) == refused(HETEROGENEOUS.replace("-J b", "-a 1-3")) == answer
    assert refused("#!/bin/sh\ntrue\n#SBATCH hetjob\n", is_array=True) == ""


def test_the_refusals_on_a_real_slurm(cluster: Cluster, tmp_path: Path) -> None:
    """What is refused here is refused there, and what is taken here is taken there."""

    def code(script: str, *options: str) -> int:
        return cluster.run("sbatch", "--hold", *options, input=script, cwd=tmp_path).returncode

    for lines, _, _ in REFUSED:
        is_refused = version() < (24, 5) or lines != "#SBATCH --job-name=a\\ b"  # from then on, \ quotes a space
        assert (lines, code(f"#!/bin/sh\n{lines}\ntrue\n") > 0) == (lines, is_refused)
    for lines in TAKEN:
        assert (lines, code(f"#!/bin/sh\n{lines}\ntrue\n")) == (lines, 0)
    assert [code("# job\ntrue\n") > 0, code("\n#!/bin/sh\ntrue\n") > 0] == [True, True]
    assert [code(HETEROGENEOUS), code(HETEROGENEOUS, "--array=1-3") > 0] == [0, True]
    for option in sorted(_VALUELESS - {"--help", "--usage", "--version"}):
        assert (option, code(f"#!/bin/sh\n#SBATCH {option}\ntrue\n", "--test-only")) == (option, 0)
        assert (option, code(f"#!/bin/sh\n#SBATCH {option} x\ntrue\n", "--test-only") > 0) == (option, True)
    cluster.run("scancel", "--user=root")


PIECES = [
    *(
        "\n",
        "\n",
        "\n",
        " ",
        " ",
        "\t",
        ";",
        "|",
        "&",
        "&&",
        "||",
        "(",
        ")",
        "{",
        "}",
        "<<EOF",
        "EOF",
        "<",
        ">",
        "#",
        "!",
    ),
    *(
        "'",
        '"',
        "`",
        "$",
        "$(",
        "${",
        "\\",
        "\\\n",
        "=",
        "%",
        "%j",
        "%A/",
        "/",
        "~/",
        ":",
        "-",
        "--",
        "[",
        "]]",
        "[[",
        "))",
    ),
    *("#!/bin/bash", "#!/bin/sh -e\n", "\n#SBATCH ", "\n#SBATCH --", "\n#$ ", "\n#PBS ", "\n#BSUB ", "\n #SBATCH -"),
    *(
        "--output=",
        "-o",
        "-e ",
        "-D",
        "--chdir",
        "-J",
        "-a1-3",
        "--array=",
        "--open-mode=",
        "--comment",
        "hetjob",
        "-cwd",
    ),
    *(
        "$@",
        '"$@"',
        "$*",
        "${@:2}",
        "$0",
        "${BASH_SOURCE[0]",
        "dirname ",
        "realpath",
        "$HOME",
        "${USER}",
        "$?",
        "x",
        "1",
    ),
    *(
        "if ",
        "then ",
        "else ",
        "elif ",
        "fi",
        "for x in ",
        "while ",
        "do ",
        "done",
        "case x in ",
        "esac",
        ";;",
        "f() {",
    ),
    *(
        "set -e",
        "set -o pipefail",
        "exit",
        "exit 0",
        "exit $x",
        "echo",
        "python x ",
        "trap x ERR",
        "wait",
        "exec ",
        "\udcff",
    ),
]


@given(
    text=st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join),
    scheduler=st.sampled_from(sorted(SCHEDULERS)),
    is_array=st.booleans(),
)
@example(text="#!/bin/sh\nx " + "$(" * 10_000 + '"$@"', scheduler="slurm", is_array=False)
@example(text="#!/bin/sh\nset -e\n#SBATCH -x\n" + '$("$@"' * 10_000, scheduler="slurm", is_array=True)
def test_any_text_is_warned_of_or_refused(*, text: str, scheduler: str, is_array: bool) -> None:
    try:
        script = JobScript("job.sh", text.encode("utf-8", "surrogateescape" if text.isascii() else "replace"))
        found = warnings(script, SCHEDULERS[scheduler], is_array=is_array)
    except ScriptError:
        return
    lines = text.encode("utf-8", "replace").decode().split("\n")
    for warning in found:
        assert warning.span is not None
        number = re.match(r"job\.sh, line (\d+): [^\n]+\Z", warning.message)
        assert number
        assert warning.source == lines[int(number[1]) - 1]
        assert str(warning).endswith("^")
    places = [int(warning.message.split(" ")[2][:-1]) for warning in found]
    assert places == sorted(places)
    try:
        check(script, SCHEDULERS[scheduler], is_array=is_array)
    except ScriptError as error:
        assert error.span is not None
