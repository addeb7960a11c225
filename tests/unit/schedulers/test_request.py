"""What a job requests, as the options of each scheduler say it."""

import pytest

from heracles.schedulers.registry import NONE, SCHEDULERS
from heracles.schedulers.request import Request

Numbers = tuple[int | None, int | None, int | None]

PARTS = "the parts of a heterogeneous job request different things"
SITE = "whether -l gpu is for a slot or for a job is your site's setting"
HOSTS = "on how many hosts the GPUs are is not clear"


def request_of(key: str, directives: str, *words: str, environment: dict[str, str] | None = None) -> Request:
    scheduler = SCHEDULERS[key]
    script = "#!/bin/bash\n" + directives.replace(" | ", "\n")
    request = scheduler.submit_options([scheduler.submit, *words], script, environment or {}).request
    assert request
    return request


@pytest.mark.parametrize(
    ("directives", "expected"),
    [
        ("#SBATCH --time=6:00:00 --gres=gpu:1", (21_600, 1, 1)),
        ("#SBATCH -t 90", (5_400, 1, 0)),
        ("#SBATCH -t 90:30", (5_430, 1, 0)),
        ("#SBATCH -t 2-12 | #SBATCH -c 8 | #SBATCH -n 4", (216_000, 32, 0)),
        ("#SBATCH -t 1-0:30", (88_200, 1, 0)),
        ("#SBATCH -t 1-0:30:01 -N 3", (88_201, 3, 0)),
        ("#SBATCH --time=90 --gpus-per-node=a100:4 -N 2-4 --ntasks-per-node=4 -c 8", (5_400, 128, 16)),
        ("#SBATCH -t10 -Ga100:2,v100:1", (600, 1, 3)),
        ("#SBATCH -t10 --gpus-per-task=2 --ntasks=3", (600, 3, 6)),
        ("#SBATCH -t10 --tres-per-task=gres/gpu:2 -n 3", (600, 3, 6)),
        ("#SBATCH -t10 --gres=gpu:a100:2,nvme:1 --nodes=2", (600, 2, 4)),
        ("#SBATCH -t10 --gres=gpu", (600, 1, 1)),
        ("#SBATCH -t10 --gres=nvme:1", (600, 1, 0)),
        ("#SBATCH -t10 -n 8 --ntasks-per-node=4 --gpus-per-node=4", (600, 8, 8)),
        ("#SBATCH -t10 --exclusive -G 4", (600, None, 4)),
    ],
)
def test_slurm(directives: str, expected: Numbers) -> None:
    assert request_of("slurm", directives) == Request(*expected)


@pytest.mark.parametrize(
    ("directives", "expected", "unknown"),
    [
        ("#SBATCH --gres=gpu:2", (None, 1, 2), "no --time"),
        ("#SBATCH --time=UNLIMITED", (None, 1, 0), "--time=UNLIMITED is no limit"),
        ("#SBATCH --time=soon", (None, 1, 0), "--time=soon is no limit"),
        ("#SBATCH -t 10 --gres=gpu:1 -n 8", (600, 8, None), "no --nodes"),
        ("#SBATCH -t 10 --gpus-per-socket=2", (600, 1, None), "the number of GPUs is not clear"),
        ("#SBATCH -t 10 --gres=shard:gpu:2", (600, 1, None), "the number of GPUs is not clear"),
        ("#SBATCH -t 10 --exclusive", (600, None, 0), "the number of CPUs is not clear"),
        ("#SBATCH -t 10 --nodes=some", (600, None, 0), "--nodes=some is not clear"),
        ("#SBATCH -t 10 -c 2 | #SBATCH hetjob | #SBATCH -c 4", (None, None, None), PARTS),
        ("#SBATCH -t 10 -c many", (600, None, 0), "the number of CPUs is not clear"),
    ],
)
def test_what_slurm_decides(directives: str, expected: Numbers, unknown: str) -> None:
    assert request_of("slurm", directives) == Request(*expected, unknown)


