"""Directives that a scheduler ignores or takes for something else, word for word; good ones are left in peace."""

import os
import re
from pathlib import Path

import pytest
from clusters.slurm import Cluster, version
from unit.lint.probe import NO_LOG, warned

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
