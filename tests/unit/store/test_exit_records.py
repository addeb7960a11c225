"""What the one script notes of its runs, with a real bash in the place of a scheduler's node."""

import os
import shlex
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clusters.slurm import happens
from hypothesis import given, settings
from hypothesis import strategies as st

import heracles
from heracles.backends import array_script
from heracles.backends.array_layout import Array
from heracles.errors import FileError
from heracles.ir import Subset
from heracles.schedulers.registry import SCHEDULERS
from heracles.script.job_script import JobScript
from heracles.store.exit_records import ExitRecords, make_folder

KEY = "0123456789abcdef"
HEADER = "#!/bin/bash\n#SBATCH --time=1\n"


def write(folder: Path, body: str, runs: int = 4, *, header: str = HEADER, **fields: Any) -> Path:
    """Write the one script of runs x=0, x=1, … beside its folder of records."""
    folder.mkdir(exist_ok=True)
    records = folder / "job's_hydra.exits"
    records.mkdir(exist_ok=True)
    sweep = heracles.parse([f"x=range({runs})"])
    layout = Array(JobScript("job's.sh", (header + body).encode()), SCHEDULERS["slurm"], runs, **fields)
    path = folder / "job's_hydra.sh"
    path.write_bytes(array_script.content(sweep, replace(layout, records=str(records), key=KEY)))
    return path


def task(path: Path, number: int, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """Start a task of job 7."""
    told = {"SLURM_ARRAY_TASK_ID": str(number), "SLURM_ARRAY_JOB_ID": "7", "SLURM_JOB_ID": str(70 + number)}
    environment = {"PATH": os.environ["PATH"], **told, "SLURMD_NODENAME": "n1", **variables}
    return subprocess.Popen(
        ["bash", str(path), *arguments],
        env=environment,
        cwd=path.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines(path: Path) -> list[str]:
    """Give what was noted, without the times."""
    text = (path.parent / "job's_hydra.exits" / "n1").read_text()
    fields = [line.split(" ") for line in text.splitlines()]
    assert all(abs(int(each[-1]) - time.time()) < 60 for each in fields)
    return [" ".join(each[:-1]) for each in fields]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (': "$@"\n', 0),
        (': "$@"; exit 3\n', 3),
        ("exec bash -c 'exit 4' \"$@\"\n", 4),
        ("trap 'exit 5' EXIT\n: \"$@\"\n", 5),
        ('trap - EXIT TERM\nset -eu\nfalse\n: "$@"\n', 1),
        ("bash -c 'kill -9 $$' \"$@\"\n", 137),
        ('kill -9 $$; : "$@"\n', 137),
        ("exec 1>&- 2>&-\nbash -c 'exit 6' \"$@\"\n", 6),
    ],
)
def test_the_exit_code_is_noted_and_is_the_tasks_own(tmp_path: Path, body: str, code: int) -> None:
    path = write(tmp_path / "a folder", body)
    process = task(path, 2)
    output, _ = process.communicate()
    assert (process.returncode, output) == (code, "")
    assert lines(path) == [f"{KEY} 7 2 72 2 start", f"{KEY} 7 2 72 2 {code}"]
    record = ExitRecords(str(path.parent / "job's_hydra.exits")).of(KEY, "7", 2)
    assert record
    assert (record.code, record.task_job_id, record.node) == (code, "72", "n1")


def test_a_signal_reaches_the_run_and_its_end_is_noted(tmp_path: Path) -> None:
    path = write(
        tmp_path, "trap 'echo caught; exit 9' TERM\n: > begun\nsleep 60 > /dev/null 2>&1 & wait $!\n: \"$@\"\n"
    )
    process = task(path, 1)
    assert happens((tmp_path / "begun").exists)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate()
    assert (process.returncode, output) == (9, "caught\n")
    assert lines(path)[-1] == f"{KEY} 7 1 71 1 9"


def test_a_kill_leaves_a_start_alone(tmp_path: Path) -> None:
    path = write(tmp_path, 'echo $$ > begun\n: "$@"\nsleep 60 > /dev/null 2>&1\n')
    process = task(path, 1)
    assert happens(lambda: (tmp_path / "begun").exists() and bool((tmp_path / "begun").read_text()))
    process.kill()
    process.wait()
    os.kill(int((tmp_path / "begun").read_text()), signal.SIGKILL)
    process.communicate()
    assert lines(path) == [f"{KEY} 7 1 71 1 start"]
    record = ExitRecords(str(tmp_path / "job's_hydra.exits")).of(KEY, "7", 1)
    assert record
    assert record.code is None


def test_by_hand_nothing_is_noted(tmp_path: Path) -> None:
    path = write(tmp_path, 'echo "$@"\n')
    result = subprocess.run(["bash", str(path), "3"], capture_output=True, text=True, check=True)
    assert result.stdout == "x=3\n"
    assert os.listdir(tmp_path / "job's_hydra.exits") == []


def test_a_script_that_calls_itself_again_is_one_run(tmp_path: Path) -> None:
    path = write(tmp_path, 'if [ -z "${inside:-}" ]; then inside=1 bash "$0"; exit; fi\necho "$@"\n')
    assert task(path, 3).communicate() == ("x=3\n", "")
    assert len(lines(path)) == 2