def test_a_command_counts_more_than_the_environment_and_that_more_than_the_script() -> None:
    environment = {"SBATCH_TIMELIMIT": "20", "SBATCH_GPUS": "2"}
    directives = "#SBATCH -t 10 -G 1 -c 2"
    assert request_of("slurm", directives, environment=environment) == Request(1_200, 2, 2)
    assert request_of("slurm", directives, "--time=30", "-c4", environment=environment) == Request(1_800, 4, 2)


@pytest.mark.parametrize(
    ("key", "directives", "expected", "unknown"),
    [
        ("pbs", "#PBS -l walltime=2:00:00,nodes=2:ppn=8:gpus=1", (7_200, 16, 2), ""),
        ("pbs", "#PBS -l select=2:ncpus=8:ngpus=1+1:ncpus=4 -l walltime=3600", (3_600, 20, 2), ""),
        ("pbs", "#PBS -l walltime=30:00 | #PBS -l ncpus=4,ngpus=1", (1_800, 4, 1), ""),
        ("pbs", "#PBS -l walltime=1:00:00 | #PBS -l nodes=gpu01:ppn=4", (3_600, 4, 0), ""),
        ("pbs", "#PBS -l select=1:ncpus=4", (None, 4, 0), "no -l walltime"),
        ("pbs", "#PBS -l walltime=60,ncpus=all", (60, None, 0), "-l ncpus=all is not clear"),
        ("gridengine", "#$ -l h_rt=1:00:00 -pe smp 8", (3_600, 8, 0), ""),
        ("gridengine", "#$ -l mem=4G -l h_rt=90 | #$ -pe mpi 4-16", (90, 16, 0), ""),
        ("gridengine", "#$ -pe mpi 2 -l h_rt=0:0:90 | #$ -pe smp -12", (90, 12, 0), ""),
        ("gridengine", "#$ -pe mpi 2- -l h_rt=90", (90, None, 0), "the slots of -pe are not clear"),
        ("gridengine", "#$ -l gpu=1,h_rt=3600", (3_600, 1, None), SITE),
        ("gridengine", "#$ -cwd", (None, 1, 0), "no -l h_rt"),
        ("gridengine", "#$ -l h_rt=90 -pe smp", (90, None, 0), "the slots of -pe are not clear"),
        ("lsf", "#BSUB -W 4:30 -n 4 -gpu num=2 -R span[hosts=1]", (16_200, 4, 2), ""),
        ("lsf", "#BSUB -W 30/hostA -n 2,4 | #BSUB -gpu num=1/task", (1_800, 4, 4), ""),
        ("lsf", "#BSUB -W 30", (1_800, 1, 0), ""),
        ("lsf", "#BSUB -W 30 -n 9 -gpu num=2 -R span[ptile=4]", (1_800, 9, 6), ""),
        ("lsf", "#BSUB -gpu - ", (None, 1, 1), "no -W"),
        ("lsf", "#BSUB -W 30 -n 8 -gpu num=2", (1_800, 8, None), HOSTS),
        ("lsf", "#BSUB -W 30 -n some", (1_800, None, 0), "the slots of -n are not clear"),
    ],
)
def test_the_others(key: str, directives: str, expected: Numbers, unknown: str) -> None:
    assert request_of(key, directives) == Request(*expected, unknown)


def test_the_command_of_grid_engine_counts_more_than_the_script() -> None:
    directives = "#$ -pe smp 4 | #$ -l h_rt=90,mem=1G"
    assert request_of("gridengine", directives, "-pe", "smp", "8", "-l", "h_rt=60") == Request(60, 8, 0)


def test_device_seconds() -> None:
    assert Request(21_600, 8, 1).device_seconds(36) == 216 * 3600
    assert Request(21_600, 8, 0).device_seconds(2) == 96 * 3600
    assert Request(None, 8, 0).device_seconds(2) is None
    assert Request(60, None, 1).device_seconds(30) == 1_800


def test_no_scheduler_has_no_request() -> None:
    assert NONE.submit_options(["bash"], "", {}).request is None
