"""What Heracles costs, as ratios against a peer or the physical floor, each pair measured in the same run."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clusters import slurm
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from unit.jobs.silent import Silent

import heracles
from heracles.jobs import launch
from heracles.jobs.plan import ScriptPerRun
from heracles.language.source import Source
from heracles.paths import Siblings
from heracles.script.job_script import JobScript
from heracles.store.events import Announced, Compilation, Submitted
from heracles.store.files import Files
from heracles.store.history import History

ROWS: list[list[str]] = []


def measured(*tasks: Callable[[], Any], rounds: int = 5) -> list[float]:
    """Return the least seconds of each task, the tasks taking turns so that a busy moment meets all of them."""
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for task, spent in zip(tasks, times, strict=True):
            start = time.perf_counter()
            task()
            spent.append(time.perf_counter() - start)
    return [min(spent) for spent in times]


def row(what: str, ours: float, peer: str, theirs: float, *, most: float) -> None:
    ratio = ours / theirs
    reached = "reached" if ratio <= most else "MISSED"
    ROWS.append([what, f"{ours:.3g}", f"{theirs:.3g} {peer}", f"{ratio:.2f} (at most {most})", reached])


def writing(folder: Path) -> None:
    """Measure 20,000 scripts, each time in a new folder: some file systems write more slowly just after a deletion."""
    mother = "#!/bin/bash\n#SBATCH --time=6:00:00\n" + "# a comment of an ordinary length\n" * 10 + "python main.py\n"
    overrides = ["a=range(100)", "b=range(200)"]
    sweep = heracles.parse(overrides)
    contents = [f"{mother[:-1]} {' '.join(run)}\n".encode() for run in sweep]
    names = map(str, itertools.count())

    def new_folder() -> Path:
        path = folder / next(names)
        path.mkdir(parents=True)
        return path

    def ours() -> None:
        script = JobScript(str(new_folder() / "job.sh"), mother.encode())
        plan = ScriptPerRun(script, sweep, Source(tuple(overrides)))
        with History.locked(plan.siblings, "0") as history:
            launch.write(plan, Files(plan.siblings, history), 0o644, Silent())

    def bare() -> None:
        path = new_folder()
        for i, content in enumerate(contents):
            with open(f"{path}/job_hydra{i}.sh", "wb") as file:
                file.write(content)

    mine, floor = measured(ours, bare)
    row("write 20,000 scripts", mine, "open, write and close alone", floor, most=1.2)


def iterating() -> None:
    overrides = ["a=range(100)", "b=range(100)", "c=range(100)"]
    lists = [list(map(str, range(100)))] * 3

    def ours() -> None:
        for _ in heracles.parse(overrides):
            pass

    def peer() -> None:
        for a, b, c in itertools.product(*lists):
            _ = (f"a={a}", f"b={b}", f"c={c}")

    mine, theirs = measured(ours, peer)
    row("iterate 1,000,000 runs", mine, "itertools.product and formatting", theirs, most=3)
    tracemalloc.start()
    ours()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    row("memory of 1,000,000 runs, in MB", peak, "allowed", 0.1, most=1)


OVERRIDES = [
    "env.num_envs=8,16,32",
    "model.optimizer.lr=0.1,0.01,1e-3",
    "+trainer@eval=range(0,10,2)",
    "name='a, b',\"it's\",c d",
    "net={layers:[64,64],act:relu},{layers:[128],act:tanh}",
    "path=${oc.env:HOME}/runs,sort(3,1,2)",
]


def parsing() -> None:
    parser = OverridesParser.create()

    def ours() -> None:
        for override in OVERRIDES * 50:
            heracles.parse([override])

    def peer() -> None:
        for override in OVERRIDES * 50:
            parser.parse_override(override)

    ours()
    peer()
    mine, theirs = measured(ours, peer)
    row("parse 300 overrides", mine, "hydra-core's parser", theirs, most=0.5)

    product = ["a=range(100)", "b=range(100)", "c=range(10)"]

    def ends() -> None:
        for _ in range(20):
            sweep = heracles.parse(product)
            _ = sweep[0], sweep[-1]

    def expanded() -> None:
        batches = BasicSweeper.split_arguments(parser.parse_overrides(product), None)
        _ = batches[0][0], batches[0][-1]

    mine, theirs = measured(ends, expanded)
    row("first and last of 100,000 runs", mine / 20, "hydra-core's sweeper", theirs, most=0.02)


def starting(folder: Path, python: str) -> None:
    (folder / "job.sh").write_text("#!/bin/bash\npython main.py\n")
    (folder / "with.sh").write_text("#!/bin/bash\n#SBATCH --time=6:00:00\npython main.py\n")
    (folder / "app.py").write_text(
        "import hydra\n@hydra.main(version_base=None)\ndef main(_):\n    pass\nmain()\n", encoding="utf-8"
    )
    heracles_program = str(Path(python).with_name("heracles"))

    def process(*arguments: str) -> Callable[[], Any]:
        return lambda: subprocess.run(arguments, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    mine, with_directives, hydra, imports = measured(
        process(heracles_program, "job.sh", "x=1,2"),
        process(heracles_program, "with.sh", "x=1,2"),
        process(python, "app.py", "-m", "+x=1,2"),
        process(python, "-c", "import click, lark"),
        rounds=30,
    )
    row("preview, whole process", mine, "hydra-core's multirun of an empty app", hydra, most=0.5)
    row("preview, whole process", mine, "import click, lark", imports, most=1.2)
    row("preview with directives, whole process", with_directives, "import click, lark", imports, most=1.2)


def compiling(folder: Path, python: str) -> None:
    (folder / "array.sh").write_text('#!/bin/bash\n#SBATCH --time=1\n: "$@"\n')
    heracles_program = str(Path(python).with_name("heracles"))
    small = ["a=range(5)", "b=x,y", "s=shuffle(range(1))", "c=range(0,0.2,0.2)"]
    large = ["a=range(1000)", "b=x,y", "s=shuffle(range(1000))", "c=range(0,100,0.2)"]

    def compile_(*sweep: str) -> Callable[[], Any]:
        arguments = [heracles_program, "array.sh", "-a", "-wq", "--scheduler=none", *sweep]
        return lambda: subprocess.run(arguments, cwd=folder, check=True)

    mine, less = measured(compile_(*large), compile_(*small), rounds=15)
    row("compile 1,000,000,000 runs, whole process", mine, "10 runs", less, most=1.2)
    timed = folder / "timed.sh"
    timed.write_text("#!/bin/bash\n#SBATCH --time=1:00:00\npython main.py\n")

    def length(*sweep: str) -> int:
        words = [heracles_program, "timed.sh", "-a", "-wq", "--yes", *sweep]
        subprocess.run(words, cwd=folder, check=True)
        return (folder / "timed_hydra.sh").stat().st_size

    ranges = [f"{key}=range(1000)" for key in "abc"]
    row("length of one script for Slurm of 1,000,000,000 runs, in bytes", length(*ranges), "allowed", 4096, most=1)
    row("length of the one of those of four kinds", length(*large), "allowed", 4352, most=1)
    compile_(*large)()

    def bash(*arguments: str) -> Callable[[], Any]:
        return lambda: subprocess.run(["bash", *arguments], cwd=folder, check=True)

    mine, nothing = measured(bash("array_hydra.sh", "987654321"), bash("-c", "true"), rounds=100)
    row("work out a run on the node, beyond bash -c true", mine - nothing, "allowed", 0.005, most=1)


ALL_KINDS = [
    *("z=zip(m=[cnn,vit],b=choice(32,64))", "lr=geomspace(1e-5,1e-1,5)", "w=expr(b * 2)", "dir=runs/__run(4)__"),
    *("--case", "d=range(10)", "--case", "e=range(20)", "f=x,y", "--exclude", "m=vit d=3", "--where", "lr * b < 5"),
]
SAMPLED = ["z=zip(m=[cnn,vit],b=choice(32,64))", "a=range(1000)", "c=range(0,100,0.2)", "--case", "d=range(1000)"]
SAMPLED += ["--case", "e=range(500)", "f=x,y", "--sample=1000"]
FEW = ["z=zip(m=[cnn,vit],b=choice(32,64))", "a=range(2)", "c=range(0,0.2,0.2)", "--case", "d=range(4)"]
FEW += ["--case", "e=range(2)", "f=x,y", "--sample=10"]


def selecting(folder: Path, python: str) -> None:
    """Measure sweeps that are no products: their previews, their one script, and what that takes on the node."""
    (folder / "all.sh").write_text('#!/bin/bash\n: "$@"\n')
    heracles_program = str(Path(python).with_name("heracles"))

    def process(*arguments: str) -> Callable[[], Any]:
        return lambda: subprocess.run(arguments, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    def preview(*words: str) -> Callable[[], Any]:
        return process(heracles_program, "all.sh", *words)

    def array(*words: str) -> Callable[[], Any]:
        return process(heracles_program, "all.sh", "-a", "-wq", "--scheduler=none", *words)

    mine, plain = measured(preview(*ALL_KINDS), preview("a=range(20)", "b=1,2,3,4", "c=x,y,z,u,v"), rounds=15)
    row("preview 400 runs of all kinds", mine, "of a product", plain, most=1.5)
    mine, _ = measured(preview("a=range(1000)", "b=range(1000)", "--where=a * b % 7 == 3"), lambda: None, rounds=3)
    row("--where over 1,000,000 combinations", mine, "allowed", 2, most=1)
    mine, _ = measured(preview("a=range(1000)", "b=range(1000)", "c=expr(a * b % 7)"), lambda: None, rounds=3)
    row("expr(...) over 1,000,000 combinations", mine, "allowed", 3, most=1)
    mine, _ = measured(preview(*(f"key{number}={number}" for number in range(2000))), lambda: None, rounds=3)
    row("preview 2,000 overrides", mine, "allowed", 1, most=1)
    mine, less = measured(array(*SAMPLED), array(*FEW), rounds=15)
    row("compile a sample of 2,000,000,000 runs of two cases", mine, "10 runs", less, most=1.2)
    array(*SAMPLED)()
    length = (folder / "all_hydra.sh").stat().st_size
    row("length of its one script, in bytes", length, "allowed", 6144, most=1)
    for what, words in (("a sampled run", SAMPLED), ("a run of all kinds", ALL_KINDS)):
        array(*words, "--force")()
        mine, nothing = measured(process("bash", "all_hydra.sh", "321"), process("bash", "-c", "true"), rounds=100)
        row(f"work out {what} on the node, beyond bash -c true", mine - nothing, "allowed", 0.005, most=1)


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A program that prints the most memory that its arguments, a command, had at a time, in KiB."""


