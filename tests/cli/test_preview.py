"""Without an action: what is shown, and that nothing is written."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli.probe import SIX, files, on_a_terminal
from support import Heracles

import heracles as package
from heracles.text import columns

TIME = "#SBATCH --time=6:00:00\n"

pytestmark = pytest.mark.usefixtures("stand_ins")


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
        "The overrides go to line 4.\n"
        "Cost: at most 1,800,000,000 runs × 6:00:00 × 1 CPU = 10,800,000,000 CPU hours\n"
        "Nothing is written yet: -w writes the scripts, -r=CMD also calls CMD with them.\n"
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
        f"  job_hydra0.sh  ./probe \"a='x\\ny'\" {one}\n"
        f"  job_hydra1.sh  ./probe \"a='x\\ny'\" {two}\n"
        "\n"
        'The overrides go to line 2, as "$@".\n'
        "Nothing is written yet: -w writes the scripts, -r=CMD also calls CMD with them.\n"
    )


def test_preview_of_an_array(script: Path, heracles: Heracles) -> None:
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
        "The overrides go to line 4.\n"
        "Cost: at most 3 tasks × 6:00:00 × 1 CPU = 18 CPU hours\n"
        "Nothing is written yet: -w writes the script, -r=CMD also calls CMD with it.\n"
    )
    assert files(script.parent) == {"job.sh"}


def test_a_preview_fits_the_terminal(script: Path) -> None:
    shown = on_a_terminal(["job.sh", f"a={'x' * 200},日本語日本語日本語日本語日本語日本語", "b=1"], script.parent, 40)
    assert all(columns(line) <= 40 for line in shown.split("\r\n")[:-2])
    assert "…" in shown


def test_a_run_that_does_not_fit_takes_several_lines(script: Path) -> None:
    script.write_text(
        "#!/bin/bash\nsrun python train.py \\\n    --config=base.yaml \\\n    --amp \\\n    --epochs=100\n"
    )
    sweep = ["optimizer.lr=0.1", "data.path=/a/path/to/the/data", f"note={'x' * 99}"]
    shown = on_a_terminal(["job.sh", *sweep], script.parent, 60).split("\r\n")
    start = shown.index("  job_hydra0.sh")
    assert shown[start : start + 6] == [
        "  job_hydra0.sh",
        "      … python train.py … optimizer.lr=0.1",
        "      data.path=/a/path/to/the/data",
        f"      note={'x' * 21}…{'x' * 27}",
        "",
        "The overrides go to lines 2 to 5.",
    ]
    (line,) = (
        line for line in on_a_terminal(["job.sh", *sweep[:2]], script.parent, 120).split("\r\n") if "train" in line
    )
    assert columns(line) <= 120
    assert line.startswith("  job_hydra0.sh  srun python train.py --conf")
    assert line.endswith("ochs=100 optimizer.lr=0.1 data.path=/a/path/to/the/data")


def test_a_preview_of_an_array_says_what_writing_it_would(script: Path, heracles: Heracles) -> None:
    script.write_text("#!/bin/sh\n#SBATCH -o logs/%j\n./probe\n")
    for arguments in (["-a"], ["-a", "-w"]):
        result = heracles("job.sh", *arguments, "x=1")
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("Error: job.sh is run by sh: one script for all runs works with bash alone;")
        assert result.stderr.splitlines()[1].startswith("Warning: job.sh, line 2: the folder logs does not exist")


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
    assert script.exists()


def test_traps_are_said_and_quiet_is_quiet(script: Path, heracles: Heracles) -> None:
    script.write_text("#!/bin/bash\n#SBATCH -o logs/%j\nset -e\n#SBATCH -n 1\n./probe\n")
    warnings = (
        "Warning: job.sh, line 2: the folder logs does not exist, so every run fails before its first command and "
        "leaves no log: mkdir -p logs\n  #SBATCH -o logs/%j\n          ^^^^^^^^^^\n"
        "Warning: job.sh, line 4: this directive comes after the first command, so Slurm ignores it: move it above line"
        " 3\n  #SBATCH -n 1\n  ^^^^^^^^^^^^\n"
    )
    for arguments in (["-w"], ["-a", "-w"], [], ["-a"]):
        result = heracles("job.sh", *arguments, "x=1")
        assert (result.returncode, result.stderr) == (0, warnings)
        assert heracles("job.sh", *arguments, "-q", "x=1").stderr == ""


CODE = """
import re, sys, click, lark
compiled, made, compile_, make = [], [], re.compile, click.Option.__init__
re.compile = lambda text, flags=0: compiled.append(text) or compile_(text, flags)
click.Option.__init__ = lambda self, *names, **settings: made.append(names) or make(self, *names, **settings)
from heracles.cli.main import main
try:
    main(["job.sh", "a=1,2"])
except SystemExit:
    print({what}, sep="\\n", file=sys.stderr)
"""


def after_a_preview(what: str, script: Path, header: str) -> list[str]:
    """Return what there is in a process after a preview, one of a line each."""
    script.write_text(f"#!/bin/bash\n{header}./probe\n")
    command = [sys.executable, "-c", CODE.format(what=what)]
    result = subprocess.run(command, cwd=script.parent, capture_output=True, text=True, check=True)
    return result.stderr.splitlines()


@pytest.mark.parametrize(("header", "needless"), [("", ["heracles.cli.costs", "heracles.cli.views.cost"]), (TIME, [])])
def test_a_preview_loads_nothing_that_it_does_without(script: Path, header: str, needless: list[str]) -> None:
    loaded = after_a_preview("*sys.modules", script, header)
    needless += [
        "heracles.store",
        "heracles.jobs",
        "heracles.backends",
        "heracles.language.functions",
        "heracles.cli.help",
        "heracles.cli.views.sets",
        "heracles.cli.views.steps",
        "heracles.hydra.aliases",
        "heracles.hydra.configs",
        "heracles.hydra.launcher",
        "heracles.hydra.sweeper",
        "heracles.ir.diagram",
        "heracles.ir.growth",
        "heracles.ir.selection",
        "heracles.ir.spaces",
        "heracles.language.config_groups",
        "heracles.language.diagnostics",
        "heracles.language.expression",
        "heracles.language.plugins",
        "heracles.language.row",
        "heracles.language.saving",
        "heracles.language.sel",
        "heracles.lint.resubmission",
        "heracles.schedulers.indices",
        "heracles.script.written",
        "heracles.version",
        "yaml",
        "decimal",
        "json",
        "shlex",
    ]
    assert "heracles.cli.commands.preview" in loaded
    also = ["signal", "subprocess"] if sys.version_info >= (3, 11) else []  # before, click loads them
    assert [name for name in loaded if name.startswith((*needless, *also))] == []


@pytest.mark.parametrize(("header", "most"), [("", 6), (TIME, 8)])
def test_a_preview_compiles_few_regular_expressions(script: Path, header: str, most: int) -> None:
    compiled = after_a_preview("*map(repr, compiled)", script, header)
    assert any("BARE" in text for text in compiled)
    assert len(compiled) <= most, compiled


def test_a_preview_makes_no_option_that_is_not_given(script: Path) -> None:
    assert after_a_preview("len(made)", script, "") == ["0"]
