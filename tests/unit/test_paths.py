from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heracles.paths import SWEEP_NAME, Siblings

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8)
RUNS = st.integers(0, 10**18 - 1)


def test_all_names() -> None:
    siblings = Siblings("x/sbatch.sh")
    assert siblings.journal == "sbatch_hydra.jsonl"
    assert siblings.exit_records == "sbatch_hydra.exits"
    assert siblings.array_script == "sbatch_hydra.sh"
    assert siblings.retry_script == "sbatch_hydra_retry.sh"
    assert siblings.run_script(3) == "sbatch_hydra3.sh"
    assert siblings.log(3) == "sbatch_hydra3.out"
    assert siblings.path(siblings.journal) == "x/sbatch_hydra.jsonl"


@pytest.mark.parametrize("name", ["sbatch.slurm", "sbatch", "sbatch.out", "sbatch.jsonl"])
def test_scripts_of_one_stem_share_no_file(name: str) -> None:
    one, other = Siblings("sbatch.sh"), Siblings(name)

    def names(siblings: Siblings) -> set[str]:
        numbered = {siblings.run_script(7), siblings.log(7)}
        return {siblings.journal, siblings.exit_records, siblings.array_script, siblings.retry_script} | numbered

    assert len(names(other)) == 6
    # A script that is named as a log or a journal is would overwrite it, and that is refused.
    assert names(one).isdisjoint(names(other)) or name in ("sbatch.out", "sbatch.jsonl")


@pytest.mark.parametrize(
    ("path", "name"),
    [("job.sh", "job_hydra7.sh"), ("a.b/c.d.sh", "c.d_hydra7.sh"), ("job", "job_hydra7"), (".job", ".job_hydra7")],
)
def test_the_name_of_a_run(path: str, name: str) -> None:
    assert Siblings(path).run_script(7) == name


@given(NAMES, RUNS)
def test_a_name_leads_back_to_its_run(name: str, run: int) -> None:
    siblings = Siblings(name)
    assert siblings.run_of_script(siblings.run_script(run)) == run
    assert siblings.run_of_log(siblings.log(run)) == run


@given(NAMES, NAMES)
def test_no_other_name_is_a_runs(name: str, other: str) -> None:
    siblings = Siblings(name)
    run = siblings.run_of_script(other)
    assert run is None or siblings.run_script(run) == other
    run = siblings.run_of_log(other)
    assert run is None or siblings.log(run) == other


@pytest.mark.parametrize(
    "other",
    [
        *("sbatch_hydra.sh", "sbatch_hydra00.sh", "sbatch_hydra01.sh", "sbatch_hydra-1.sh", "sbatch_hydra1.shx"),
        *("sbatch_hydra٣.sh", f"sbatch_hydra{10**18}.sh", "sbatch_hydra1sh", "xsbatch_hydra1.sh", "sbatch_hydra1_.sh"),
    ],
)
def test_what_no_run_has(other: str) -> None:
    assert Siblings("sbatch.sh").run_of_script(other) is None


@given(st.lists(st.sampled_from(["a", "..", ".", "", "b c"]), max_size=4), st.booleans(), NAMES)
def test_paths_are_those_of_pathlib(folders: list[str], is_absolute: bool, name: str) -> None:  # noqa: FBT001
    script = "/" * is_absolute + "/".join([*folders, "job.sh"]).lstrip("/")
    assert Siblings(script).path("other") == str(Path(script).with_name("other"))
    assert Siblings(script).path(name).endswith(name)


def test_a_named_sweep_has_files_of_its_own() -> None:
    siblings = Siblings("x/job.slurm", "wide")
    assert siblings.journal == "job_wide_hydra.slurm.jsonl"
    assert siblings.exit_records == "job_wide_hydra.slurm.exits"
    assert siblings.array_script == "job_wide_hydra.slurm"
    assert siblings.run_script(3) == "job_wide_hydra3.slurm"
    assert siblings.log(3) == "job_wide_hydra3.slurm.out"
    assert siblings.namesake == "job_wide.slurm"
    assert Siblings("job.slurm").run_of_script(siblings.run_script(3)) is None
    assert Siblings("job.slurm").namesake == "job.slurm"


@given(st.from_regex(SWEEP_NAME, fullmatch=True), st.sampled_from(["job.sh", "job", "a.b.slurm"]))
def test_the_name_of_a_sweep_is_read_from_its_journal(name: str, script: str) -> None:
    assert Siblings(script).sweep_of_journal(Siblings(script, name).journal) == name
    assert Siblings(script).sweep_of_journal(Siblings(script).journal) is None
    assert Siblings(script).sweep_of_journal(f"{Siblings(script, name).journal}l") is None
    assert Siblings("other.sh").sweep_of_journal(Siblings(script, name).journal) is None