def submitted(folder: Path, script: str, overrides: list[str], size: int) -> list[tuple[str, str, range]]:
    """Record that a sweep was submitted as job arrays of so many tasks: the key, the job and the items of each."""
    (folder / script).write_text("#!/bin/bash\n#SBATCH --time=1\npython main.py\n")
    sweep = heracles.parse(overrides)
    with History.locked(Siblings(str(folder / script)), "0") as history:
        compilation = Compilation.of(sweep, overrides, is_array=True, file=script)
        history.record(compilation)
        spans = tuple((first, min(first + size, sweep.size)) for first in range(0, sweep.size, size))
        log = f"{folder}/slurm-%A_%a.out"
        history.record(Announced("0123456789ab", compilation.key, ("sbatch",), spans, "slurm", str(folder), log))
        for call in range(len(spans)):
            history.record(Submitted("0123456789ab", call, str(1000 + call)))
    return [(compilation.key, str(1000 + call), range(*span)) for call, span in enumerate(spans)]


def remembering(folder: Path, python: str) -> None:
    """Measure the status of arrays that ran, as their exit records say, and of tasks that Slurm names one by one."""
    clients = folder / "clients"
    clients.mkdir()
    for name in ("squeue", "sacct", "scontrol"):
        (clients / name).write_text(f"#!/bin/sh\n[ ! -e {folder}/{name} ] || cat {folder}/{name}\n")
        (clients / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{clients}:{os.environ['PATH']}"}
    heracles_program = str(Path(python).with_name("heracles"))
    jobs = submitted(folder, "many.sh", ["a=range(900)", "b=range(1000)"], 1000)
    now = int(time.time())
    (folder / "many_hydra.exits").mkdir()
    with (folder / "many_hydra.exits" / "node").open("w") as file:
        for key, job, items in jobs:
            for task, item in enumerate(items):
                name = f"{key} {job} {task} {item + 20} {item}"
                file.write(f"{name} start {now}\n{name} {item % 7 // 6} {now + 9}\n")

    def peak(*command: str) -> float:
        """Return the most memory that a command had, in MB."""
        words = [python, "-c", PEAK, *command]
        return (
            int(subprocess.run(words, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE).stdout)
            * 1024
            / 1e6
        )

    def status(*words: str) -> Callable[[], Any]:
        command = [heracles_program, *words]
        return lambda: subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)

    mine = peak(heracles_program, "many.sh", "-s") - peak(python, "-c", "pass")
    row("memory of the status of 900,000 runs, beyond python -c pass, in MB", mine, "allowed", 75, most=1)
    mine, _ = measured(status("many.sh", "-s"), lambda: None, rounds=1)
    row("status of 900,000 runs in 900 jobs", mine, "allowed", 10, most=1)
    submitted(folder, "scattered.sh", ["a=range(500)", "b=range(200)"], 100_000)
    tasks = ",".join(map(str, range(0, 100_000, 2)))
    (folder / "squeue").write_text(f"1000#{tasks}#1000#PENDING#0#(null)#Priority#heracles=0123456789ab.0\n")
    mine, _ = measured(status("scattered.sh", "-s", "--json"), lambda: None, rounds=1)
    row("status of 100,000 runs, half of them pending, as JSON", mine, "allowed", 15, most=1)


