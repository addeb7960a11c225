"""What the options of a submission are, and where its logs go."""

import os
import pwd
from pathlib import Path

import pytest

from heracles.errors import HeraclesError
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.registry import SCHEDULERS
from heracles.schedulers.scheduler import LogTask

SLURM, GRIDENGINE = SCHEDULERS["slurm"], SCHEDULERS["gridengine"]
TASK = LogTask("70", "73", 12, "node3.example.org", "ada", "my job.sh")
HOME = pwd.getpwuid(os.getuid()).pw_dir


def options(key: str, *words: str, directives: str = "", environment: dict[str, str] | None = None) -> SubmitOptions:
    scheduler = SCHEDULERS[key]
    return scheduler.submit_options([scheduler.submit, *words], f"#!/bin/bash\n{directives}", environment or {})


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/d/slurm-%A_%a.out", "/d/slurm-70_12.out"),
        ("%A_%4a-%12j.out", "70_0012-0000000073.out"),
        ("%x-%u-%N-%n%t%s", "my job.sh-ada-node3-00batch"),
        ("%%a%%%a", "%a%12"),
        ("a\\%A", "a%A"),
        ("%q-%A", "%q-70"),
        ("%S.out", ""),
    ],
)
def test_a_log_of_slurm(pattern: str, path: str) -> None:
    assert SLURM.log_path(pattern, TASK) == path


def test_a_log_of_slurm_whose_node_is_not_known() -> None:
    task = TASK._replace(node="", task=None)
    assert SLURM.log_path("%N", task) == ""
    assert SLURM.log_path("%a", task) == "4294967294"


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], "b2-r0"),
        (["b%b-r%r"], "b%b-r%r"),  # up to 24.04
        (["b2-r%r"], "b2-r%r"),  # up to 25.10
        (["b2-r0"], "b2-r0"),
        (["b2-r0", "b2-r1", "b3-r2"], "b2-r1"),  # requeued
        (["b2-r7"], "b2-r7"),
    ],
)
def test_letters_that_only_new_versions_know(there: list[str], expected: str, tmp_path: Path) -> None:
    for name in there:
        (tmp_path / name).touch()
    assert SLURM.log_path(f"{tmp_path}/b%b-r%r", TASK) == f"{tmp_path}/{expected}"


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/d/$JOB_NAME.o$JOB_ID.$TASK_ID", "/d/my job.sh.o70.12"),
        ("/d/$USER/$HOSTNAME.log", "/d/ada/node3.example.org.log"),
        ("/d/plain", "/d/plain"),
    ],
)
def test_a_log_of_grid_engine(pattern: str, path: str) -> None:
    assert GRIDENGINE.log_path(pattern, TASK) == path


def test_a_log_of_grid_engine_that_depends_on_what_is_not_known() -> None:
    assert GRIDENGINE.log_path("$TASK_ID", TASK._replace(task=None)) == ""
    assert GRIDENGINE.log_path("$HOSTNAME", TASK._replace(node="")) == ""


@pytest.mark.parametrize(
    ("directives", "words", "pattern"),
    [
        ("#$ -cwd\n", (), "/d/$JOB_NAME.o$JOB_ID.$TASK_ID"),
        ("", ("-cwd",), "/d/$JOB_NAME.o$JOB_ID.$TASK_ID"),
        ("", (), f"{HOME}/$JOB_NAME.o$JOB_ID.$TASK_ID"),
        ("#$ -wd /elsewhere -N mine\n", (), "/elsewhere/mine.o$JOB_ID.$TASK_ID"),
        ("#$ -cwd\n", ("-wd", "/elsewhere"), "/elsewhere/$JOB_NAME.o$JOB_ID.$TASK_ID"),
        ("#$ -cwd -j y -o l/$JOB_NAME-$TASK_ID\n", (), "/d/l/$JOB_NAME-$TASK_ID"),
        ("#$ -cwd -o a -N n\n", ("-o", "$JOB_NAME.b"), "/d/n.b"),
        ("#$ -o ~/$USER.$JOB_ID\n", (), f"{HOME}/$USER.$JOB_ID"),
        ("#$ -o $HOME/a\n", (), f"{HOME}/a"),
        ("#$ -o :/abs\n", (), "/abs"),
        ("#$ -o host:/abs\n", (), "/abs"),
        ("#$ -o a:/abs,b:/other\n", (), ""),
    ],
)
def test_where_grid_engine_writes(directives: str, words: tuple[str, ...], pattern: str) -> None:
    assert options("gridengine", *words, directives=directives).log("/d", is_array=True) == pattern


