"""Which scheduler it is: what is asked for, else what the command and the script's directives agree on."""

import itertools
import re
from pathlib import Path

import pytest
from support import Heracles

from heracles.errors import HeraclesError
from heracles.schedulers import registry
from heracles.schedulers.command import SubmitCommand
from heracles.schedulers.registry import NONE, SCHEDULERS, by_key, choose, readers

DIRECTIVES = {"slurm": "#SBATCH -n 1", "gridengine": "#$ -cwd", "pbs": "#PBS -l ncpus=1", "lsf": "#BSUB -n 1"}
PROGRAMS = ("sbatch", "qsub", "bsub", "ssh", "sge.sh")
WAY_OUT = "name the scheduler with --scheduler"


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder first on PATH with programs that record how they are called."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/calls"\necho 7\n')
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.delenv("SGE_ROOT", raising=False)
    return folder


def text(*keys: str) -> str:
    return "\n".join(["#!/bin/bash", *(DIRECTIVES[key] for key in keys), 'python train.py "$@"', ""])


def chosen(command: str | None, *keys: str, asked: str | None = None, array: bool = True, root: bool = False) -> str:
    words = SubmitCommand.parse(command) if command else None
    environment = {"SGE_ROOT": "/opt/sge"} if root else {}
    return choose(asked, words, text(*keys), "job.sh", environment, is_array=array).key


@pytest.mark.parametrize("key", SCHEDULERS)
@pytest.mark.parametrize("command", [None, "bash", "sbatch", "qsub", "ssh login qsub", "bsub"])
@pytest.mark.parametrize("root", [False, True])
@pytest.mark.parametrize("array", [False, True])
def test_what_is_asked_for_counts_whatever_else_there_is(
    key: str,
    command: str | None,
    root: bool,  # noqa: FBT001
    array: bool,  # noqa: FBT001
) -> None:
    for keys in ((), *itertools.combinations(DIRECTIVES, 1), tuple(DIRECTIVES)):
        assert chosen(command, *keys, asked=key, array=array, root=root) == key


@pytest.mark.parametrize("key", DIRECTIVES)
def test_the_directives_of_one_scheduler_are_enough_for_an_array(key: str) -> None:
    submit = SCHEDULERS[key].submit
    for command in (None, "bash", submit, f"ssh login {submit} -x", f"/usr/bin/env {submit}"):
        assert chosen(command, key) == key


@pytest.mark.parametrize("array", [False, True])
@pytest.mark.parametrize(
    ("command", "keys", "root", "expected"),
    [
        ("sbatch", (), False, "slurm"),
        ("bsub", (), True, "lsf"),
        ("ssh login sbatch", ("pbs", "slurm"), False, "slurm"),
        ("qsub", ("pbs",), True, "pbs"),
        ("qsub", ("pbs",), False, "pbs"),
        ("qsub", ("gridengine",), False, "gridengine"),
        ("qsub", (), True, "gridengine"),
        ("qsub", ("slurm", "gridengine"), False, "gridengine"),
        ("qsub", ("pbs", "gridengine"), True, "gridengine"),
    ],
)
def test_command_and_directives_agree(
    command: str,
    keys: tuple[str, ...],
    root: bool,  # noqa: FBT001
    expected: str,
    array: bool,  # noqa: FBT001
) -> None:
    assert chosen(command, *keys, root=root, array=array) == expected


@pytest.mark.parametrize(
    ("command", "keys", "message"),
    [
        ("qsub", (), f"qsub is a command of Grid Engine and of PBS: {WAY_OUT}"),
        ("qsub", ("gridengine", "pbs"), f"job.sh has directives of Grid Engine and of PBS: {WAY_OUT}"),
        (None, ("slurm", "lsf"), f"job.sh has directives of Slurm and of LSF: {WAY_OUT}"),
        ("bash", ("slurm", "lsf"), f"job.sh has directives of Slurm and of LSF: {WAY_OUT}"),
        ("sbatch", ("pbs",), f"job.sh has directives of PBS, and sbatch is not its command: {WAY_OUT}"),
        ("ssh x qsub", ("slurm",), f"job.sh has directives of Slurm, and ssh x qsub is not its command: {WAY_OUT}"),
    ],
)
def test_an_array_is_never_guessed(command: str | None, keys: tuple[str, ...], message: str) -> None:
    with pytest.raises(HeraclesError) as caught:
        chosen(command, *keys)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("command", "keys", "expected"),
    [
        ("qsub", (), "pbs"),
        ("qsub", ("gridengine", "pbs"), "pbs"),
        ("sbatch", ("pbs",), "slurm"),
        ("bash", ("slurm",), "none"),
        ("bash", ("slurm", "lsf"), "none"),
        (None, ("slurm", "lsf"), "none"),
    ],
)
def test_the_command_decides_for_scripts_of_their_own(
    command: str | None, keys: tuple[str, ...], expected: str
) -> None:
    assert chosen(command, *keys, array=False) == expected


def test_no_scheduler() -> None:
    for command in (None, "bash"):
        for array in (False, True):
            assert chosen(command, array=array) == "none"
    assert NONE is SCHEDULERS["none"]


def test_readers() -> None:
    assert [each.key for each in readers(text("lsf", "slurm"))] == ["slurm", "lsf"]
    late = "#!/bin/bash\ntrue\n#SBATCH -n 1\n"
    assert [each.key for each in readers(late)] == ["slurm"]
    assert [each.key for each in readers(f"#!/bin/bash\n#PBS -l x\n{late}")] == ["pbs"]
    assert readers("#!/bin/bash\ncat > x <<EOF\n#SBATCH -n 1\nEOF\n#SBATCH says it\n") == []


def test_a_journals_key() -> None:
    for key, scheduler in SCHEDULERS.items():
        assert by_key(key) is scheduler
    assert by_key("local") is NONE
    with pytest.raises(HeraclesError, match=r"^this version of Heracles knows no scheduler 'new\\x1b'$"):
        by_key("new\x1b")


@pytest.mark.parametrize("form", [[], ["-a"]])
@pytest.mark.parametrize(
    ("key", "root", "call"),
    [
        ("pbs", True, r"qsub (-J 0-2 )?job_hydra0?\.sh"),
        ("gridengine", False, r"qsub -terse -h (-t 1-3 )?-ac heracles=\w+\.0 job_hydra0?\.sh"),
    ],
)
def test_the_scheduler_that_is_asked_for_is_submitted_to(  # noqa: PLR0913, PLR0917
    form: list[str],
    key: str,
    root: bool,  # noqa: FBT001
    call: str,
    script: Path,
    heracles: Heracles,
    monkeypatch: pytest.MonkeyPatch,
    programs: Path,
) -> None:
    for name in ("qrls", "qstat"):
        (programs / name).symlink_to(programs / "sge.sh")
    if root:
        monkeypatch.setenv("SGE_ROOT", "/opt/sge")
    script.write_text('#!/bin/bash\n./probe "$@"\n')
    result = heracles("job.sh", *form, "-r=qsub", f"--scheduler={key}", "a=1,2,3")
    assert (result.returncode, result.stderr) == (0, "")
    calls = script.with_name("calls").read_text().splitlines()

    assert re.fullmatch(call, calls[0])


def test_a_row_has_what_its_scheduler_says() -> None:
    for key, row in registry._ROWS.items():
        scheduler = SCHEDULERS[key]
        assert (scheduler.key, scheduler.prefix) == (key if scheduler.has_queue else NONE.key, row.prefix)
        assert row.kind == f"{type(scheduler).__module__}:{type(scheduler).__name__}"