def submitting(folder: Path) -> None:
    """Measure 2,000 runs on a real Slurm, of jobs that are held."""
    if not slurm.available():
        ROWS.append(["submit 2,000 runs", "-", "no Slurm here", "", "not measured"])
        return
    (folder / "job.sh").write_text("#!/bin/bash\n#SBATCH --hold --output=/dev/null\npython main.py\n")
    with slurm.start(folder / "slurm", {"MaxArraySize": "2001", "MaxJobCount": "50000"}) as cluster:

        def submit(*options: str) -> Callable[[], Any]:
            arguments = [sys.executable, "-m", "heracles", "job.sh", "-q", "--resubmit-all", "-r=sbatch"]
            arguments += [*options, "a=range(2000)"]
            return lambda: subprocess.run(
                arguments, cwd=folder, env=cluster.environment, check=True, stdout=subprocess.DEVNULL
            )

        one, each = measured(submit("-a"), submit(), rounds=1)
        cluster.run("scancel", "--user=root")
    row("submit 2,000 runs as an array", one, "one call a file", each, most=1)


def following(folder: Path) -> None:
    """Measure the status of a large array on a real Slurm, and the journal beside a submission."""
    if not slurm.available():
        ROWS.append(["status of 100,000 runs", "-", "no Slurm here", "", "not measured"])
        return
    script = folder / "large.sh"
    script.write_text("#!/bin/bash\n#SBATCH --hold --output=/dev/null\npython main.py\n")
    limits = {"MaxArraySize": "100001", "MaxJobCount": "200000"}
    with slurm.start(folder / "slurm", limits) as cluster:

        def process(*arguments: str) -> Callable[[], Any]:
            return lambda: subprocess.run(
                arguments, cwd=folder, env=cluster.environment, check=True, stdout=subprocess.DEVNULL
            )

        heracles_words = [sys.executable, "-m", "heracles", "large.sh"]
        process(*heracles_words, "-q", "-a", "-r=sbatch", "a=range(500)", "b=range(200)")()
        records = map(json.loads, (folder / "large_hydra.jsonl").read_text().splitlines())
        told = {record["event"]: record for record in records}
        name = f"{told['sweep']['key']} {told['submit']['job']}"
        with (folder / "large_hydra.exits" / "node").open("w") as file:
            for i in range(100_000):
                file.write(f"{name} {i} {i + 2} {i} start 1700000000\n{name} {i} {i + 2} {i} {i % 7 // 6} 1700000009\n")
        mine, squeue = measured(process(*heracles_words, "-s"), process("squeue", "--me"), rounds=3)
        row("status of 100,000 runs, beyond squeue", mine - squeue, "allowed", 2, most=1)
        _, sbatch = measured(lambda: None, process("sbatch", "--parsable", "large.sh"), rounds=30)
        cluster.run("scancel", "--user=root")
    with History.locked(Siblings(str(folder / "bench.sh")), "0") as history:
        compilation = Compilation.of(heracles.parse(["a=1"]), is_array=False)
        history.record(compilation)
        spans = tuple((call, call + 1) for call in range(100))
        history.record(Announced("0123456789ab", compilation.key, ("sbatch",), spans, "slurm", "/"))

        def append() -> None:
            for call in range(100):
                history.record(Submitted("0123456789ab", call, "12345"))

        mine, _ = measured(append, lambda: None, rounds=5)
    row("the journal's line for a submission", mine / 100, "sbatch", sbatch, most=0.1)


def main() -> None:
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        writing(folder / "scripts")
        iterating()
        parsing()
        starting(folder, sys.executable)
        compiling(folder, sys.executable)
        selecting(folder, sys.executable)
        remembering(folder, sys.executable)
        submitting(folder)
        following(folder)
    widths = [max(len(line[i]) for line in ROWS) for i in range(5)]
    for line in ROWS:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


main()
