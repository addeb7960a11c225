"""What holds for every scheduler of the registry, and that nobody else knows one of them by name."""

import ast
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from support import PACKAGE

from heracles.errors import HeraclesError
from heracles.schedulers.client import Job, Limits, SubmitCall
from heracles.schedulers.clients import CLIENTS, connect
from heracles.schedulers.command import SubmitCommand
from heracles.schedulers.directives import directives, named
from heracles.schedulers.limits import limits
from heracles.schedulers.registry import NONE, SCHEDULERS, by_key, readers
from heracles.schedulers.scheduler import LogTask, Scheduler
from heracles.shell.quoting import quote

QUEUES = [each for each in SCHEDULERS.values() if each.has_queue]
PRINTED = {
    "slurm": [
        ("Submitted batch job 12", "12", ""),
        ("Submitted batch job 12 on cluster far", "12", "far"),
        ("12", "12", ""),
        ("12;far", "12", "far"),
    ],
    "gridengine": [
        ('Your job 12 ("a b") has been submitted', "12", ""),
        ('Your job-array 12.1-9:2 ("a") has been submitted.', "12", ""),
        ("12", "12", ""),
        ("12.1-9:1", "12", ""),
    ],
    "pbs": [("12.pbs01", "12", ""), ("12[].pbs01", "12", ""), ("12", "12", "")],
    "lsf": [("Job <12> is submitted to default queue <normal>.", "12", ""), ("Job <12> is submitted.", "12", "")],
}
"""What the submit command prints for a job, with the job's id and its cluster."""
INSIDE = {
    "slurm": [
        ({"SLURM_JOB_ID": "15", "SLURM_ARRAY_JOB_ID": "12", "SLURMD_NODENAME": "n1"}, "12", "15", "n1"),
        ({"SLURM_JOB_ID": "12"}, "12", "12", "here"),
    ],
    "gridengine": [({"JOB_ID": "12", "SGE_TASK_ID": "3"}, "12", "", "here")],
    "pbs": [({"PBS_JOBID": "12[3].pbs01"}, "12", "", "here"), ({"PBS_JOBID": "12.pbs01"}, "12", "", "here")],
    "lsf": [({"LSB_JOBID": "12", "LSB_JOBINDEX": "3"}, "12", "", "here")],
}
"""What a job finds in its environment, with the job's id, the task's own one and the node; the host is `here`."""
RELEASES = {"slurm": "scontrol release 7", "gridengine": "qrls -h u 7", "pbs": "", "lsf": ""}
TASK = LogTask("12", "15", 3, "n1.example.org", "ada", "job_hydra.sh")

each_scheduler = pytest.mark.parametrize("scheduler", SCHEDULERS.values(), ids=SCHEDULERS.keys())
each_queue = pytest.mark.parametrize("scheduler", QUEUES, ids=lambda each: each.key)


def foreign(scheduler: Scheduler) -> set[str]:
    """Return the words of the other schedulers."""
    words = {word for each in QUEUES for word in (each.name, each.prefix, each.submit)}
    words |= {word for hint in RELEASES.values() for word in hint.split()[:1]}
    own = {scheduler.name, scheduler.prefix, scheduler.submit, *RELEASES.get(scheduler.key, "").split()[:1]}
    return words - own


