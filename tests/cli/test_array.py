"""The command line with -a: one script for all runs, as a user calls it."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from support import GOLDEN, Heracles, need

import heracles as package

SIX = ["env.num_envs=8,16,32", "env.name=HalfCheetah,Reacher"]
RUNS = list(package.parse(SIX))
USAGE = "Usage: heracles [OPTIONS] SCRIPT SWEEP...\nTry 'heracles -h' for help.\n\n"


@pytest.fixture(autouse=True)
def without_schedulers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put programs in the way that tell how they are called, and an scontrol that knows no limits."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, answer in (
        ("sbatch", "noise\\nSubmitted batch job $((41 + $(cat calls | wc -l)))"),
        ("qsub", "7[].server"),
        ("bsub", "Job <9> is submitted to default queue <normal>."),
        ("scontrol", ""),
    ):
        program = folder / name
        program.write_text(
            f'#!/bin/bash\necho "{name} $*" >> calls\n'
            "[[ -t 0 ]] || while read -r line; do\n"
            '    case $line in *"#!"* | heracles_off*) echo "$line";; esac\ndone >> stdin\n'
            f'printf "{answer}\\n"\n'
        )
        program.chmod(0o755)
    (folder / "scontrol").write_text('#!/bin/sh\n[ "$1" = release ]\n')
    (folder / "squeue").write_text("#!/bin/sh\n")
    (folder / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def calls(folder: Path) -> list[str]:
    path = folder / "calls"
    lines = path.read_text().splitlines() if path.exists() else []
    own = re.compile(r"--parsable --hold --open-mode=append --comment=heracles=\w+\.\d+ ")
    return [own.sub("", line.strip()) for line in lines]


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"probe", "bin", "calls", "stdin", "job_hydra.exits"}


def test_write_makes_one_script(script: Path, heracles: Heracles) -> None:
    script.chmod(0o750)
    result = heracles("job.sh", "-a", "-w", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "Wrote job_hydra.sh: 6 runs, as 6 tasks of a Slurm array\nSubmit it with: sbatch job_hydra.sh\n"
    )
    compiled = script.with_name("job_hydra.sh")
    assert compiled.stat().st_mode & 0o777 == 0o750
    expected = (GOLDEN / "array.sh").read_text()
    records = shlex.quote(str(script.with_name("job_hydra.exits")))
    assert compiled.read_text() == expected.replace("RECORDS", records).replace("VERSION", package.__version__)


def test_run_by_hand_and_by_the_local_bash(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-a", "-r=bash", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Wrote job_hydra.sh: 6 runs, as 6 tasks of a Slurm array\nRan 6 runs with bash\n"
    subprocess.run(["bash", "job_hydra.sh", "4"], cwd=script.parent, check=True)
    lines = script.with_name("seen").read_text().splitlines()
    assert lines == [ascii(["--fixed", *run]) for run in (*RUNS, RUNS[4])]


def test_a_failing_run_by_hand_is_named(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\nset -e\n[[ $1 != env.num_envs=16 ]]\ntrue "$@"\n')
    result = heracles("job.sh", "-a", "-r=bash", *SIX)
    assert result.returncode == 1
    assert result.stderr == "Error: bash failed for job_hydra.sh 2 (exit code 1); 2 of 6 runs done, 1 failed\n"


@pytest.mark.parametrize("name", ["a job.sh", "job", "jöb $x.slurm", "'.sh"])
def test_gnu_parallel(script: Path, heracles: Heracles, name: str) -> None:
    need("GNU parallel")
    script.write_text("#!/bin/bash\n./probe\n")
    script.rename(script.with_name(name))
    result = heracles(name, "-a", "-w", *SIX, "v='$HOME',\"it's  so\"")
    command = result.stdout.splitlines()[1].removeprefix("Run it with: ")
    assert "parallel" in command
    subprocess.run(["bash", "-c", command], cwd=script.parent, check=True, capture_output=True)
    lines = script.with_name("seen").read_text().splitlines()
    assert sorted(lines) == sorted(ascii([*run]) for run in package.parse([*SIX, "v='$HOME',\"it's  so\""]))


def test_preview(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-a", "--pack=2", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "job.sh: 6 runs, as 3 tasks of a Slurm array\n"
        "\n"
        "  env.num_envs  3  8, 16, 32\n"
        "  env.name      2  HalfCheetah, Reacher\n"
        "\n"
        "  run 0  ./probe --fixed env.num_envs=8 env.name=HalfCheetah\n"
        "  run 1  ./probe --fixed env.num_envs=8 env.name=Reacher\n"
        "  run 2  ./probe --fixed env.num_envs=16 env.name=HalfCheetah\n"
        "  … and 3 more\n"
        "\n"
        "Nothing is written yet: -w writes it, -r=CMD calls CMD too.\n"
    )
    assert files(script.parent) == {"job.sh"}


def test_one_submission(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-a", "-r=sbatch --nice", "--throttle=2", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "Wrote job_hydra.sh: 6 runs, as 6 tasks of a Slurm array\nnoise\nSubmitted 6 runs with sbatch --nice: job 42\n"
    )
    assert calls(script.parent) == ["sbatch --nice --array=0-5%2 job_hydra.sh"]
    lines = map(json.loads, script.with_name("job_hydra.jsonl").read_text().splitlines())
    told = {line["event"]: line for line in lines}
    assert list(told) == ["sweep", "write", "intent", "submit", "release"]
    assert (told["intent"]["items"], told["intent"]["key"]) == ([[0, 6]], told["sweep"]["key"])
    assert (told["submit"]["call"], told["submit"]["job"]) == (0, "42")
    assert {told[event]["token"] for event in ("intent", "submit", "release")} == {told["intent"]["token"]}


def test_several_submissions(script: Path, heracles: Heracles) -> None:
    result = heracles("job.sh", "-a", "-q", "-r=sbatch", "--max-array=4", *SIX, "c=range(3)")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "noise\n" * 5
    assert calls(script.parent) == [
        "sbatch --array=0-3 job_hydra.sh",
        *(f"sbatch --array=0-3 job_hydra.sh +{start}" for start in (4, 8, 12)),
        "sbatch --array=0-1 job_hydra.sh +16",
    ]


def test_a_submission_that_fails(script: Path, heracles: Heracles) -> None:
    program = script.parent / "bin" / "sbatch"
    text = program.read_text().replace("printf", "[[ $* != *+2* ]] || { echo noise; exit 42; }\nprintf", 1)
    program.write_text(text)
    result = heracles("job.sh", "-a", "-r=sbatch", "--max-array=2", *SIX)
    assert result.returncode == 1
    assert result.stdout.count("noise") == 2
    assert result.stderr == "Error: sbatch failed for job_hydra.sh +2 (exit code 42); 1 of 3 submissions were made\n"


@pytest.mark.parametrize(
    ("directive", "command", "expected", "job"),
    [
        ("#PBS -J 1-3", "qsub", ["qsub -J 0-9 job_hydra.sh", "qsub -J 10-17 job_hydra.sh"], "7"),
        ("# none", "ssh x sbatch", ["sbatch --array=0-5 job_hydra.sh"], "42"),
        ("#BSUB -n 1", "bsub", ["bsub -J job[1-6]"], "9"),
        ("#BSUB -J a[1,2]%3", "bsub", ["bsub -J a[1-10]%3", "bsub -J a[1-2]%3"], "9"),
        ("# none", "bsub", ["bsub -J job[1-6]"], "9"),
        ("# none", "sbatch", ["sbatch --array=0-5 job_hydra.sh"], "42"),
    ],
)
def test_schedulers(
    script: Path, heracles: Heracles, directive: str, command: str, expected: list[str], job: str
) -> None:
    (script.parent / "bin" / "ssh").write_text('#!/bin/bash\nshift; "$@"\n')
    (script.parent / "bin" / "ssh").chmod(0o755)
    script.write_text(f"#!/bin/bash\n{directive}\n./probe\n")
    result = heracles("job.sh", "-a", f"-r={command}", "--max-array=10", *SIX, stdin=subprocess.DEVNULL)
    assert (result.returncode, result.stderr) == (0, "")
    assert calls(script.parent) == expected
    assert f"{job}\n" in result.stdout.splitlines(keepends=True)[-1]
    if command == "bsub":
        read = [f"#!/bin/bash\nheracles_offset={10 * i - 1}\n" for i in range(len(expected))]
        assert script.with_name("stdin").read_text() == "".join(read)


def test_limits_are_asked_of_scontrol(script: Path, heracles: Heracles) -> None:
    program = script.parent / "bin" / "scontrol"
    answer = "MaxArraySize            = 4\nSchedulerParameters     = a,max_array_tasks={},max_script_size=5000\n"
    program.write_text(f"#!/bin/sh\nprintf '{answer.format(3)}'\n")
    result = heracles("job.sh", "-a", *SIX)
    assert result.stdout.startswith("job.sh: 6 runs, as 6 tasks of a Slurm array, in 2 submissions\n")
    program.write_text(f"#!/bin/sh\nprintf '{answer.format(9)}'\n")
    result = heracles("job.sh", "-a", "-w", *SIX)
    assert result.stdout.endswith(
        "Submit it with:\n  sbatch --array=0-3 job_hydra.sh\n  sbatch --array=0-1 job_hydra.sh +4\n"
    )
    result = heracles("job.sh", "-a", "-w", *SIX, f"x={'long' * 2000},y")
    assert result.returncode == 2
    assert "and Slurm accepts 5,000: the values of x take 8" in result.stderr
    result = heracles("job.sh", "-a", *SIX, "--max-array=6")
    assert result.stdout.startswith("job.sh: 6 runs, as 6 tasks of a Slurm array\n")


def test_delete(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-a", "-w", *SIX).returncode == 0
    assert heracles("job.sh", "-w", *SIX).returncode == 0
    result = heracles("job.sh", "-d", "env.num_envs=1")
    assert result.stdout == "Removed 1 script: job_hydra0.sh\n"
    result = heracles("job.sh", "-a", "-d")
    assert result.stdout == "Removed 1 script: job_hydra.sh\n"
    assert heracles("job.sh", "-a", "-w", *SIX).returncode == 0
    assert script.with_name("job_hydra.exits").is_dir()
    result = heracles("job.sh", "-d")
    assert result.stdout == (
        "Removed 6 scripts: job_hydra1.sh … job_hydra.sh\nRemoved the exit records: job_hydra.exits\n"
    )
    assert not script.with_name("job_hydra.exits").exists()
    assert files(script.parent) == {"job.sh"}
    assert heracles("job.sh", "-a", "-d", *SIX).stdout == "There is nothing to remove\n"


def test_foreign_files_are_left_alone(script: Path, heracles: Heracles) -> None:
    compiled = script.with_name("job_hydra.sh")
    compiled.write_text("mine\n")
    for arguments in (["-a", "-w", *SIX], ["-a", "-d", *SIX]):
        result = heracles("job.sh", *arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == (
            "Error: job_hydra.sh was not written by Heracles: move it away, or use --force to lose its content\n"
        )
    assert heracles("job.sh", "-d").stdout == "There is nothing to remove\n"
    assert compiled.read_text() == "mine\n"
    assert heracles("job.sh", "-a", "-w", "--force", *SIX).returncode == 0
    script.with_name("job_hydra.jsonl").unlink()
    removed = heracles("job.sh", "-a", "-d", *SIX).stdout
    assert removed == "Removed 1 script: job_hydra.sh\nRemoved the exit records: job_hydra.exits\n"


@pytest.mark.parametrize(
    ("text", "arguments", "error"),
    [
        (
            "#!/bin/sh\n./probe\n",
            ["-w"],
            "job.sh is run by sh: one script for all runs works with bash alone; change its first line to #!/bin/bash",
        ),
        (
            "#!/bin/bash\n#SBATCH -n 1\n#PBS -l x\n./probe\n",
            ["-w"],
            "job.sh has directives of Slurm and of PBS: --scheduler says whose array it is to be",
        ),
        (
            "#!/bin/bash\n#SBATCH -n 1\n./probe\n",
            ["-r=qsub"],
            "job.sh has directives of Slurm, and qsub is not its command: --scheduler says whose array it is to be",
        ),
        (
            "#!/bin/bash\n./probe\n",
            ["-r=qsub"],
            "qsub is a command of Grid Engine and of PBS: --scheduler says whose array it is to be",
        ),
        (
            "#!/bin/bash\n#SBATCH -n 1\n./probe\n",
            ["-r=cat -n"],
            "'cat -n' is neither Slurm's sbatch nor bash: with --scheduler none it is called with the script and the "
            "number of each run",
        ),
        (
            "#!/bin/bash\n#SBATCH -n 1\n./probe\n",
            ["-r=sbatch -n 1 -a 1-3"],
            "'-a' in 'sbatch -n 1 -a 1-3' would replace the array whose tasks are the runs: write "
            "'#SBATCH --array=1-90' into the script, and each run gets such an array",
        ),
        (
            "#!/bin/bash\n#BSUB -n 1\n./probe\n",
            ["-r=bsub -J 'x[1-3]'"],
            "'-J' in 'bsub -J 'x[1-3]'' would replace the array whose tasks are the runs: write "
            "'#BSUB -J name[1-90]' into the script, and each run gets such an array",
        ),
        (
            "#!/bin/bash\n#SBATCH -n 1\n./probe\n",
            ["-r=sbatch", "--max-array=2", "x=range(1000)"],
            "this would be 3,000 submissions of up to 2 tasks: --pack K puts K runs into each task; or add --yes if "
            "that is what you want",
        ),
        (
            "#SBATCH -n 1\n./probe\n",
            ["-w"],
            "job.sh, line 1: Slurm rejects a script without #! on its first line: put #!/bin/bash above it\n"
            "  #SBATCH -n 1\n  ^^^^^^^^^^^^",
        ),
        (
            "#!/bin/bash\n#SBATCH --array=1-$N\n./probe\n",
            ["-w"],
            "job.sh, line 2: this array cannot be read: write it as 1-90, 1-90:2 or 1,4,7\n"
            "  #SBATCH --array=1-$N\n          ^^^^^^^^^^^^",
        ),
        (
            "#!/bin/bash\n#SBATCH --job-name=a b\n./probe\n",
            ["-w"],
            "job.sh, line 2: this belongs to no option, so Slurm rejects the script: put quotes around a value "
            "with spaces, and # before a comment\n  #SBATCH --job-name=a b\n                       ^",
        ),
    ],
)
def test_bad_input(script: Path, heracles: Heracles, text: str, arguments: list[str], error: str) -> None:
    script.write_text(text)
    result = heracles("job.sh", "-a", "-q", *arguments, *SIX)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"Error: {error}\n")
    assert files(script.parent) == {"job.sh"}
    assert calls(script.parent) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--throttle=2"], "--throttle is about the tasks of an array: it needs -a"),
        (["--pack=2"], "--pack is about the tasks of an array: it needs -a"),
        (["--parallel=2"], "--parallel is about the tasks of an array: it needs -a"),
        (["--max-array=2"], "--max-array is about the tasks of an array: it needs -a"),
        (["-a", "--parallel=2"], "--parallel says how many runs of a pack run at a time: it needs --pack"),
        (
            ["-a", "--scheduler=none", "--pack=2"],
            "--pack is about the tasks of a scheduler's array: --scheduler says whose",
        ),
        (["-a", "--pack=0"], "Invalid value for '--pack': 0 is not in the range x>=1."),
        (
            ["-a", "--scheduler=slurmm"],
            "Invalid value for '--scheduler': 'slurmm' is not one of 'slurm', 'gridengine', 'pbs', 'lsf', 'none'.",
        ),
    ],
)
def test_bad_usage(script: Path, heracles: Heracles, arguments: list[str], error: str) -> None:
    result = heracles("job.sh", "-w", *arguments, *SIX)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith(f"Error: {error}\n")
    assert files(script.parent) == {"job.sh"}


def test_traps_are_said_and_quiet_is_quiet(script: Path, heracles: Heracles) -> None:
    script.write_text("#!/bin/bash\n#SBATCH -o logs/%j\nset -e\n#SBATCH -n 1\n./probe\n")
    warnings = (
        "Warning: job.sh, line 2: the folder logs is not there, so every run fails before its first command and leaves "
        "no log: mkdir -p logs\n  #SBATCH -o logs/%j\n          ^^^^^^^^^^\n"
        "Warning: job.sh, line 4: this directive comes after the first command, so Slurm ignores it: move it above line"
        " 3\n  #SBATCH -n 1\n  ^^^^^^^^^^^^\n"
    )
    for arguments in (["-w"], ["-a", "-w"], [], ["-a"]):
        result = heracles("job.sh", *arguments, "x=1")
        assert (result.returncode, result.stderr) == (0, warnings)
        assert heracles("job.sh", *arguments, "-q", "x=1").stderr == ""


def test_one_script_in_another_folder(script: Path, heracles: Heracles, tmp_path: Path) -> None:
    folder = tmp_path / "a folder's"
    folder.mkdir()
    shutil.move(script, folder / "my job.sh")
    shutil.move(tmp_path / "probe", folder / "probe")
    result = heracles(f"{folder}/my job.sh", "-a", "-r=sbatch", *SIX)
    assert (result.returncode, result.stderr) == (0, "")
    assert calls(tmp_path) == [f"sbatch --array=0-5 {folder}/my job_hydra.sh"]
    result = heracles(f"{folder}/my job.sh", "-a", "-w", *SIX)
    assert shlex.split(result.stdout.splitlines()[1])[-1] == f"{folder}/my job_hydra.sh"
