"""The command line, as a user calls it: a process of its own, real files, a real bash."""

import ast
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import Heracles, small_disk

import heracles as package
from heracles.text import columns

SIX = ["env.num_envs=8,16,32", "env.name=HalfCheetah,Reacher"]


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"probe"}


def seen(folder: Path) -> list[tuple[str, ...]]:
    """What each call of the probe received."""
    path = folder / "seen"
    lines = path.read_text().splitlines() if path.exists() else []
    return [tuple(ast.literal_eval(line)) for line in lines]


def wait_for(path: Path) -> None:
    end = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_write_makes_one_script_per_run(script: Path, heracles: Heracles) -> None:
    script.chmod(0o750)
    result = heracles("job.sh", "-w", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Wrote 6 scripts: job_hydra0.sh … job_hydra5.sh\n"
    assert files(script.parent) == {"job.sh", "job_hydra.jsonl", *(f"job_hydra{i}.sh" for i in range(6))}
    mother = script.read_text().removesuffix("\n")
    for i, run in enumerate(package.parse(SIX)):
        path = script.with_name(f"job_hydra{i}.sh")
        assert path.read_text() == f"{mother} {' '.join(run)}\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o750


@pytest.mark.parametrize("mode", [0o644, 0o777, 0o500])
@pytest.mark.parametrize("umask", ["022", "077"])
def test_the_mode_is_the_scripts_own(script: Path, mode: int, umask: str) -> None:
    script.chmod(mode)
    command = f'umask {umask}; exec "$@"'
    arguments = ["bash", "-c", command, "_", sys.executable, "-m", "heracles", str(script), "-w", "a=1"]
    for _ in range(2):
        assert subprocess.run(arguments, check=False, stdout=subprocess.DEVNULL).returncode == 0
        assert stat.S_IMODE(script.with_name("job_hydra0.sh").stat().st_mode) == mode


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("job", "job_hydra0"),
        ("a.b.sh", "a.b_hydra0.sh"),
        ("my job.sh", "my job_hydra0.sh"),
        ("sub dir/job.sh", "sub dir/job_hydra0.sh"),
        ("-x.sh", "-x_hydra0.sh"),
        ("jöb.sh", "jöb_hydra0.sh"),
    ],
)
def test_script_names(script: Path, heracles: Heracles, name: str, first: str) -> None:
    path = script.with_name(name) if "/" not in name else script.parent / name
    path.parent.mkdir(exist_ok=True)
    script.rename(path)
    result = heracles("-r=bash", "-q", "--", name, "a=1,2")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (script.parent / first).exists()
    assert seen(script.parent) == [("--fixed", "a=1"), ("--fixed", "a=2")]
    assert heracles("-d", "-q", "--", name).returncode == 0
    assert not (script.parent / first).exists()


