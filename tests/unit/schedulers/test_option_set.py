"""Options that differ from run to run: which are one option, which replace others, and which are refused."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.errors import HeraclesError
from heracles.schedulers.option_set import OptionSet
from heracles.schedulers.registry import SCHEDULERS

SLURM = SCHEDULERS["slurm"]
NAMES = ["--time", "--mem", "--gres", "--partition", "--comment"]
SETTINGS = st.tuples(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])))


def words(text: str, scheduler: str = "slurm") -> str:
    return shlex.join(OptionSet.read(text, 0, SCHEDULERS[scheduler]).words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--time=1 -t 5", "-t 5"),
        ("-t5 -n 2 --ti=6", "-t5 -n 2 --ti=6"),  # which sbatch refuses: it may be --time-min
        ("--partit=a -p b", "-p b"),
        ("--mem=4G -c 2 --mem-per-cpu=2G", "--mem-per-cpu=2G -c 2"),
        ("--requeue --no-requeue", "--no-requeue"),
        ("-sOc4 --overcommit", "-s --overcommit -c4"),
        ("--comment='two words' --comment=x\\ y", "'--comment=x y'"),
        ("--exclusive --nice", "--exclusive --nice"),
    ],
)
def test_a_later_option_replaces_an_earlier_one_in_whatever_spelling(text: str, expected: str) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("scheduler", "text", "expected"),
    [
        ("gridengine", "-l h_rt=1:0:0,mem=4G -pe smp 4 -l mem=8G -q a", "-l h_rt=1:0:0 -l mem=8G -pe smp 4 -q a"),
        ("gridengine", "-V -cwd -pe smp 4 -pe mpi 8", "-V -cwd -pe mpi 8"),
        ("pbs", "-l select=1:ncpus=2 -qlong -l walltime=1 -q short", "-l select=1:ncpus=2 -q short -l walltime=1"),
        ("lsf", "-W 10 -R 'rusage[mem=1]' -W 20", "-W 20 -R 'rusage[mem=1]'"),
        ("none", "--any=1 -x 2 --any=3", "--any=3 -x 2"),
    ],
)
def test_options_of_other_schedulers(scheduler: str, text: str, expected: str) -> None:
    assert words(text, scheduler) == expected


@pytest.mark.parametrize(
    ("scheduler", "text", "marked"),
    [
        ("slurm", "--mem=1 --array=1-3", "--array=1-3"),
        ("slurm", "-a 1-3", "-a"),
        ("slurm", "-sHt5", "-sHt5"),
        ("slurm", "--wrap=true --mem=1", "--wrap=true"),
        ("slurm", "--depend=afterok:1", "--depend=afterok:1"),
        ("slurm", "--time=5 job.sh", "job.sh"),
        ("slurm", "--hold=x", "--hold=x"),
        ("slurm", "-", "-"),
        ("slurm", "mem=1", "mem=1"),
        ("slurm", "--time=5 '--mem=1", "'--mem=1"),
        ("gridengine", "-q a -t 1-4", "-t"),
        ("gridengine", "-q a job.sh", "job.sh"),
        ("gridengine", "-pe smp 4 5", "5"),
        ("pbs", "-l a=1 -W block=true", "-W"),
        ("pbs", "-V job.sh", "job.sh"),
        ("lsf", "-n 4 -J name[1-3]", "-J"),
    ],
)
def test_what_is_refused_is_marked(scheduler: str, text: str, marked: str) -> None:
    with pytest.raises(HeraclesError) as caught:
        words(text, scheduler)
    assert caught.value.span
    start, end = caught.value.span
    assert (caught.value.source, text[start:end]) == (text, marked)


def test_nothing_after_the_colon_is_refused() -> None:
    with pytest.raises(HeraclesError, match="there are no options after the colon"):
        OptionSet.read("a=1:  ", 4, SLURM)


@given(st.lists(SETTINGS, max_size=6))
def test_the_words_are_read_back_and_the_last_value_counts(settings: list[tuple[str, str]]) -> None:
    given_words = [f"{name}={value}" for name, value in settings]
    found = OptionSet.of(given_words, SLURM)
    assert dict(word.split("=", 1) for word in found.words) == dict(settings)
    assert OptionSet.of(found.words, SLURM) == found
    assert bool(found) == bool(settings)


@given(st.lists(SETTINGS, max_size=4), st.lists(SETTINGS, max_size=4))
def test_later_options_are_as_if_they_stood_after(first: list[tuple[str, str]], later: list[tuple[str, str]]) -> None:
    sets = [OptionSet.of([f"{name}={value}" for name, value in each], SLURM) for each in (first, later)]
    joined = OptionSet.of([f"{name}={value}" for name, value in (*first, *later)], SLURM)
    assert sets[0].with_later(sets[1]) == joined
    assert hash(sets[0].with_later(sets[1])) == hash(joined)


def test_sets_are_equal_whatever_the_order_and_the_spelling() -> None:
    assert OptionSet.of(["-t", "5", "--mem=1"], SLURM) == OptionSet.of(["--mem=1", "--time=5"], SLURM)
    assert OptionSet.of(["-t", "5"], SLURM) != OptionSet.of(["-t", "6"], SLURM)
    assert OptionSet() != ()
