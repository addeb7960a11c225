"""What `--status` prints, as a user calls it."""

import json
import re
from pathlib import Path

import pytest
from cli.probe import on_a_terminal
from support import Heracles


def test_a_local_sweep(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\nset -e\n[ "$1" != a=2 ] || exit 3\n: "$@"\n')
    assert heracles("job.sh", "-r=bash", "-j", "2", "a=1,2", "seed=1,2").returncode == 1
    shown = heracles("job.sh", "-s")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.sub(r"process \d+", "process N", shown.stdout) == (
        "job.sh: 4 runs\n"
        "\n"
        "  done           2\n"
        "  failed         2\n"
        "\n"
        "rows: a, columns: seed\n"
        "\n"
        "     1  2\n"
        "  1  .  .\n"
        "  2  F  F\n"
        "\n"
        ". done  F failed\n"
        "\n"
        "  run  state   exit  job           log             overrides\n"
        "    2  failed  3     process N  job_hydra2.out  a=2 seed=1\n"
        "    3  failed  3     process N  job_hydra3.out  a=2 seed=2\n"
    ).replace("job           log", re.findall("job +log", shown.stdout)[0])
    listed = json.loads(heracles("job.sh", "-s", "--json").stdout)
    assert listed["counts"] == {"done": 2, "failed": 2}
    assert "\x1b[31mF" in on_a_terminal(["job.sh", "-s"], script.parent)


def test_done_may_hide_a_failure(script: Path, heracles: Heracles) -> None:
    script.write_text('#!/bin/bash\n./probe "$@"\necho done\n')
    assert heracles("job.sh", "-r=bash", "a=1,2").returncode == 0
    shown = heracles("job.sh", "-s").stdout
    assert shown.startswith(
        "job.sh: 2 runs\n\n  done           2\n\ndone: the exit code of job.sh was 0, but it hides failures. "
    )
    assert "job.sh, line 2: line 3 hides a failure of this command" in " ".join(shown.split())
    script.write_text('#!/bin/bash\nset -e\n./probe "$@"\necho done\n')
    assert heracles("job.sh", "-s").stdout == "job.sh: 2 runs\n\n  done           2\n"
    script.unlink()
    assert heracles("job.sh", "-s").stdout == "job.sh: 2 runs\n\n  done           2\n"


@pytest.mark.usefixtures("stand_ins")
def test_unknown_is_explained(script: Path, heracles: Heracles) -> None:
    assert heracles("job.sh", "-q", "-r=sbatch", "a=1").returncode == 0
    shown = " ".join(heracles("job.sh", "-s").stdout.split())
    assert shown.endswith(
        "unknown: the scheduler has forgotten the job or did not answer, and no exit record says how the run ended. "
        "With -a, each run leaves an exit record"
    )
    assert script.exists()


def test_a_name_that_is_mistyped(heracles: Heracles) -> None:
    for action in ("-s", "--cancel", "--logs=0", "--retry"):
        assert heracles("jbo.sh", action).stderr == "Error: no such script: jbo.sh\n"
