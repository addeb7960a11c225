"""A wheel built from the sdist, installed where nothing else is, and used from another folder."""

import ast
import re
import shutil
import subprocess
import tarfile
import venv
import zipfile
from pathlib import Path

from support import GRAMMAR, PACKAGE, ROOT


def test_every_package_is_listed() -> None:
    """One that is not would be there in an editable installation, and missing from a wheel."""
    settings = (ROOT / "pyproject.toml").read_text()
    written = re.search(r"^packages = (\[.*?^\])", settings, re.MULTILINE | re.DOTALL)
    assert written
    folders = [path.parent for top in (PACKAGE, GRAMMAR) for path in top.rglob("__init__.py")]
    names = [".".join(folder.relative_to(ROOT).parts) for folder in folders]
    placed = {"grammar": "heracles.grammar", "heracles.hydra_plugins": "hydra_plugins"}
    for place, name in placed.items():
        names = [re.sub(rf"^{re.escape(place)}\b", name, each) for each in names]
    assert ast.literal_eval(written[1]) == sorted(names)


def test_a_wheel_of_the_sdist_works_elsewhere(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "setuptools>=77"], check=True)
    source = tmp_path / "source"
    # Every dot file but .ci is of no release, and the others are made by builds.
    made_here = shutil.ignore_patterns(".*[!i]", "*.egg-info", "__pycache__", "build", "dist")
    shutil.copytree(ROOT, source, ignore=made_here)
    build = "from setuptools import build_meta; print(build_meta.build_sdist({!r}))"
    subprocess.run([python, "-c", build.format(str(tmp_path))], cwd=source, check=True, capture_output=True)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "CHANGELOG.md",
        "Makefile",
        "LICENSE",
        "grammar/override.lark",
        "tests/external/test_packaging.py",
        "tests/corpus/hydra.jsonl",
    } <= inside

    options = ("-q", "--no-deps", "--wheel-dir", tmp_path)
    subprocess.run([python, "-m", "pip", "wheel", *options, sdist], check=True, cwd=tmp_path)
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as package:
        names = set(package.namelist())
    assert {
        "heracles/grammar/override.lark",
        "heracles/grammar/terminals.lark",
        "heracles/grammar/diagrams/override.svg",
        "heracles/py.typed",
        "heracles/ir/ir.schema.json",
        "hydra_plugins/heracles_sweeper/__init__.py",
    } <= names
    assert not any(name.startswith("tests") for name in names)

    subprocess.run([python, "-m", "pip", "install", "-q", built], check=True)
    job = tmp_path / "job.sh"
    job.write_text("#!/bin/bash\necho\n")
    program = tmp_path / "venv" / "bin" / "heracles"
    shown = subprocess.run([program, "-q", "-r=bash", job, "a=range(2)"], cwd="/", capture_output=True, check=False)
    assert (shown.stdout, shown.stderr) == (b"a=0\na=1\n", b"")
    # The tables may have been made by another Lark than the one that is installed: the grammar is read then.
    read = "import lark; lark.__version__ = '0'; import heracles; print(*heracles.parse(['a=[1],x']))"
    shown = subprocess.run([python, "-c", read], cwd="/", capture_output=True, check=False)
    assert (shown.stdout, shown.stderr) == (b"('a=[1]',) ('a=x',)\n", b"")

    # Hydra finds the sweeper by itself.
    subprocess.run([python, "-m", "pip", "install", "-q", f"{built}[hydra]"], check=True)
    (tmp_path / "app.py").write_text(
        "import hydra\n@hydra.main(version_base=None)\ndef main(config):\n    print(config)\nmain()\n"
    )
    choices = ("hydra/sweeper=heracles", "hydra/job_logging=disabled", "hydra/hydra_logging=disabled")
    shown = subprocess.run(
        [python, "app.py", "-m", *choices, "+x=choice(1,7)"], cwd=tmp_path, capture_output=True, check=False
    )
    assert (shown.stdout, shown.stderr) == (b"{'x': 1}\n{'x': 7}\n", b"")