def test_a_folder_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, 'echo "$@"\n')
    (tmp_path / "job's_hydra.exits").rmdir()
    assert task(path, 3).communicate() == ("x=3\n", f"Heracles cannot write to {tmp_path}/job's_hydra.exits/n1\n")


def test_later_parts_and_further_arguments(tmp_path: Path) -> None:
    path = write(tmp_path, 'echo "$@"\nread line; echo "$line"\n', 2000)
    with (tmp_path / "input").open("w+") as file:
        file.write("from the input\n")
        file.seek(0)
        environment = {"PATH": os.environ["PATH"], "SLURM_ARRAY_TASK_ID": "5", "SLURM_JOB_ID": "9"}
        command = ["bash", str(path), "+1000", "more", "a b"]
        result = subprocess.run(command, env=environment, stdin=file, capture_output=True, text=True, check=True)
    assert result.stdout == "x=1005 more a b\nfrom the input\n" or result.stdout.splitlines()[1] == "from the input"
    (node,) = (tmp_path / "job's_hydra.exits").iterdir()
    assert node.read_text().splitlines()[0].startswith(f"{KEY} 9 5 9 1005 start ")


@settings(max_examples=15)
@given(st.integers(2, 5), st.integers(1, 4), st.integers(0, 3), st.data())
def test_a_pack_notes_each_of_its_runs(
    tmp_path_factory: pytest.TempPathFactory, pack: int, parallel: int, number: int, data: st.DataObject
) -> None:
    codes = data.draw(st.lists(st.integers(0, 5), min_size=20, max_size=20))
    body = f'codes=({" ".join(map(str, codes))})\nset -- "$@"\nexit "${{codes[${{1#x=}}]}}"\n'
    path = write(tmp_path_factory.mktemp("pack"), body, 20, pack=pack, parallel=parallel)
    process = task(path, number)
    process.communicate()
    items = range(number * pack, min((number + 1) * pack, 20))
    assert process.returncode == int(any(codes[item] for item in items))
    expected = [f"{KEY} 7 {number} {70 + number} {item} {word}" for item in items for word in ("start", codes[item])]
    assert sorted(lines(path)) == sorted(expected)


def test_the_scripts_own_array_is_numbered_by_item(tmp_path: Path) -> None:
    path = write(tmp_path, 'echo "$@" "$SLURM_ARRAY_TASK_ID"\n', header="#!/bin/bash\n#SBATCH --array=1-3\n")
    assert task(path, 7).communicate()[0] == "x=2 2\n"
    assert lines(path)[0] == f"{KEY} 7 7 77 7 start"


def test_many_at_once_tear_no_line(tmp_path: Path) -> None:
    path = write(tmp_path, ': "$@"; exit 0\n', 50)
    processes = [task(path, number) for number in range(50)]
    for process in processes:
        process.communicate()
    words = ("start", "0")
    assert sorted(lines(path)) == sorted(f"{KEY} 7 {n} {70 + n} {n} {word}" for n in range(50) for word in words)


def test_the_latest_counts_and_what_is_torn_says_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "exits"
    assert ExitRecords(str(folder)).by_job("k") == {}
    folder.mkdir()
    (folder / "a").write_text("k 7 1 71 1 start 100\nk 7 1 71 1 3 105\nk 7 2 72 2 start 100\ngarbage\nk 7 3 73")
    (folder / "b").write_text("k 7 1 71 1 start 110\nk 7 2 72 2 start 90\nk 7 2 72 2 x 999\n")
    records = ExitRecords(str(folder))
    first, second = records.of("k", "7", 1), records.of("k", "7", 2)
    assert first
    assert (first.code, first.node) == (None, "b")
    assert second
    assert (second.code, second.node) == (None, "a")
    assert records.of("k", "7", 3) is None
    assert records.latest("k", 1) == first


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    for pack, parallel in ((1, 1), (3, 1), (3, 2)):
        path = write(tmp_path, 'echo "$@"\n', pack=pack, parallel=parallel)
        command = f"shellcheck --shell=bash - < {shlex.quote(str(path))}"
        assert subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False).stdout == ""


def test_a_subset_keeps_its_items(tmp_path: Path) -> None:
    sweep = heracles.parse(["x=range(10)"])
    records = tmp_path / "job's_hydra.exits"
    records.mkdir()
    layout = Array(JobScript("job's.sh", f'{HEADER}echo "$@"\n'.encode()), SCHEDULERS["slurm"], 3)
    path = tmp_path / "job's_hydra.sh"
    path.write_bytes(array_script.content(Subset(sweep, [2, 5, 9]), replace(layout, records=str(records), key=KEY)))
    assert task(path, 1).communicate()[0] == "x=5\n"
    assert lines(path)[0] == f"{KEY} 7 1 71 1 start"


def test_a_folder_that_runs_could_not_write_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "job_hydra.exits"
    make_folder(str(path))
    make_folder(str(path))
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # as of another user's; root may write everywhere
    with pytest.raises(FileError, match=r"^runs could not record their exit codes in .*, which you may not write to"):
        make_folder(str(path))
