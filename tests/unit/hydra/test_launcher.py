"""What stands for the settings of Hydra's launchers."""

import pytest

from heracles.hydra.launcher import counterparts
from heracles.hydra.settings import settings_of


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        ("timeout_min=60", "#SBATCH --time=60"),
        ("partition=gpu", "#SBATCH --partition=gpu"),
        ("gres='gpu:2'", "#SBATCH --gres=gpu:2"),
        ("gres=gpu:2", "#SBATCH --gres=gpu:2"),
        ("mem_gb=64", "#SBATCH --mem=64G"),
        ("mem_per_cpu=4GB", "#SBATCH --mem-per-cpu=4GB"),
        ("cpus_per_task=8", "#SBATCH --cpus-per-task=8"),
        ("gpus_per_node=1", "#SBATCH --gpus-per-node=1"),
        ("account=a", "#SBATCH --account=a"),
        ("qos=long", "#SBATCH --qos=long"),
        ("constraint='a|b'", "#SBATCH '--constraint=a|b'"),
        ("nodes=2", "#SBATCH --nodes=2"),
        ("tasks_per_node=2", "#SBATCH --ntasks-per-node=2"),
        ("name=${hydra.job.name}", "#SBATCH '--job-name=${hydra.job.name}'"),
        ("exclusive=true", "#SBATCH --exclusive"),
        ("exclusive=false", ""),
        ("qos=null", ""),
        ("additional_parameters.mail_type=END", "#SBATCH --mail-type=END"),
        ("additional_parameters={a_b:1}", "#SBATCH --a-b=1"),
        ("array_parallelism=4", "--throttle 4"),
        ("n_jobs=4", "-j 4"),
        ("n_jobs=-1", ""),
        ("stderr_to_stdout=true", ""),
        ("setup=[a]", ""),
    ],
)
def test_counterparts(setting: str, shown: str) -> None:
    (found,) = counterparts(list(settings_of(f"+hydra.launcher.{setting}")))
    assert found.shown == shown


def test_the_last_of_a_name_counts() -> None:
    settings = [each for text in ("a=1", "qos=x", "qos=y") for each in settings_of(f"hydra.launcher.{text}")]
    assert [each.shown for each in counterparts(settings)] == ["", "#SBATCH --qos=y"]