@pytest.mark.parametrize(
    "arguments", [["-r=bash"], ["-r", "bash"], ["-rbash"], ["--run", "bash"], ["--run=bash"], ["-m=bash"]]
)
def test_run_calls_the_command_in_order(script: Path, heracles: Heracles, arguments: list[str]) -> None:
    result = heracles("job.sh", *arguments, *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == ("Wrote 6 scripts: job_hydra0.sh … job_hydra5.sh\nRan 6 runs with bash\n")
    assert seen(script.parent) == [("--fixed", *run) for run in package.parse(SIX)]


def test_options_may_stand_anywhere(script: Path, heracles: Heracles) -> None:
    assert heracles("-q", "a=1", "-w", "b=2", cwd=script.parent).returncode == 2
    assert heracles("job.sh", "a=1", "-r", "bash", "b=2,3", "-q").returncode == 0
    assert seen(script.parent) == [("--fixed", "a=1", "b=2"), ("--fixed", "a=1", "b=3")]


def test_the_command_may_have_arguments_and_its_output_is_shown(script: Path, heracles: Heracles) -> None:
    program = script.with_name("sub mit")
    program.write_text('#!/bin/sh\necho "Submitted $*"; echo note >&2\n')
    program.chmod(0o755)
    result = heracles("job.sh", "-r='./sub mit' --nice 'a b'", "x=1,2")
    assert result.stdout == (
        "Wrote 2 scripts: job_hydra0.sh … job_hydra1.sh\n"
        "Submitted --nice a b job_hydra0.sh\n"
        "Submitted --nice a b job_hydra1.sh\n"
        "Ran 2 runs with './sub mit' --nice 'a b'\n"
    )
    assert result.stderr == "note\nnote\n"


def test_no_shell_is_involved(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-r=echo $HOME; touch pwned >x", "a='$(touch pwned)',`", cwd=script.parent)
    assert result.returncode == 2
    result = heracles("job.sh", "-q", "-r=echo $HOME; touch pwned >x", "a=1")
    assert result.stdout == "$HOME; touch pwned >x job_hydra0.sh\n"
    assert "pwned" not in files(script.parent)


HOSTILE = [
    "'$(touch pwned)'",
    "'`touch pwned`'",
    "'; touch pwned; '",
    "'*'",
    "'~'",
    "'!!'",
    "'a\nb'",
    "'\\'",
    '"it\'s \\" $HOME"',
    "'é日本\t\x1b[31m'",
    "a;touch",
    "~/x",
    "!x",
    "*",
    "$HOME",
    "${HOME}",
]


@pytest.mark.parametrize("body", ["./probe", './probe "$@"', "./probe \\\n"])
def test_hostile_values_arrive_as_typed(script: Path, heracles: Heracles, body: str) -> None:
    script.write_text(f"#!/bin/bash\n{body}\n")
    hostile = [value for value in HOSTILE if value != "'\\'"]
    result = heracles("job.sh", "-q", "-r=bash", f"a={','.join(hostile)}", "b='x y'")
    assert (result.returncode, result.stderr) == (0, "")
    assert seen(script.parent) == [tuple(run) for run in package.parse([f"a={','.join(hostile)}", "b='x y'"])]
    assert "pwned" not in files(script.parent)


def test_a_failing_run_stops_the_rest(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\necho "ran $1"\n[ "$1" != a=2 ] || exit 7\n: "$@"\n')
    result = heracles("job.sh", "-r=bash", "a=1,2,3")
    assert result.returncode == 1
    assert result.stdout == "Wrote 3 scripts: job_hydra0.sh … job_hydra2.sh\nran a=1\nran a=2\n"
    assert result.stderr == "Error: bash failed for job_hydra1.sh (exit code 7); 1 of 3 runs done, 1 failed\n"


def test_a_run_killed_by_a_signal(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\nkill -9 $$ "$@"\n')
    result = heracles("job.sh", "-r=bash", "a=1")
    assert result.returncode == 1
    assert result.stderr == "Error: bash failed for job_hydra0.sh (killed by SIGKILL); 0 of 1 run done, 1 failed\n"


def test_a_program_that_cannot_be_started(script: Path, heracles: Heracles) -> None:
    program = script.with_name("broken")
    program.write_bytes(b"\0not a program")
    program.chmod(0o755)
    result = heracles("job.sh", "-r=./broken", "a=1")
    assert result.returncode == 1
    assert result.stderr == "Error: cannot run ./broken: Exec format error; 0 of 1 run done\n"


def test_preview_writes_nothing(script: Path, heracles: Heracles) -> None:
    before = files(script.parent)
    result = heracles("job.sh", *SIX, "seed=__randseed(90)__", "x=range(1000000000000)", "e=,")
    assert result.returncode == 2
    result = heracles("job.sh", *SIX, "seed=__randseed(90)__", "x=range(100000000)", "e=", "s=1,__randseed(2)__")
    assert result.returncode == 2
    result = heracles("job.sh", *SIX, "x=range(100000000)", "e=", "s='a b',__randseed(2)__")
    assert (result.returncode, result.stderr) == (0, "")
    run = package.parse([*SIX, "x=range(100000000)", "e=", "s='a b',__randseed(2)__"])
    assert result.stdout == (
        "1,800,000,000 runs of job.sh\n"
        "\n"
        "  env.num_envs            3  8, 16, 32\n"
        "  env.name                2  HalfCheetah, Reacher\n"
        "  x             100,000,000  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, …, 99999999\n"
        "  e                       1  (empty)\n"
        "  s                       3  'a b',__randseed(2)__\n"
        "\n"
        "  job_hydra0.sh  ./probe --fixed env.num_envs=8 env.name=HalfCheetah x=0 e= \"s='a b'\"\n"
        f"  job_hydra1.sh  ./probe --fixed {' '.join(run[1])}\n"
        f"  job_hydra2.sh  ./probe --fixed {' '.join(run[2])}\n"
        "  … and 1,799,999,997 more\n"
        "\n"
        "Nothing is written yet: -w writes them, -r=CMD calls CMD too.\n"
    )
    assert files(script.parent) == before


def test_preview_of_one_run_in_a_script_that_uses_its_parameters(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\n./probe "$@"\n')
    result = heracles("job.sh", "a='x\ny'", "seed=__randseed(2)__")
    one, two = (run[1] for run in package.parse(["a=1", "seed=__randseed(2)__"]))
    assert result.stdout == (
        "2 runs of job.sh\n"
        "\n"
        "  a     1  'x\\ny'\n"
        "  seed  2  __randseed(2)__\n"
        "\n"
        f"  job_hydra0.sh  set -- \"a='x\\ny'\" {one}\n"
        f"  job_hydra1.sh  set -- \"a='x\\ny'\" {two}\n"
        "\n"
        "Nothing is written yet: -w writes them, -r=CMD calls CMD too.\n"
    )


def test_seeds(script: Path, heracles: Heracles) -> None:
    for seed in ([], ["--seed", "0"], ["--seed=-3"]):
        assert heracles("job.sh", "-q", "-r=bash", "--again", "s=__randseed(5)__", *seed).returncode == 0
    one, same, other = seen(script.parent)[:5], seen(script.parent)[5:10], seen(script.parent)[10:]
    assert one == same == [("--fixed", *run) for run in package.parse(["s=__randseed(5)__"])]
    assert other == [("--fixed", *run) for run in package.parse(["s=__randseed(5)__"], seed=-3)]


def test_delete_removes_what_a_write_would_have_written(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=range(10)")
    script.with_name("job_hydra1.sh").unlink()
    result = heracles("job.sh", "-d", "a=1,2,3")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Removed 2 scripts: job_hydra0.sh … job_hydra2.sh\n"
    assert files(script.parent) == {"job.sh", "job_hydra.jsonl", *(f"job_hydra{i}.sh" for i in range(3, 10))}
    assert heracles("job.sh", "-d").stdout == "Removed 7 scripts: job_hydra3.sh … job_hydra9.sh\n"
    assert files(script.parent) == {"job.sh"}
    assert heracles("job.sh", "-d").stdout == "There is nothing to remove\n"
    assert heracles("job.sh", "-c", "a=1").stdout == "There is nothing to remove\n"


def test_delete_needs_no_readable_script(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=1,2")
    script.write_text("echo a\r\n")
    assert heracles("job.sh", "-d", "a=1").returncode == 0
    script.unlink()
    assert heracles("job.sh", "-d").returncode == 0
    assert files(script.parent) == set()
    assert heracles("job.sh", "-d").returncode == 2


def test_a_smaller_sweep_says_what_an_earlier_one_left(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=range(4)")
    assert heracles("job.sh", "-w", "a=x").stdout == (
        "Wrote 1 script: job_hydra0.sh\nStill here from an earlier sweep: 3 scripts: job_hydra1.sh … job_hydra3.sh\n"
    )
    assert script.with_name("job_hydra0.sh").read_text().endswith("a=x\n")


def test_foreign_files_are_left_alone(script: Path, heracles: Heracles) -> None:
    foreign = script.with_name("job_hydra1.sh")
    foreign.write_text("mine")
    message = "Error: job_hydra1.sh was not written by Heracles: move it away, or use --force to lose its content\n"
    for arguments in (["-w", "a=1,2"], ["-d", "a=1,2"], ["-r=bash", "a=1,2"]):
        result = heracles("job.sh", *arguments)
        assert (result.returncode, result.stdout, result.stderr) == (2, "", message)
        assert files(script.parent) == {"job.sh", "job_hydra1.sh"}
    assert heracles("job.sh", "-w", "a=1").returncode == 0
    assert heracles("job.sh", "-d").stdout == "Removed 1 script: job_hydra0.sh\n"
    assert foreign.read_text() == "mine"
    assert heracles("job.sh", "-w", "--force", "a=1,2").returncode == 0
    assert foreign.read_text().endswith("a=2\n")
    foreign.write_text("mine")
    assert heracles("job.sh", "-d", "--force", "a=1,2").returncode == 0
    assert files(script.parent) == {"job.sh"}


def test_edited_files_are_left_alone(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=1,2,3")
    for i in (1, 2):
        with script.with_name(f"job_hydra{i}.sh").open("a") as file:
            file.write("# edited\n")
    for arguments in (["-w", "a=1,2,3"], ["-d"], ["-d", "a=1,2,3"]):
        result = heracles("job.sh", *arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == (
            "Error: job_hydra1.sh and 1 more like it was changed since Heracles wrote it:"
            " move it away, or use --force to lose its content\n"
        )
    assert heracles("job.sh", "-d", "--force").returncode == 0
    assert files(script.parent) == {"job.sh"}


def test_without_its_journal_heracles_knows_what_it_would_write(script: Path, heracles: Heracles) -> None:
    heracles("job.sh", "-w", "a=1,2")
    script.with_name("job_hydra.jsonl").unlink()
    assert heracles("job.sh", "-w", "a=1,2").returncode == 0
    script.with_name("job_hydra.jsonl").unlink()
    assert heracles("job.sh", "-w", "a=1,3").returncode == 2
    assert heracles("job.sh", "-d").stdout == "There is nothing to remove\n"
    assert heracles("job.sh", "-d", "a=1,2").returncode == 0
    assert files(script.parent) == {"job.sh"}


@pytest.mark.parametrize("what", ["directory", "link", "dangling link"])
def test_things_that_are_no_plain_files(script: Path, heracles: Heracles, what: str) -> None:
    path = script.with_name("job_hydra0.sh")
    target = script.with_name("target")
    if what == "directory":
        path.mkdir()
    else:
        path.symlink_to(target)
        if what == "link":
            target.write_text("precious")
    result = heracles("job.sh", "-w", "a=1")
    assert result.returncode == 2
    assert "job_hydra0.sh" in result.stderr
    assert heracles("job.sh", "-w", "--force", "a=1").returncode == (2 if what == "directory" else 0)
    if what == "link":
        assert target.read_text() == "precious"
        assert not path.is_symlink()


def test_the_journal_must_be_heracles_own(script: Path, heracles: Heracles) -> None:
    journal = script.with_name("job_hydra.jsonl")
    journal.write_text("my notes\n")
    result = heracles("job.sh", "-w", "a=1")
    assert (result.returncode, result.stderr) == (
        2,
        "Error: job_hydra.jsonl is no journal of Heracles': move it out of the way\n",
    )
    assert journal.read_text() == "my notes\n"


def test_a_torn_journal_is_read_and_goes_on(script: Path, heracles: Heracles) -> None:
    journal = script.with_name("job_hydra.jsonl")
    heracles("job.sh", "-w", "a=1,2")
    whole = journal.read_bytes()
    for cut in range(5, len(whole), 60):
        journal.write_bytes(whole[:cut])
        for _ in range(2):
            result = heracles("job.sh", "-w", "a=1,2")
            assert (result.returncode, result.stderr) == (0, ""), cut
        lines = [line for line in journal.read_text().split("\n") if line]
        assert [json.loads(line)["event"] for line in lines[-2:]] == ["sweep", "write"]
    assert heracles("job.sh", "-d").returncode == 0


def test_many_files_need_a_yes(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-w", "a=range(1000)", "b=range(101)")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "Error: this would write 101,000 files: add --yes if that is what you want\n"
    assert files(script.parent) == {"job.sh"}


def test_a_full_disk_leaves_no_torn_file(script: Path, heracles: Heracles) -> None:
    with small_disk(script.parent / "disk", "size=64k") as disk:
        (disk / "job.sh").write_text("#!/bin/bash\n" + "# padding\n" * 700 + "echo\n")
        result = heracles("disk/job.sh", "-w", "a=range(40)")
        whole = {path.name for path in disk.glob("job_hydra*.sh")}
        assert result.returncode == 2
        assert result.stderr == (
            f"Error: cannot write disk/job_hydra{len(whole)}.sh: No space left on device;"
            f" {len(whole)} of 40 scripts were written\n"
        )
        assert 0 < len(whole) < 40
        for path in disk.glob("job_hydra*.sh"):
            assert path.read_text().endswith(f"echo a={path.name[9:-3]}\n")
        assert heracles("disk/job.sh", "-d").returncode == 0
        assert {path.name for path in disk.iterdir()} == {"job.sh"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_running(script: Path, number: signal.Signals) -> None:
    script.write_text('#!/bin/bash\n: "$@"\n: > started\nexec sleep 30\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "heracles", "job.sh", "-r=bash", "a=1,2,3"],
        cwd=script.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(script.parent / "started")
    os.killpg(process.pid, number)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors == "Interrupted: 0 of 3 runs done\n"


def test_an_interrupt_of_the_writing_leaves_whole_files(script: Path, heracles: Heracles) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "heracles", "job.sh", "-w", "a=range(90000)"],
        cwd=script.parent,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(script.parent / "job_hydra500.sh")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    written = list(script.parent.glob("job_hydra*.sh"))
    assert process.returncode == 130
    assert errors == f"Interrupted: {len(written):,} of 90,000 scripts were written\n"
    mother = script.read_text().removesuffix("\n")
    assert all(path.read_text() == f"{mother} a={path.name[9:-3]}\n" for path in written)
    assert heracles("job.sh", "-d", "-q").returncode == 0
    assert files(script.parent) == {"job.sh"}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none.sh", "a=1"], "no such script: none.sh"),
        (["a=1", "b=2"], "no such script: a=1: the script comes first, then the overrides"),
        (["none.sh", "-d"], "no such script: none.sh"),
        ([".", "a=1"], ". is a directory: the first argument is the job script"),
        ([".", "-d"], ". is a directory: the first argument is the job script"),
        (["/dev/null", "a=1"], "/dev/null is not a plain file"),
        (
            ["job.sh", "-r=nosuch", "a=1"],
            "no program 'nosuch' is found: -r takes the command that runs a script, as in -r=sbatch or -r=bash",
        ),
        (
            ["job.sh", "-r", "a=1,2", "b=1"],
            "no program 'a=1,2' is found: -r takes the command that runs a script, as in -r=sbatch or -r=bash",
        ),
        (
            ["job.sh", "-r=", "a=1"],
            "the command is empty: -r takes the command that runs a script, as in -r=sbatch or -r=bash",
        ),
        (["job.sh", "-r=bash 'x", "a=1"], "cannot read the command 'bash 'x': no closing quotation"),
        (
            ["job.sh", "a=range(5,5)"],
            "there is nothing to run: no value is in this\n  a=range(5,5)\n    ^^^^^^^^^^",
        ),
        (
            ["job.sh", "a=1", "b='x"],
            "this quote is never closed: expected another ' at the end of the value\n  b='x\n    ^",
        ),
    ],
)
def test_bad_input(script: Path, heracles: Heracles, arguments: list[str], error: str) -> None:
    before = files(script.parent)
    for action in ([], ["-w"]) if "-d" not in arguments else ([],):
        result = heracles(*arguments[:1], *action, *arguments[1:])
        assert (result.returncode, result.stdout, result.stderr) == (2, "", f"Error: {error}\n")
    assert files(script.parent) == before


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "Missing argument 'SCRIPT'."),
        (["job.sh"], "no overrides are given: write them behind the script, as in lr=0.1,0.01"),
        (["job.sh", "-w"], "no overrides are given: write them behind the script, as in lr=0.1,0.01"),
        (["job.sh", "-w", "-d", "a=1"], "-d removes scripts: it cannot go together with -w or -r"),
        (["job.sh", "-d", "-r=bash", "a=1"], "-d removes scripts: it cannot go together with -w or -r"),
        (["job.sh", "--seed=x", "a=1"], "Invalid value for '--seed': 'x' is not a valid integer."),
    ],
)
def test_bad_usage(script: Path, heracles: Heracles, arguments: list[str], error: str) -> None:
    result = heracles(*arguments, cwd=script.parent)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.split("\n\n")[-1] == f"Error: {error}\n"
    assert result.stderr.startswith("Usage: heracles [OPTIONS] SCRIPT SWEEP...\n")


def test_a_mistyped_option(heracles: Heracles) -> None:
    result = heracles("job.sh", "--pak=3", "a=1")
    assert result.returncode == 2
    assert result.stderr.endswith(
        "Error: no such option: --pak (did you mean --pack?); an option of your own program's is swept behind a --, "
        "as in: -- --pak=1,2\n"
    )


def test_an_unreadable_script(script: Path) -> None:
    script.chmod(0)
    become_nobody = "if os.geteuid() == 0: os.setegid(65534); os.seteuid(65534)"
    code = (
        f"import os, heracles, heracles.cli.main\nheracles.parse(['a=1'])\n{become_nobody}\n"
        "heracles.cli.main.main(['job.sh', 'a=1'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=script.parent, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (2, "Error: cannot read job.sh: Permission denied\n")


def test_a_mother_script_that_bash_cannot_read_is_warned_of(script: Path, heracles: Heracles) -> None:
    script.write_text("#!/bin/bash\nif true; then\n./probe\n")
    result = heracles("job.sh", "-w", "a=1")
    assert result.returncode == 0
    assert result.stderr.startswith("Warning: bash -n says of job.sh: ")


def test_help_and_version(heracles: Heracles) -> None:
    for option in ("--help", "-h"):
        result = heracles(option)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith("Usage: heracles [OPTIONS] SCRIPT SWEEP...\n")
    assert heracles("--version").stdout == f"heracles, version {package.__version__}\n"


def test_a_closed_pipe_is_quiet(script: Path) -> None:
    command = f"{sys.executable} -m heracles job.sh a=range\\(100\\) | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("0\n", "")


def test_another_locale_gives_the_same_bytes(script: Path, heracles: Heracles) -> None:
    written = []
    for locale in ("C", "C.UTF-8", "POSIX"):
        environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        result = heracles("job.sh", "-w", "a='é',ü", "b='\udcff'", env=environment)
        assert (result.returncode, result.stderr) == (0, "")
        written.append([script.with_name(f"job_hydra{i}.sh").read_bytes() for i in range(2)])
    assert written[0] == written[1] == written[2]
    assert written[0][0].endswith(" \"a='é'\" \"b='".encode() + b"\xff'\"\n")


def test_flags_are_swept_behind_two_dashes(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-q", "-r=bash", "--", "--lr=0.1,0.2", "-x='a b'").returncode == 0
    assert seen(script.parent) == [("--fixed", "--lr=0.1", "-x=a b"), ("--fixed", "--lr=0.2", "-x=a b")]
    result = heracles("job.sh", "-w", "--lr=0.1,0.2")
    assert result.returncode == 2
    assert result.stderr.endswith(
        "Error: no such option: --lr; an option of your own program's is swept behind a --, as in: -- --lr=1,2\n"
    )


def test_glob_takes_the_options_of_a_group(script: Path, heracles: Heracles) -> None:
    group = script.parent / "conf" / "env" / "robot"
    group.mkdir(parents=True)
    for name in ("b.yaml", "a.yaml", "c.yml", "a2.yaml"):
        (group / name).touch()
    (script.parent / "conf" / "none").mkdir()
    result = heracles("job.sh", "-q", "-r=bash", "--config-dir=conf", "env/robot=glob(a*),x", "+none=glob(*),y")
    assert (result.returncode, result.stderr) == (0, "")
    assert seen(script.parent) == [("--fixed", f"env/robot={name}", "+none=y") for name in ("a", "a2", "x")]
    result = heracles("job.sh", "--config-dir=nowhere", "a=glob(*)")
    assert result.stderr == ("Error: glob(): the folder of configs does not exist: nowhere\n  a=glob(*)\n    ^^^^^^^\n")


@pytest.mark.parametrize("option", ["-n", "--noop", "--write"])
def test_other_spellings_of_write(script: Path, heracles: Heracles, option: str) -> None:
    assert heracles("job.sh", option, "-q", "a=1").returncode == 0
    assert script.with_name("job_hydra0.sh").exists()
    assert heracles("job.sh", {"-n": "-c", "--noop": "--clear", "--write": "--delete"}[option]).returncode == 0
    assert files(script.parent) == {"job.sh"}


def test_short_options_join(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-qr=bash", "a=1").stdout == ""
    assert heracles("job.sh", "-q", "--multirun", "bash", "a=2").stdout == ""
    assert seen(script.parent) == [("--fixed", "a=1"), ("--fixed", "a=2")]


def test_the_limit_of_files_is_exact(script: Path) -> None:
    code = (
        "import sys, heracles.cli.main as c, heracles.cli.session as s\n"
        "assert s._MOST_FILES == 100_000\ns._MOST_FILES = 3\nc.main(sys.argv[1:])"
    )
    for arguments, exit_code in ((["a=1,2,3"], 0), (["a=1,2,3,4"], 2), (["--yes", "a=1,2,3,4"], 0)):
        command = [sys.executable, "-c", code, "job.sh", "-wq", *arguments]
        assert subprocess.run(command, cwd=script.parent, check=False).returncode == exit_code
        assert script.with_name("job_hydra3.sh").exists() == ("--yes" in arguments)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_what_a_kill_leaves_can_be_written_and_removed(
    script: Path, heracles: Heracles, number: signal.Signals
) -> None:
    arguments = [sys.executable, "-m", "heracles", "job.sh", "-wq", "a=range(50000)"]
    process = subprocess.Popen(arguments, cwd=script.parent, stderr=subprocess.DEVNULL)
    wait_for(script.parent / "job_hydra300.sh")
    process.send_signal(number)
    process.wait()
    script.with_name("job_hydra7.sh").write_bytes(b"")
    result = heracles("job.sh", "-w", "a=range(9)", "-q")
    assert (result.returncode, result.stderr) == (0, "")
    result = heracles("job.sh", "-d", "-q")
    assert (result.returncode, result.stderr) == (0, "")
    assert files(script.parent) == {"job.sh"}


def test_two_at_once(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\ntouch started "$@"\nread -r _ < pipe\n')
    os.mkfifo(script.with_name("pipe"))
    arguments = [sys.executable, "-m", "heracles", "job.sh", "-q", "-r=bash", "a=1"]
    with subprocess.Popen(arguments, cwd=script.parent) as process:
        wait_for(script.parent / "started")
        for action in ("-w", "-d", "-r=true"):
            result = heracles("job.sh", action, "-q", "a=1")
            assert (result.returncode, result.stdout) == (2, "")
            assert result.stderr == "Error: another heracles is at work on this script: it keeps job_hydra.jsonl\n"
        assert heracles("job.sh", "a=1").returncode == 0
        script.with_name("pipe").write_text("\n")
        assert process.wait() == 0
    assert heracles("job.sh", "-d").returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        '{"heracles":1,"event":"write"}',
        '{"heracles":1,"event":"write","files":[]}',
        '{"heracles":1,"event":"write","files":{"x":[]}}',
        '{"heracles":1,"event":"remove","files":5}',
        '{"heracles":"0.1.0","ev',
        '{"heracles":"0.1.0","event":"write","files":{"' + "x" * 300 + '":"0"}}',
    ],
)
def test_a_damaged_journal(script: Path, heracles: Heracles, line: str) -> None:
    journal = script.with_name("job_hydra.jsonl")
    journal.write_text(f"{line}\n" + "[" * 100_000 + "\n")
    for _ in range(2):
        result = heracles("job.sh", "-w", "a=1")
        assert (result.returncode, result.stderr) == (0, "")
    assert heracles("job.sh", "-d").returncode == 0
    assert files(script.parent) == {"job.sh"}


def test_a_journal_that_is_no_file(script: Path, heracles: Heracles) -> None:
    journal = script.with_name("job_hydra.jsonl")
    journal.symlink_to("elsewhere")
    assert heracles("job.sh", "-w", "a=1").stderr.startswith("Error: cannot use job_hydra.jsonl: ")
    journal.unlink()
    os.mkfifo(journal)
    assert heracles("job.sh", "-w", "a=1").returncode == 2
    journal.unlink()
    journal.mkdir()
    assert heracles("job.sh", "-w", "a=1").stderr == "Error: cannot use job_hydra.jsonl: Is a directory\n"


def test_a_listener_that_left_does_not_stop_the_work(script: Path) -> None:
    command = f"{sys.executable} -m heracles job.sh -r=bash a=1,2 | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("0\n", "")
    assert len(seen(script.parent)) == 2


@pytest.mark.parametrize(("output", "code"), [(">&-", 0), ("> /dev/full", 1), ("2>&-", 0)])
def test_odd_outputs(script: Path, output: str, code: int) -> None:
    command = f"{sys.executable} -m heracles job.sh a=1,2 {output}"
    result = subprocess.run(["bash", "-c", command], cwd=script.parent, capture_output=True, text=True, check=False)
    expected = "Error: cannot write to standard output: No space left on device\n" if code else ""
    assert (result.returncode, result.stderr) == (code, expected)


def test_an_output_of_another_encoding(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-w", "a=1,2", env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Wrote 2 scripts: job_hydra0.sh \\u2026 job_hydra1.sh\n"
    assert script.with_name("job_hydra1.sh").exists()


def test_numbers_of_many_digits(script: Path, heracles: Heracles) -> None:
    huge = f"range(1{'0' * 4000})"
    result = heracles("job.sh", f"a={huge}", f"b={huge}")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("about 10**8000 runs of job.sh\n")
    assert heracles("job.sh", "-w", f"a={huge}").stderr == (
        "Error: this would write about 10**4000 files: add --yes if that is what you want\n"
    )
    result = heracles("job.sh", f"a=range(0,1{'0' * 400},0.5)")
    assert result.stderr.startswith("Error: these numbers are too large for a range of decimals\n")
    assert heracles("", "-d").stderr == "Error: no such script: \n"
    assert script.exists()


def on_a_terminal(arguments: list[str], folder: Path, columns: int = 80) -> str:
    """Run with standard output and error on a terminal, and give all that is shown there."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "heracles", *arguments],
        cwd=folder,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm"},
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            shown += os.read(leader, 65536)
        except OSError:
            break
    os.close(leader)
    assert process.wait() == 0
    return shown.decode()


def test_a_progress_bar_is_shown_on_a_terminal_only(script: Path, heracles: Heracles) -> None:
    assert "100%" in on_a_terminal(["job.sh", "-r=true", "a=range(200)"], script.parent)
    assert "%" not in on_a_terminal(["job.sh", "-r=true", "a=1"], script.parent)
    result = heracles("job.sh", "-r=true", "a=range(200)")
    assert "%" not in result.stdout + result.stderr


def test_a_preview_fits_the_terminal(script: Path) -> None:
    shown = on_a_terminal(["job.sh", f"a={'x' * 200},日本語日本語日本語日本語日本語日本語", "b=1"], script.parent, 40)
    assert all(columns(line) <= 40 for line in shown.split("\r\n")[:-2])
    assert "…" in shown