def test_where_grid_engine_writes_without_an_array(tmp_path: Path) -> None:
    """A folder for a log has the default name in it; a job that is no array has no task in it."""
    in_folder = options("gridengine", directives=f"#$ -o {tmp_path} -N n\n")
    assert in_folder.log("/d", is_array=False) == f"{tmp_path}/n.o$JOB_ID"
    assert in_folder.log("/d", is_array=True) == f"{tmp_path}/n.o$JOB_ID.$TASK_ID"
    assert options("gridengine", "-t", "1-3", "-cwd").log("/d", is_array=False) == "/d/$JOB_NAME.o$JOB_ID.$TASK_ID"
    assert options("gridengine", "-cwd").log("/d", is_array=False) == "/d/$JOB_NAME.o$JOB_ID"


def test_a_user_without_an_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setenv("HOME", "/h")
    assert options("gridengine", "-N", "n").log("/d", is_array=False) == "/h/n.o$JOB_ID"


@pytest.mark.parametrize(
    ("directives", "words", "environment", "pattern"),
    [
        ("", (), {}, "/d/slurm-%A_%a.out"),
        ("#SBATCH -o l/%j\n", (), {}, "/d/l/%j"),
        ("#SBATCH -o l/%j\n", ("--output=/m",), {}, "/m"),
        ("#SBATCH -o l/%j\n", (), {"SBATCH_OUTPUT": "e"}, "/d/e"),
        ("#SBATCH -D sub -J 5%\n#SBATCH -o %x%%x\n", (), {}, "/d/sub/5%%%%x"),
        ("#SBATCH -o a\n", ("--outp=b", "-oc"), {}, "/d/c"),
    ],
)
def test_where_slurm_writes(directives: str, words: tuple[str, ...], environment: dict[str, str], pattern: str) -> None:
    assert options("slurm", *words, directives=directives, environment=environment).log("/d", is_array=True) == pattern


def test_where_slurm_writes_without_an_array() -> None:
    assert options("slurm").log("/d", is_array=False) == "/d/slurm-%j.out"
    assert options("slurm", "-a1-3").log("/d", is_array=False) == "/d/slurm-%A_%a.out"
    assert options("slurm", directives="#SBATCH -a 1\n").log("/d", is_array=False) == "/d/slurm-%A_%a.out"


def test_folders_that_slurm_does_not_make() -> None:
    found = options("slurm", directives="#SBATCH -o l/%j -e /e/%A/x\n").log_folders("/d")
    assert found == ["/d/l"]


@pytest.mark.parametrize(
    ("directives", "words"),
    [("#SBATCH --wait\n", ()), ("#SBATCH -W\n", ()), ("", ("--wait",)), ("", ("-HW",)), ("", ("--wai",))],
)
def test_slurm_must_not_wait(directives: str, words: tuple[str, ...]) -> None:
    with pytest.raises(
        HeraclesError, match=r"^with --wait, sbatch returns only after the job has ended: leave it out$"
    ):
        options("slurm", *words, directives=directives).check()
    options("slurm", "--wait-all-nodes=1").check()


def test_logs_of_a_retry_are_kept() -> None:
    assert options("slurm").added(0) == ["--open-mode=append"]
    assert options("slurm", "--open-mode=truncate").added(0) == []
    fixed = options("slurm", directives="#SBATCH -o a.log -e e-%j\n")
    assert fixed.added(2) == ["--open-mode=append", "--output=a-retry2.log"]