def read(scheduler: Scheduler, words: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the values of the options of these names in a directive of these words."""
    text = "#!/bin/bash\n" + " ".join([scheduler.prefix, *map(quote, words)]) + "\ntrue\n"
    return [option.text for option in named(directives(text, scheduler), names, scheduler)]


def program(folder: Path, name: str, text: str = "") -> str:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    return str(folder / name)


def test_the_tables_here_are_complete() -> None:
    keys = {each.key for each in QUEUES}
    assert {*PRINTED} == {*INSIDE} == {*RELEASES} == keys
    assert keys == {*SCHEDULERS} - {"none"}
    assert {*CLIENTS} <= keys


@each_scheduler
def test_the_registry_knows_it_by_its_key(scheduler: Scheduler) -> None:
    assert SCHEDULERS[scheduler.key] is scheduler
    assert by_key(scheduler.key) is scheduler
    assert re.fullmatch("[a-z]+", scheduler.key)


@each_queue
def test_the_words_are_complete(scheduler: Scheduler) -> None:
    for attribute in ("name", "prefix", "submit", "job_id", "task", "job", "array_word", "submit_folder_variable"):
        assert getattr(scheduler, attribute), attribute
    for options in (scheduler.array_options, scheduler.log, scheduler.error_log, scheduler.job_name):
        assert options
        assert all(re.fullmatch(r"-[A-Za-z]+|--[a-z-]+", option) for option in options)
    for pattern in (scheduler.job_id, scheduler.array_word, scheduler.prefix_end, scheduler.job_folder_pattern):
        re.compile(pattern)
    assert "value" in re.compile(scheduler.array_word).groupindex
    assert scheduler.prefix.startswith("#")
    assert scheduler.article in ("a", "an")
    assert scheduler.base in (0, 1)
    assert 1 <= scheduler.fewest <= (scheduler.most or math.inf)
    assert scheduler.offset in ("index", "argument", "text")
    assert scheduler.literal in ("all", "logs", "")
    for variable in (scheduler.task, scheduler.job, *(name for name, _ in scheduler.array_variables)):
        assert re.fullmatch("[A-Z_]+", variable)
    ids = scheduler.indices("name[1-5:2]" if scheduler.array_in_name else "1-5:2")
    assert ids
    assert all(isinstance(getattr(ids, attribute), int) for _, attribute in scheduler.array_variables)


def test_no_scheduler_has_no_words() -> None:
    assert (NONE.prefix, NONE.submit, NONE.task, NONE.array_options, NONE.has_queue) == ("", "", "", (), False)
    assert NONE.array(0, 5, 0, "name") == ()
    assert NONE.array_word_in(["bash", "-a", "1-5"]) == ""
    assert list(NONE.rejected("", is_array=True)) == []


@each_queue
def test_a_directive_is_read_by_its_scheduler_alone(scheduler: Scheduler) -> None:
    assert readers(f"#!/bin/bash\n{scheduler.prefix} {scheduler.job_name[0]} x\n") == [scheduler]
    assert readers(f"#!/bin/bash\n{scheduler.prefix}\n#{scheduler.prefix} -x 1\n") in ([], [scheduler])


@each_queue
@given(
    first=st.integers(0, 999_999), more=st.integers(0, 999_999), throttle=st.integers(0, 999), name=st.just("a-b.c_1")
)
@example(first=1, more=0, throttle=0, name="n")
@example(first=1, more=1, throttle=7, name="n")
def test_an_array_is_read_back(scheduler: Scheduler, first: int, more: int, throttle: int, name: str) -> None:
    first += scheduler.base
    assume(more + 1 >= scheduler.fewest)
    words = scheduler.array(first, first + more, throttle, name)
    [value] = read(scheduler, words, scheduler.array_options)
    ids = scheduler.indices(value)
    assert ids
    assert (ids.ranges, ids.step) == ((range(first, first + more + 1),), 1)
    separate = read(scheduler, words, scheduler.throttle_options) if scheduler.throttle_options else []
    assert [ids.throttle or 0, *map(int, separate)].count(throttle) >= 1
    assert scheduler.array_word_in([scheduler.submit, *words]) in words
    assert scheduler.array_word_in(["ssh", "login", f"/opt/bin/{scheduler.submit}", "x", *words]) in words
    assert scheduler.array_word_in([scheduler.submit, "x"]) == ""
    assert scheduler.array_word_in(["other", *words]) == ""


@each_queue
@pytest.mark.parametrize("value", ["", "x", "1-", "-1", "5-1", "1-5:0", "1;5", "1-5%", "1-5%x", "a[b]", "²"])
def test_what_is_no_list_of_ids(scheduler: Scheduler, value: str) -> None:
    assert scheduler.indices(value) is None


@each_queue
def test_the_jobs_id_is_read(scheduler: Scheduler, tmp_path: Path) -> None:
    for line, number, cluster in PRINTED[scheduler.key]:
        command = program(tmp_path, scheduler.submit, f"echo 'Have a nice day'\ncat <<'EOF'\n{line}\nEOF")
        shown: list[str] = []
        client = connect(scheduler, scheduler.submit_options([command]), timeout=30, show=lambda *t: shown.extend(t))  # noqa: B023
        assert client.submit(SubmitCall("a.sh"), "t.0") == Job(number, cluster)
        assert shown == ["Have a nice day\n", ""]


@each_queue
def test_the_job_in_its_own_environment(scheduler: Scheduler) -> None:
    expressions = [scheduler.job_expression, scheduler.task_job_expression, scheduler.node_expression]
    for environment, *expected in INSIDE[scheduler.key]:
        script = f'HOSTNAME=here; set -eu; printf "%s|" {" ".join(f"{chr(34)}{each}{chr(34)}" for each in expressions)}'
        found = subprocess.run(
            ["bash", "-c", script], env={"PATH": os.defpath, **environment}, capture_output=True, text=True, check=True
        )
        assert found.stdout.split("|")[:3] == expected


@each_scheduler
def test_the_hint_of_a_job_on_hold_is_its_own(scheduler: Scheduler) -> None:
    assert scheduler.release_hint(Job("7")) == RELEASES.get(scheduler.key, "")
    assert not set(scheduler.release_hint(Job("7")).split()) & foreign(scheduler)


def test_the_hint_of_a_job_on_another_cluster() -> None:
    assert SCHEDULERS["slurm"].release_hint(Job("7", "far")) == "scontrol --clusters=far release 7"


@each_queue
def test_an_error_names_its_own_words(scheduler: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("other", scheduler.submit, "bash"):
        program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))
    command = SubmitCommand([scheduler.submit, *scheduler.array(1, 9, 0, "n")])
    with pytest.raises(HeraclesError) as array:
        command.check_array(scheduler)
    with pytest.raises(HeraclesError) as submit:
        SubmitCommand(["other"]).submits(scheduler)
    for message in (str(array.value), str(submit.value)):
        assert scheduler.submit in message
        assert not set(re.findall(r"[#$\w]+", message)) & foreign(scheduler)
    assert SubmitCommand([scheduler.submit]).submits(scheduler)
    assert not SubmitCommand(["bash"]).submits(scheduler)
    SubmitCommand([scheduler.submit]).check_array(scheduler)


@each_scheduler
@pytest.mark.parametrize("is_array", [False, True])
def test_a_log_is_known_or_not(scheduler: Scheduler, is_array: bool) -> None:  # noqa: FBT001
    """The path of a log is absolute, differs from task to task, and has nothing left to be filled in."""
    pattern = scheduler.submit_options([scheduler.submit or "bash"], "", {}).log("/folder", is_array=is_array)
    tasks = [TASK._replace(task=task, task_job_id=f"1{task}") for task in (3, 4)] if is_array else [TASK]
    if not is_array:
        tasks = [TASK._replace(job=job, task_job_id=job, task=None) for job in ("12", "13")]
    paths = [scheduler.log_path(pattern, task) for task in tasks]
    if not pattern:
        assert paths == ["", ""]
        return
    assert pattern.startswith("/")
    assert len({*paths}) == 2
    assert not re.search(r"[%$]", "".join(paths))
    assert all(path.startswith("/") for path in paths)


@each_scheduler
def test_the_options_of_a_submission(scheduler: Scheduler) -> None:
    command = ["ssh", "login", scheduler.submit or "bash", "--one"]
    options = scheduler.submit_options(command, "#!/bin/bash\ntrue\n", {"A": "b"})
    options.check()
    assert (options.is_held, options.is_test, list(options.warnings())) == (False, False, [])
    assert options.arguments == (("--one",) if scheduler.has_queue else ())
    assert options.value("-x", "--none") is None
    more = options.with_extra(["--two"])
    assert type(more) is type(options)
    assert (more.command, more.script, more.environment) == (options.command, options.script, options.environment)
    assert (options.extra, more.extra, more.with_extra(["3"]).extra) == ((), ("--two",), ("--two", "3"))
    assert options.log_folders("/folder") == []
    for attempt in (0, 1):
        assert all(word.startswith("-") for word in options.added(attempt))


@each_queue
def test_a_directive_is_an_option_of_the_submission(scheduler: Scheduler) -> None:
    name = scheduler.job_name[-1]
    text = f"#!/bin/bash\n{scheduler.prefix} {name} 'of script'\n"
    assert scheduler.value(text, scheduler.job_name) == "of script"
    assert scheduler.submit_options([scheduler.submit], text, {}).value(*scheduler.job_name) == "of script"
    options = scheduler.submit_options([scheduler.submit, name, "of command"], text, {})
    assert options.value(*scheduler.job_name) == "of command"
    assert options.with_extra([name, "it's $HOME"]).value(*scheduler.job_name) == "it's $HOME"


@each_queue
@pytest.mark.parametrize("file", ["job.sh", "my job.sh", "2.sh", "é$.sh"])
def test_the_directives_that_are_needed_are_read_back(scheduler: Scheduler, file: str) -> None:
    text = "#!/bin/bash\ntrue\n"
    for words in scheduler.needed_directives(text, file, "/bin/bash", "valid"):
        name, value = words
        assert read(scheduler, words, [name]) == [value]
        text = text.replace("\n", f"\n{scheduler.prefix} {name} {value}\n", 1)
    assert scheduler.needed_directives(text, file, "/bin/bash", "valid") == []


@each_scheduler
@given(text=st.text(st.sampled_from("#SBATCHPUJ$ -oe=%\"'\\\n!/x1[]"), max_size=60) | st.text(max_size=40))
def test_findings_are_in_the_text(scheduler: Scheduler, text: str) -> None:
    for line in (text, f"#!/bin/bash\n{scheduler.prefix} {text}"):
        for found in scheduler.rejected(line, is_array=True):
            assert 0 <= found.start <= found.end <= len(line)
            assert found.reason
            assert not set(re.findall(r"[#$\w]+", found.reason)) & (foreign(scheduler) - {"#"})
        for option, better in scheduler.overwritten_logs(directives(line, scheduler)):
            assert 0 <= option.start < option.end <= len(line)
            assert better != option.text


@each_scheduler
def test_a_client_is_the_schedulers(scheduler: Scheduler, tmp_path: Path) -> None:
    command = program(tmp_path, scheduler.submit or "bash")
    client = connect(scheduler, scheduler.submit_options([command]), timeout=1)
    assert client.scheduler is scheduler
    assert not client.can_hold  # there are no other programs beside it
    for name in getattr(client, "siblings", ()):
        program(tmp_path, name)
    client = connect(scheduler, scheduler.submit_options([command]), timeout=1)
    assert client.can_hold == (scheduler.key in CLIENTS)
    assert client.can_hold == bool(scheduler.release_hint(Job("7")))


@each_scheduler
def test_limits(scheduler: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/nowhere")
    assert limits(scheduler, timeout=30) == Limits(None, None)
    if scheduler.limits_program:
        program(tmp_path, scheduler.limits_program, "exit 1")
        assert limits(scheduler, timeout=30) == Limits(None, None)
        program(tmp_path, scheduler.limits_program, "echo 'MaxArraySize = 11'")
        assert limits(scheduler, timeout=30) == Limits(11, None)


def test_what_a_preview_needs_starts_no_programs() -> None:
    modules = ("registry", "command")
    text = f"import sys\n{''.join(f'import heracles.schedulers.{name}{chr(10)}' for name in modules)}"
    text += "print(*({'subprocess', 'ctypes', 'selectors', 'heracles.schedulers.process'} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert result.stdout == "\n"


KEYS = {*SCHEDULERS} - {"none"}


def comparisons(tree: ast.AST) -> Iterator[ast.expr]:
    """Return what a module compares, looks up, or switches on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.Dict):
            yield from filter(None, node.keys)
        elif isinstance(node, ast.Subscript):
            yield node.slice
        elif isinstance(node, ast.MatchValue):
            yield node.value


def names_scheduler(node: ast.expr) -> bool:
    inner = [*node.elts] if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return any(
        (isinstance(each, ast.Constant) and each.value in KEYS)
        or (isinstance(each, ast.Attribute) and each.attr == "key" and "scheduler" in ast.unparse(each.value))
        for each in inner
    )


@pytest.mark.parametrize(
    "path", [path for path in PACKAGE.rglob("*.py") if path.parent.name != "schedulers"], ids=lambda path: path.stem
)
def test_nobody_else_compares_a_schedulers_key(path: Path) -> None:
    found = [ast.unparse(node) for node in comparisons(ast.parse(path.read_text())) if names_scheduler(node)]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "scheduler.key == 'slurm'",
        "a in ('pbs',)",
        "layout.scheduler.key in x",
        "{'lsf': 1}",
        "x['slurm']",
        "match a:\n    case 'pbs': pass",
    ],
)
def test_a_comparison_is_found(text: str) -> None:
    assert any(map(names_scheduler, comparisons(ast.parse(text))))
