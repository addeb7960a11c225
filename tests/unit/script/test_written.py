"""Scripts that a job script writes and then starts: they must hand their arguments on, or overrides are lost."""

import pytest

from heracles.backends import run_script
from heracles.errors import ScriptError
from heracles.script.job_script import JobScript


def made(body: str) -> str:
    return run_script.content(["lr=0.1"], JobScript("job.sh", f"#!/bin/bash\n{body}\n".encode())).decode()


@pytest.mark.parametrize(
    ("body", "path", "remedy"),
    [
        ("cat > run.sh <<'EOF'\nprog\nEOF\nsrun bash run.sh", "run.sh", '"$@"'),
        ("cat <<EOF > ./run.sh\nprog $X $@x\nEOF\nchmod +x run.sh\n./run.sh", "./run.sh", '"\\$@"'),
        ("tee run <<'EOF'\n#!/bin/sh\nprog\nEOF\n./run --a", "run", '"$@"'),
        ('cat > "$T/run.sh" <<EOF\nprog\nEOF\nbash $T/run.sh', "$T/run.sh", '"\\$@"'),
    ],
)
def test_a_script_that_loses_its_arguments(body: str, path: str, remedy: str) -> None:
    with pytest.raises(ScriptError) as caught:
        made(body.replace("$@x", "x"))
    assert caught.value.message.partition(": ")[2] == (
        f"{path}, which line 2 writes, does not use its arguments: write {remedy} after its program"
    )


@pytest.mark.parametrize(
    "body",
    [
        "cat > run.sh <<'EOF'\nprog \"$@\"\nEOF\nbash run.sh",
        "cat > run.sh <<EOF\nprog \\$1\nEOF\nbash run.sh",
        "cat > run.py <<EOF\nimport sys\nEOF\npython run.py",
        "cat > run <<EOF\n#!/usr/bin/env python\nimport sys\nEOF\n./run",
        "cat > run.sh <<EOF\nprog\nEOF\nbash other.sh",
        "cat > setup.cfg <<EOF\nx = 1\nEOF\nprog setup.cfg",
    ],
)
def test_a_script_that_may_use_them(body: str) -> None:
    assert made(body).endswith(" lr=0.1\n")
