"""The README's examples, run as they stand there, with their output compared to the letter."""

import doctest
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from starts.warm import heracles_command
from support import ROOT, need

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (script,) = blocks("bash")
    (tmp_path / "sbatch.sh").write_text(script)
    return tmp_path


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.partition("\n")[0])
def test_console(block: str, folder: Path) -> None:
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    program = bin_folder / "heracles"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(heracles_command())} "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        need(*({"grep", "sed", "xargs"} & {*command.split()}))
        result = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert (result.stdout, result.stderr, result.returncode) == (output, "", 0)


def test_python() -> None:
    (block,) = blocks("python")
    example = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=report.append)
    assert result.failed == 0, "".join(report)
    assert result.attempted == 4


def test_the_package_docstring() -> None:
    import heracles  # noqa: PLC0415

    assert doctest.testmod(heracles) == (0, 4)


def test_the_language_table_is_true() -> None:
    rows = {
        "lr=0.1,0.01": ["0.1", "0.01"],
        "n=range(1,4)": ["1", "2", "3"],
        "n=range(0,10,5)": ["0", "5"],
        "x=range(0,0.3,0.1)": ["0.0", "0.1", "0.2"],
        "model=choice(a,b)": ["a", "b"],
        "n=range(2),7": ["0", "1", "7"],
        "layers=[64,64],[128]": ["[64,64]", "[128]"],
        "opt={name:adam,lr:0.1}": ["{name:adam,lr:0.1}"],
        "name='a, b',c": ["'a, b'", "c"],
        "dir=${env.name}/x": ["${env.name}/x"],
        "n=sort(3,1,2)": ["1", "2", "3"],
        "--lr=0.1,0.2": ["0.1", "0.2"],
        "key=": [""],
    }
    import heracles  # noqa: PLC0415

    for override, values in rows.items():
        assert override in README
        assert [run[0].partition("=")[2] for run in heracles.parse([override])] == values


def test_it_is_short() -> None:
    assert len(README.splitlines()) < 300


ROWS = re.findall(r"^\| [^|]+ \| (`[^|]+) \| (\d+) \|$", README.partition("## Beyond the product")[2], re.MULTILINE)


@pytest.mark.parametrize(("examples", "runs"), ROWS)
def test_what_is_beyond_the_product(examples: str, runs: str) -> None:
    words = shlex.split(examples.partition("`, or `")[0].strip("`"))
    result = subprocess.run([*heracles_command(), "--print=jsonl", *words], capture_output=True, text=True, check=True)
    assert len(result.stdout.splitlines()) == int(runs)


def test_each_row_of_that_table_is_tested() -> None:
    assert len(ROWS) == 5