def test_more_words_are_added_at_the_end() -> None:
    more = options("slurm", "-n1", directives="#SBATCH -o a\n").with_extra(["-o", "b"]).with_extra(["-o", "c"])
    assert (more.arguments, more.extra) == (("-n1", "-o", "b", "-o", "c"), ("-o", "b", "-o", "c"))
    assert more.value("-o", "--output") == "c"


def test_the_environment_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SBATCH_OUTPUT", "mine")
    assert SLURM.submit_options(["sbatch"]).value("-o") == "mine"


def test_what_a_job_would_pass_on_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    inherited = {"SLURM_JOB_ID": "1", "SLURM_MEM_PER_NODE": "5", "PMI_RANK": "0", "SLURM_CONF": "/c", "A": "b"}
    assert options("slurm", environment=inherited).environment == {"SLURM_CONF": "/c", "A": "b"}
    alone = {"SLURM_EXIT_ERROR": "0", "SLURM_TIME_FORMAT": "x"}
    assert options("slurm", environment=alone).environment == {"SLURM_TIME_FORMAT": "x"}
    monkeypatch.setenv("SLURM_EXIT_ERROR", "0")
    assert "SLURM_EXIT_ERROR" not in SLURM.submit_options(["sbatch"]).environment


def test_an_environment_that_overrides_the_script_is_reported() -> None:
    found = options("slurm", directives="#SBATCH -p a\n", environment={"SBATCH_PARTITION": "b c"})
    assert list(found.warnings()) == [
        "SBATCH_PARTITION='b c' in your environment overrides -p a of the script: unset SBATCH_PARTITION if that is "
        "not wanted"
    ]
    same = {"SBATCH_PARTITION": "a"}
    assert list(options("slurm", directives="#SBATCH -p a\n", environment=same).warnings()) == []
    other = {"SBATCH_PARTITION": "b"}
    assert list(options("slurm", "-pc", directives="#SBATCH -p a\n", environment=other).warnings()) == []


@pytest.mark.parametrize(
    ("key", "words", "directives", "expected"),
    [
        ("slurm", [], "", ["--dependency=afterok:7:8", "--kill-on-invalid-dep=no"]),
        (
            "slurm",
            ["-d", "singleton"],
            "#SBATCH --dependency=afterany:3\n",
            ["--dependency=afterok:7:8,singleton", "--kill-on-invalid-dep=no"],
        ),
        (
            "slurm",
            ["--kill-on-invalid-dep=yes"],
            "#SBATCH --dependency=afterany:3,after:4\n",
            ["--dependency=afterok:7:8,afterany:3,after:4"],
        ),
        ("pbs", [], "", ["-W", "depend=afterok:7:8"]),
        (
            "pbs",
            ["-W", "umask=022,depend=afterany:3,before:4,block=true"],
            "#PBS -W depend=after:1\n",
            ["-W", "depend=afterok:7:8,afterany:3,before:4"],
        ),
        ("pbs", ["-W", "umask=022"], "#PBS -W depend=after:1\n", ["-W", "depend=afterok:7:8,after:1"]),
        ("lsf", [], "", ["-w", "done(7) && done(8)"]),
        ("lsf", ["-w", "ended(3) || ended(4)"], "", ["-w", "done(7) && done(8) && (ended(3) || ended(4))"]),
    ],
)
def test_what_makes_a_job_wait_for_success_and_for_what_the_user_says(
    key: str, words: list[str], directives: str, expected: list[str]
) -> None:
    assert options(key, *words, directives=directives).after(["7", "8"]) == expected


def test_conditions_that_cannot_be_set() -> None:
    with pytest.raises(HeraclesError, match=r"alternatives in --dependency=after:1\?after:2"):
        options("slurm", "-dafter:1?after:2").after(["7"])
    with pytest.raises(HeraclesError, match="Grid Engine starts a job that waits for another one even if that fails"):
        options("gridengine").after(["7"])
