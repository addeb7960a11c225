"""Job scripts as people write them, put together of parts: directives, a setup, one program somewhere, tidying up."""

from typing import NamedTuple

from hypothesis import strategies as st

from heracles import strategies

__all__ = ["HOSTILE", "PROGRAM", "Made", "job_scripts", "runs"]

PROGRAM = "prog"
"""The name of the one program."""

HOSTILE = [
    "lr=0.1",
    "x=[1, 2]",
    "note='it costs $5; ok?'",
    'cmd="$(touch oops) `touch oops` \\\\ * ? ~"',
    "~old",
    "+new.key={a: 'b c', d: \"e'f\"}",
    "empty=",
    "quotes='\"'",
    "--flag=-x",
    "lines='a\nEOF\nb'",
]
"""Overrides that a shell would change if it read them."""

_HEADERS = [
    "#!/bin/bash\n",
    "#!/usr/bin/env bash\n#SBATCH -J a\n#SBATCH --gpus=1\n\n",
    "#!/bin/bash -l\n#PBS -N a\n# don't forget the \"key\n",
    "#!/bin/bash\n#$ -cwd\n",
]
_SETUP = [
    "module load cuda/12",
    "set -u",
    "set -eo pipefail",
    'echo "started on $(hostname): $(date)"',
    "export OMP_NUM_THREADS=4 A='x y'",
    "mkdir -p data",
    "# python old.py --x \\",
    "if [ ! -d data ]; then\n  echo none >&2\n  exit 2\nfi",
    "cat <<EOF > data/config\nhome: $HOME # it's\nEOF",
    "names=(a 'b c' # one\n  d)",
    "case $HOME in\n  (/x) module load x ;;\n  *) module load y; export B=1 ;;\nesac",
    "say() {\n  echo \"$@\" >&2\n}\nsay 'prog --x'",
    "trap 'rm -rf data/temporary' EXIT",
]
_TIDYING = [
    "echo finished",
    "date",
    "# prog --other",
    "code=$?\necho $code\nexit $code",
    "if [ -f data/x ]; then\n  rm -f data/x\nfi",
    'cp -r data "$HOME/results" 2> /dev/null',
    "wait",
    "exit 0",
    "seff 17",
]
_LAUNCHERS = ["", "", "srun -n 2 ", "srun --label ", "mpirun -np 4 ", "timeout 10 ", "env X=1 ", "nice -n 5 "]
_ARGUMENTS = [
    "--a",
    "1",
    "'b c'",
    '"$HOME"',
    "x=${A-}",
    '"q\\"q"',
    "--opt='{a: 1}'",
    "a\\ b",
    "\\$x",
    "'*'",
    "$(echo 1)",
]
_AROUND = [
    "{}",
    "{}",
    "for i in 1 2; do\n  {}\ndone",
    "n=0\nwhile [ $n -lt 2 ]; do\n  n=$((n + 1))\n  {}\ndone",
    "if [ -d data ]; then\n  {}\nelse\n  echo none\nfi",
    "(\n  cd data\n  {}\n)",
    "{{\n  {}\n}} 2> err.txt",
    "run() {{\n  {}\n}}\nrun",
]
_PLACES = [
    "{}",
    "{} # --b",
    "{} \\\n    --c \\\n    --d",
    "{} &\nwait",
    "{} 2>&1 | tee log.txt",
    "{} > out.txt 2> err.txt",
    "{} || exit 1",
    "cd . && {}",
    "if ! {}; then\n  exit 1\nfi",
    '{} "$@"',
    'more=("$@")\n{} "${{more[@]}}"',
    'cmd=({})\n"${{cmd[@]}}"',
    "time {}",
]
_TEXTS = ["bash -c {}", "srun bash -c {}", "bash -ec {}", "eval {}"]
_INSIDE = ["{}", "true\n{}", "cd . && {}", "{} > out.txt", "set -e\n{}\necho", "{} | cat"]


class Made(NamedTuple):
    """A job script.

    Attributes:
        text: The script.
        has_turns: Whether its program is called in a loop.

    """

    text: str
    has_turns: bool


@st.composite
def _commands(draw: st.DrawFn) -> str:
    arguments = draw(st.lists(st.sampled_from(_ARGUMENTS), max_size=4))
    return " ".join([draw(st.sampled_from(_LAUNCHERS)) + PROGRAM, *arguments])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Return a command that has a shell run a text with the program in it."""
    inside = draw(st.sampled_from(_INSIDE)).format(draw(_commands()))
    escaped = "".join(f"\\{character}" if character in '\\"$`' else character for character in inside)
    single = inside.replace("'", "'\\''")
    document = "".join(f"\\{character}" if character in "\\$`" else character for character in inside)
    texts = [template.format(word) for template in _TEXTS for word in (f"'{single}'", f'"{escaped}"')]
    return draw(st.sampled_from([*texts, f"bash <<'EOF'\n{inside}\nEOF", f"bash -s <<EOF\n{document}\nEOF"]))


@st.composite
def job_scripts(draw: st.DrawFn) -> Made:
    """Return a script with one program, and with much around it that is none."""
    placed = st.builds(str.format, st.sampled_from(_PLACES), _commands())
    around = draw(st.sampled_from(_AROUND))
    parts = [
        *draw(st.lists(st.sampled_from(_SETUP), max_size=3, unique=True)),
        around.format(draw(placed | _texts())),
        *draw(st.lists(st.sampled_from(_TIDYING), max_size=2, unique=True)),
    ]
    separator = draw(st.sampled_from(["\n", "\n\n", "\n\n# next\n"]))
    end = draw(st.sampled_from(["\n", "", "\n\n"]))
    return Made(draw(st.sampled_from(_HEADERS)) + separator.join(parts) + end, has_turns="do\n" in around)


def runs() -> st.SearchStrategy[list[str]]:
    """Return overrides of a run, each with one value."""
    hostile = st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=4, unique=True)
    return hostile | st.lists(st.builds("{}={}".format, strategies.keys(), strategies.hostile_values()), max_size=2)
