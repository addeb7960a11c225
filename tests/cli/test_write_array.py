"""Writing one script for all runs."""

import shlex
import subprocess
from pathlib import Path

import pytest
from cli.probe import SIX, calls, files
from support import GOLDEN, Heracles, need

import heracles as package

pytestmark = pytest.mark.usefixtures("stand_ins")


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


def test_foreign_files_are_left_alone(script: Path, heracles: Heracles) -> None:
    compiled = script.with_name("job_hydra.sh")
    compiled.write_text("mine\n")
    for arguments in (["-a", "-w", *SIX], ["-a", "-d", *SIX]):
        result = heracles("job.sh", *arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == (
            "Error: job_hydra.sh was not written by Heracles: move it away, or use --force to lose its content\n"
        )
    assert heracles("job.sh", "-d").stdout == "There is nothing to delete\n"
    assert compiled.read_text() == "mine\n"
    assert heracles("job.sh", "-a", "-w", "--force", *SIX).returncode == 0
    script.with_name("job_hydra.jsonl").unlink()
    removed = heracles("job.sh", "-a", "-d", *SIX).stdout
    assert removed == (
        "Deleted 1 script: job_hydra.sh\nDeleted the exit records: job_hydra.exits\n"
        "Deleted the journal: job_hydra.jsonl\n"
    )


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
            "job.sh has directives of Slurm and of PBS: name the scheduler with --scheduler",
        ),
        (
            "#!/bin/bash\n#SBATCH -n 1\n./probe\n",
            ["-r=qsub"],
            "job.sh has directives of Slurm, and qsub is not its command: name the scheduler with --scheduler",
        ),
        (
            "#!/bin/bash\n./probe\n",
            ["-r=qsub"],
            "qsub is a command of Grid Engine and of PBS: name the scheduler with --scheduler",
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
def test_bad_input_of_an_array(script: Path, heracles: Heracles, text: str, arguments: list[str], error: str) -> None:
    script.write_text(text)
    result = heracles("job.sh", "-a", "-q", *arguments, *SIX)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"Error: {error}\n")
    assert files(script.parent) == {"job.sh"}
    assert calls(script.parent) == []
