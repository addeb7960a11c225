"""The program as the preview shows it."""

import pytest

from heracles.script.excerpt import place_note, program_line
from heracles.script.job_script import JobScript

LONG = (
    "srun python train.py \\\n    --config-name=train.yaml \\\n    data=cup_saucer \\\n    logger.project=diversity\n"
)


@pytest.mark.parametrize(
    ("body", "line", "note"),
    [
        ("python train.py -v\n", "python train.py -v lr=0.1 'x=[1, 2]'", "line 2"),
        (
            "python train.py > log\necho\n",
            "python train.py lr=0.1 'x=[1, 2]' > log",
            "line 2; passed over: echo on line 3",
        ),
        (
            "python train.py | tee log\ndate\n",
            "python train.py lr=0.1 'x=[1, 2]'",
            "line 2; passed over: tee on line 2, date on line 3",
        ),
        (LONG, "srun python train.py --config … versity lr=0.1 'x=[1, 2]'", "lines 2 to 5"),
        ('cd x\npython train.py "$@" > log\n', "python train.py lr=0.1 'x=[1, 2]' > log", 'line 3, as "$@"'),
        (
            'A=("$@")\npython train.py "${A[@]}"\n',
            """python train.py "${A[@]}" with "$@": lr=0.1 'x=[1, 2]'""",
            'line 3, as "$@"',
        ),
        (': "$@"\n', "set -- lr=0.1 'x=[1, 2]'", 'the script, as "$@"'),
        ("srun bash -c 'python train.py'\n", r"python train.py lr=0.1 '\''x=[1, 2]'\''", "line 2"),
    ],
)
def test_the_program_and_its_place(body: str, line: str, note: str) -> None:
    script = JobScript("job.sh", f"#!/bin/bash\n{body}".encode())
    assert program_line(script, ["lr=0.1", "x=[1, 2]"], 58) == line
    assert place_note(script) == note


def test_the_overrides_stay_whole() -> None:
    script = JobScript("job.sh", f"#!/bin/bash\n{LONG}".encode())
    assert program_line(script, ["x" * 80], 58) == f"… python train.py … {'x' * 80}"
