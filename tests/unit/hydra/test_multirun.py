"""What the words of a multirun line become."""

import pytest
from hypothesis import given

from heracles import OverrideError, strategies
from heracles.hydra.multirun import Line, read


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("lr=1,2 hydra/launcher=joblib hydra.launcher.n_jobs=4 m=a", "lr=1,2 m=a"),
        ("lr=1 +hydra.launcher={n_jobs:4} ++hydra/launcher=basic", "lr=1"),
        ("~hydra.launcher.gres lr=1", "lr=1"),
        ("hydra/sweeper=basic hydra.sweeper.max_batch_size=3 lr=1", "lr=1"),
        ("hydra.job.name=a,b hydra.verbose=true hydra/job_logging=none", None),
        ("hydra_x=1,2 hydra.sweeping=1,2 hydrate/launcher=a,b", None),
        ("hydra.mode=RUN a=1", "a=1"),
        ("a=1 hydra.sweep.dir=D b=2 hydra.sweep.subdir=S", "a=1 hydra.run.dir=D/S b=2"),
        ("hydra.sweep={dir:D,subdir:S}", "hydra.run.dir=D/S"),
        ("hydra.sweep.dir=D hydra.run.dir=R", "hydra.run.dir=D/__run__"),
        ("hydra.sweep.dir=D hydra.sweep.dir=E", "hydra.run.dir=E/__run__"),
        ("hydra.sweep.subdir=x${hydra.job.num}", "hydra.run.dir='multirun/${now:%Y-%m-%d}/${now:%H-%M-%S}/x__run__'"),
        (
            "hydra.sweep.dir='${oc.env:HOME}/d' hydra.sweep.subdir=${hydra:job.id}_${hydra.job.override_dirname}",
            "hydra.run.dir='${oc.env:HOME}/d/__run___${hydra.job.override_dirname}'",
        ),
        ("out=c_${hydra:job.num} a=1", "out=c_${hydra:job.num} a=1 hydra.job.num=__run__"),
        (
            "hydra.run.dir=x/${hydra.job.id}_${hydra.job.num}",
            "hydra.run.dir=x/${hydra.job.id}_${hydra.job.num} hydra.job.num=__run__ hydra.job.id=__run__",
        ),
        ("out=c_${hydra:job.num} hydra.job.num=7", None),
        ("a=1 hydra.sweeper.params.lr='1,2' hydra.sweeper.params={+n:'range(3)'}", "lr=1,2 +n=range(3) a=1"),
    ],
)
def test_words(words: str, kept: str | None) -> None:
    given = words.split(" ")
    assert " ".join(read(given).overrides) == (words if kept is None else kept)


@pytest.mark.parametrize(
    ("word", "message", "marked"),
    [
        (
            "hydra.launcher.n_jobs=1,2",
            "a single run does not read hydra.launcher.n_jobs, so that these would be equal runs: give it one value",
            "1,2",
        ),
        (
            "hydra/launcher=choice(a,b)",
            "a single run does not read hydra/launcher, so that these would be equal runs: give it one value",
            "choice(a,b)",
        ),
        ("hydra.sweeper.params.lr=1,2", "Hydra refuses a sweep in its own settings: write lr=1,2", "1,2"),
        (
            "hydra.mode=multirun",
            "each run would be a multirun of its own: leave this out, since Heracles makes the runs",
            "multirun",
        ),
        (
            "hydra/sweeper=optuna",
            "Heracles draws the runs of such a sweeper at random: give --sample N, with the seeds and the space of "
            "values as overrides, and leave hydra/sweeper=optuna out",
            "optuna",
        ),
        (
            "hydra.sweeper.n_trials=20",
            "Heracles draws the runs of such a sweeper at random: give --sample 20, with the seeds and the space of "
            "values as overrides, and leave hydra.sweeper.n_trials=20 out",
            "20",
        ),
    ],
)
def test_refusals(word: str, message: str, marked: str) -> None:
    with pytest.raises(OverrideError) as caught:
        read(["a=1", word])
    error = caught.value
    assert (error.message, error.source) == (message, word)
    assert error.span is not None
    assert word[slice(*error.span)] == marked


def test_the_number_of_trials_is_found_beside_the_sweeper() -> None:
    with pytest.raises(OverrideError, match=r"give --sample 8, .* leave hydra/sweeper=ax out"):
        read(["hydra/sweeper=ax", "hydra.sweeper.ax_config.max_trials=8"])


def test_a_sample_stands_for_a_sweeper() -> None:
    line = read(["hydra/sweeper=optuna", "hydra.sweeper.n_trials=20", "a=1"], is_sample=True)
    assert line.overrides == ("a=1",)
    assert line.notes == (
        "hydra/sweeper=optuna hydra.sweeper.n_trials=20: Heracles is the sweeper, so that this is left out of the "
        "runs.",
    )


def test_a_folder_below() -> None:
    assert read(["a=1"], folders="x y").overrides == ("a=1", "hydra.run.dir='x y/__run__'")
    for rival in ("hydra.run.dir=a", "hydra.sweep.dir=b"):
        with pytest.raises(OverrideError, match="this sets the folder of a run, and so does --hydra-dirs") as caught:
            read(["a=1", rival], folders="x")
        assert caught.value.source == rival


def test_options_come_last() -> None:
    assert read(["a=1"], options=["--config-name=x"]).overrides == ("a=1", "--config-name=x")


def test_what_is_said() -> None:
    line = read(
        [
            "hydra/launcher=submitit_slurm",
            "hydra.launcher.timeout_min=60",
            "hydra.launcher.setup=[a]",
            "hydra.sweep.dir=D",
        ]
    )
    left = "hydra/launcher=submitit_slurm: Hydra's launchers start no single run, so that this is left out of the runs."
    lost = (
        "Nothing stands for these settings of Hydra's launcher, and they are left out of the runs: "
        "hydra.launcher.setup=[a]"
    )
    assert list(line.explained(is_applied=False)) == [
        "hydra.sweep.dir=D: a single run has hydra.run.dir=D/__run__ for it, with the run's number for __run__.",
        left,
        "These settings of Hydra's launcher are left out of the runs. Write them into the job script, or add "
        "--apply-launcher:",
        "  hydra.launcher.timeout_min=60  #SBATCH --time=60",
        lost,
    ]
    assert "go to the submission as options" in list(line.explained(is_applied=True))[2]


@given(strategies.sweeps())
def test_other_words_stay(overrides: list[str]) -> None:
    if not any("hydra" in override for override in overrides):
        assert read(overrides) == Line(tuple(overrides))
