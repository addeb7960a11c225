"""Scripts that submit themselves, and what is refused of them for a job array."""

import pytest
from unit.lint.probe import refused, warned

CHAIN = "#!/bin/bash\n#SBATCH --time=1\nif (( ${LINK:-1} < 3 )); then LINK=2 %s; fi\nprog\n"
MULTIPLIES = "each run would submit the whole array once more, so that the runs multiply:"
OWN_TASK = f'{MULTIPLIES} for its own task alone, write sbatch --array=$SLURM_ARRAY_TASK_ID "$0"'


@pytest.mark.parametrize(
    "command",
    [
        'sbatch "$0"',
        "sbatch $0",
        "/usr/bin/sbatch --dependency=afterany:$SLURM_JOB_ID ${0}",
        'sbatch "${BASH_SOURCE[0]}"',
        'sbatch "$(realpath "$0")"',
        "sbatch job.sh",
        "sbatch < job.sh",
        "trap 'sbatch $0' USR1",
        "trap 'echo again; sbatch \"$0\"; exit 0' USR1",
        'ssh login sbatch "$0"',
        'exec sbatch "$0"',
        'bash -c \'sbatch "$0"\' "$0"',
    ],
)
def test_a_script_that_submits_itself_makes_no_array(command: str) -> None:
    assert OWN_TASK in refused(CHAIN % command, is_array=True)
    assert not refused(CHAIN % command)


@pytest.mark.parametrize(
    "command",
    [
        'sbatch --array="$SLURM_ARRAY_TASK_ID" "$0"',
        "sbatch -a $SLURM_ARRAY_TASK_ID $0",
        "sbatch next.sh",
        'sbatch "$(dirname "$0")/next.sh"',
        'echo "go on with: sbatch $0"',
        "sbatch next.sh $SLURM_JOB_ID",
    ],
)
def test_other_submissions_are_left_in_peace(command: str) -> None:
    assert not refused(CHAIN % command, is_array=True)


def test_where_a_chain_has_no_remedy() -> None:
    text = "#!/bin/bash\nbsub < $0\nprog\n"
    assert f"{MULTIPLIES} leave -a out" in refused(text, "lsf", is_array=True)
    assert not refused("#!/bin/bash\nbsub -J 'x[3]' < $0\nprog\n", "lsf", is_array=True)


def test_the_job_script_has_no_overrides() -> None:
    (warning,) = warned("#!/bin/bash\nset -e\nprog\nsbatch job.sh\n")
    assert 'this submits the job script, without overrides: write "$0" for the script of the run' in warning
    assert not [each for each in warned('#!/bin/bash\nset -e\nprog\nsbatch "$0"\n') if "overrides" in each]
