"""What a job script is warned about and refused for, and ordinary scripts, which are left in peace."""

import re
from pathlib import Path

import pytest
from clusters.slurm import Cluster, version
from hypothesis import example, given
from hypothesis import strategies as st
from unit.lint.probe import refused, warned

from heracles.errors import ScriptError
from heracles.lint.body import check, warnings
from heracles.schedulers.registry import SCHEDULERS
from heracles.schedulers.slurm import _VALUELESS
from heracles.script.job_script import JobScript

COPY = "runs a copy of the script that is in another folder: write the folder out, or"
STRAY = (
    "this belongs to no option, so Slurm rejects the script: "
    "put quotes around a value with spaces, and # before a comment"
)

OWN = [
    ('cd "$(dirname "$0")"', "$0"),
    ("cd `dirname $0`", "$0"),
    ('here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)', "${BASH_SOURCE[0]}"),
    ('here=$(dirname -- "$(readlink -f "$BASH_SOURCE")")', "$BASH_SOURCE"),
    ("self=$(realpath ${0})", "${0}"),
    ("source ${0%/*}/env.sh", "${0%"),
    ('. "${BASH_SOURCE[0]%/*}/env.sh"', "${BASH_SOURCE[0]%"),
]
NOT_OWN = [
    'echo "usage: $0 [x]" >&2',
    'echo "running $(basename "$0")"',
    "awk '{print $0}' file",
    "echo 'dirname $0'",
    "# cd $(dirname $0)",
    'if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then date; fi',
    'cd "${SLURM_SUBMIT_DIR:-$(dirname "$0")}"',
    'self=$(scontrol show job "$SLURM_JOB_ID" | awk \'/Command=/\') || self=$(realpath "$0")',
    'for file in *; do dirname "$file"; done; echo $0',
    'cd "$(dirname "$x")"; dirname $01',
    'ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"\nif [ -n "${SLURM_SUBMIT_DIR:-}" ]; then\n'
    '  ROOT="$SLURM_SUBMIT_DIR"\nfi',
]


@pytest.mark.parametrize(("body", "marked"), OWN)
def test_the_place_of_the_script(body: str, marked: str) -> None:
    variables = {"slurm": "SLURM_SUBMIT_DIR", "gridengine": "SGE_O_WORKDIR", "pbs": "PBS_O_WORKDIR", "lsf": "LS_SUBCWD"}
    carets = " " * (2 + body.index(marked)) + "^" * len(marked)
    for scheduler, variable in variables.items():
        reason = f"{SCHEDULERS[scheduler].name} {COPY} ${variable} for the one of the submission"
        assert warned(f"#!/bin/bash\n{body}\nrun\n", scheduler) == [f"job.sh, line 2: {reason}\n  {body}\n{carets}"]
    assert warned(f"#!/bin/bash\n{body}\nrun\n", "none") == []


@pytest.mark.parametrize("body", NOT_OWN)
def test_the_name_of_the_script_is_no_place(body: str) -> None:
    assert warned(f"#!/bin/bash\n{body}\nrun\n") == []


def test_warnings_are_in_the_order_of_the_lines() -> None:
    text = (
        "#!/bin/bash\n#SBATCH -o $HOME/log\n #SBATCH -c 1\n#SBATCH --array=1-3\n#SBATCH -e log\n"
        'cd $(dirname $0)\n#SBATCH -c 2\nrun $@ | cat\ndate "$@"\nfalse || echo\n'
    )
    script = JobScript("job.sh", text.encode())
    assert [warning.message.split(":")[0] for warning in warnings(script, SCHEDULERS["slurm"])] == [
        "job.sh, line 2",
        "job.sh, line 3",
        "job.sh, line 5",
        "job.sh, line 6",
        "job.sh, line 7",
        "job.sh, line 8",
        "job.sh, line 8",
    ]


# As the documentation of clusters and of programs has them.
ORDINARY = {
    "serial": """#!/bin/bash
#SBATCH --job-name=serial_job_test    # Job name
#SBATCH --mail-type=END,FAIL          # Mail events (NONE, BEGIN, END, FAIL, ALL)
#SBATCH --mail-user=email@ufl.edu     # Where to send mail
#SBATCH --ntasks=1                    # Run on a single CPU
#SBATCH --mem=1gb                     # Job memory request
#SBATCH --time=00:05:00               # Time limit hrs:min:sec
#SBATCH --output=serial_test_%j.log   # Standard output and error log
pwd; hostname; date

module load python

echo "Running plot script on a single CPU core"

python /data/training/SLURM/plot_template.py

date
""",
    "array": """#!/bin/bash
#SBATCH --job-name=array_job_test
#SBATCH --output=array_%A-%a.log
#SBATCH --array=1-5
pwd; hostname; date

PER_TASK=1000
START_NUM=$(( ($SLURM_ARRAY_TASK_ID - 1) * $PER_TASK + 1 ))
for (( run=$START_NUM; run<=START_NUM + 10; run++ )); do
  echo This is SLURM task $SLURM_ARRAY_TASK_ID, run number $run
done
date
""",
    "mpi": """#!/bin/bash
#
#SBATCH --job-name=test_mpi
#SBATCH --output=res_mpi.txt
#
#SBATCH --ntasks=4
#SBATCH --time=10:00
#SBATCH --mem-per-cpu=100

module load OpenMPI
srun hello.mpi
""",
    "openmp": """#!/bin/sh
#SBATCH -J omp -n 1 -c 8
#SBATCH -t 0-01:00
#SBATCH -p shared,short
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
./hello_omp
""",
    "conda": """#!/bin/bash -l
#SBATCH --gres=gpu:a100:1 --constraint="a100&ib"
#SBATCH --qos=normal

source ~/.bashrc
conda activate torch
cd $SLURM_SUBMIT_DIR
srun python train.py --epochs 10 --data "$SCRATCH/data"
""",
    "overrides": """#!/usr/bin/env bash
#SBATCH --time=24:00:00
#SBATCH --output=there/%x-%j.out
#SBATCH --error=there/%x-%j.err

set -euo pipefail
echo "overrides: $*"
export HYDRA_FULL_ERROR=1
srun --unbuffered python -u train.py hydra.run.dir="outputs/$SLURM_JOB_ID" "$@"
echo "Finished at $(date)"
""",
    "torchrun": """#!/bin/bash
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive

nodes=( $( scontrol show hostnames $SLURM_JOB_NODELIST ) )
head_node=${nodes[0]}
head_node_ip=$(srun --nodes=1 --ntasks=1 -w "$head_node" hostname --ip-address)
export LOGLEVEL=INFO

srun torchrun \\
    --nnodes 4 \\
    --nproc_per_node 1 \\
    --rdzv_endpoint $head_node_ip:29500 \\
    multinode.py 50 10
""",
    "container": """#!/bin/bash
#SBATCH --job-name="apptainer test"
#SBATCH --comment 'one # two'
#SBATCH --hold

if [[ -z "${SIF:-}" ]]; then
    echo "usage: SIF=image.sif sbatch $0" >&2
    exit 2
fi
apptainer exec --nv --bind "$PWD:/work" "$SIF" python /work/main.py
""",
    "scratch": """#!/bin/bash
#SBATCH --requeue
#SBATCH --signal=B:USR1@300
#SBATCH --open-mode=append

trap 'touch requeue; scontrol requeue "$SLURM_JOB_ID"' USR1
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cp -r input "$tmp"
python main.py --out "$tmp" "$@" &
wait $!
""",
    "status": """#!/bin/bash
#SBATCH -c4
python main.py "$@" 2>&1 | tee log
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    echo "failed with $status" | mail -s "$SLURM_JOB_NAME" "$USER"
fi
exit "$status"
""",
    "background": """#!/bin/bash
#SBATCH --ntasks=2
for i in 1 2; do
    srun --ntasks=1 --exclusive ./task "$i" &
done
wait
""",
    "r": """#!/bin/bash
#SBATCH --nice=100 --no-requeue
ml R/4.1.0
Rscript --vanilla script.R "${SLURM_ARRAY_TASK_ID:-0}"
""",
    "here document": """#!/bin/bash
#SBATCH -J matlab
matlab -nodisplay <<EOF
addpath('$PWD')  % if (there
main
EOF
""",
    "generator": """#!/bin/bash
for lr in 0.1 0.01; do
  sbatch <<EOT
#!/bin/bash
#SBATCH --output=logs/$lr.out
python train.py --lr $lr
EOT
done
""",
    "function": """#!/bin/bash
#SBATCH --array=0-3 --output=%x.%A_%a

log() { echo "[$(date)] $*"; }

run() {
    local name=$1; shift
    log "start $name"
    python "$name.py" "$@"
}

case "$SLURM_ARRAY_TASK_ID" in
    0|1) run train "$@" ;;
    *) run test "$@" ;;
esac
""",
    "lookup": """#!/bin/bash
#SBATCH --array=1-100%10
#SBATCH -o there/slurm-%A_%a.out
sample=$(sed -n "${SLURM_ARRAY_TASK_ID}p" samples.txt)
read -r name seed <<< "$sample"
[ -d "out/$name" ] || mkdir -p "out/$name"
exec python main.py --name "$name" --seed "$seed" "$@"
""",
    "odd directives": """#!/bin/bash
#SBATCH
#SBATCH # nothing but a remark
#SBATCH\t-J tab
#SBATCH--time=5:00
#SBATCH --job-name="x y"z --mail-user 'me'@example.org # "remark
#SBATCH --wrap --export ALL --nodes 1-2 -HJ name
hostname
""",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
@pytest.mark.usefixtures("folder")
def test_ordinary_scripts_are_left_in_peace(text: str) -> None:
    is_array = "res_mpi.txt" not in text and "--array=" in text
    hidden = 1 if "plot_template" in text or "&\ndone" in text else 0  # by the `date` that ends it, and by &
    for scheduler in SCHEDULERS:
        assert len(warned(text, scheduler, is_array=is_array)) == hidden
        assert refused(text, scheduler) == ""


# What Slurm refuses: the lines behind the first one, what is said and the line and the place that are shown.
REFUSED = [
    ("#SBATCH --job-name=a foo", STRAY, "foo"),
    ("#SBATCH -J a b", STRAY, "b"),
    ("#SBATCH -Ja b", STRAY, "b"),
    ("#SBATCH --job-name a b", STRAY, "b"),
    ("#SBATCH --job-name=a\\ b", STRAY, "b"),
    ("#SBATCH --hold x", STRAY, "x"),
    ("#SBATCH --requeue x", STRAY, "x"),
    ("#SBATCH --exclusive user", STRAY, "user"),
    ("#SBATCH --nice 5", STRAY, "5"),
    ("#SBATCH -H x", STRAY, "x"),
    ("#SBATCH -JH x", STRAY, "x"),
    ("#SBATCH -n 1 extra", STRAY, "extra"),
    ("#SBATCH - x", STRAY, "-"),
    ("#SBATCH foo", STRAY, "foo"),
    ("#SBATCH :", STRAY, ":"),
    ("#SBATCHING -c 1", STRAY, "ING"),
    ("#SBATCH -c 1\n#SBATCH these are the options", STRAY, "these"),
    ("#SBATCH -c 1\n#SBATCH --time 1:00 (one minute)", STRAY, "(one"),
    ("#SBATCH 'a b' hetjobs", STRAY, "'a b'"),
    ("#SBATCH --job-name='a", "this quote is never closed, so Slurm rejects the script", "'a"),
    ('#SBATCH --job-name="a b', "this quote is never closed, so Slurm rejects the script", '"a b'),
    ("#SBATCH --comment=it's", "this quote is never closed, so Slurm rejects the script", "'s"),
    ('#SBATCH -J a "', "this quote is never closed, so Slurm rejects the script", '"'),
    ('#SBATCH -J "a\\"', "this quote is never closed, so Slurm rejects the script", '"a\\"'),
    ('#SBATCH foo\n#SBATCH -J "a', "this quote is never closed, so Slurm rejects the script", '"a'),
]
TAKEN = [
    "",
    "#SBATCH",
    '#SBATCH --job-name="x y"z',
    "#SBATCH --job-name a",
    "#SBATCH -J a -c 1",
    "#SBATCH --hold # a comment",
    "#SBATCH -Ja",
    "#SBATCH -HJ a",
    "#SBATCH --comm foo",
    "#SBATCH --job-name=a#b c",
    '#SBATCH --job-name=a # "never closed',
    "#SBATCH --comment='a # b' -J \"it's\"",
    '#SBATCH -J "a\\" b"',
    '#SBATCH -J a\\"b',
    "#SBATCH -J a \\\n#SBATCH -c 1",
    '#SBATCH -J a "" b "',
    "#SBATCH -J -c",
    "#SBATCH -J\n#SBATCH foo",
    "#SBATCH -J a\n#SBATCH hetjob\n#SBATCH -J b",
    "#SBATCH hetjob foo",
    "#SBATCH -J a # hetjob",
    "##SBATCH foo\n# SBATCH foo\n#sbatch foo\n #SBATCH foo",
    "true\n#SBATCH foo\n#SBATCH 'bar",
    "cat <<EOF\n#SBATCH foo\nEOF",
]
HETEROGENEOUS = "#!/bin/sh\n#SBATCH -J a\n#SBATCH hetjob\n#SBATCH -J b\ntrue\n"


@pytest.mark.parametrize(("lines", "reason", "marked"), REFUSED, ids=[lines for lines, _, _ in REFUSED])
def test_what_slurm_refuses(lines: str, reason: str, marked: str) -> None:
    line = lines.rpartition("\n")[2]
    number = lines.count("\n") + 2
    carets = " " * (2 + line.rindex(marked)) + "^" * len(marked)
    assert refused(f"#!/bin/sh\n{lines}\ntrue\n") == f"job.sh, line {number}: {reason}\n  {line}\n{carets}"
    assert refused(f"#!/bin/sh\n{lines}\ntrue\n", "pbs") == ""


@pytest.mark.parametrize("lines", TAKEN)
def test_what_slurm_takes(lines: str) -> None:
    assert refused(f"#!/bin/sh\n{lines}\ntrue\n") == ""


def test_the_first_line_of_a_script_for_slurm() -> None:
    answer = "job.sh, line 1: Slurm rejects a script without #! on its first line: put #!/bin/bash above it"
    assert refused("\n#!/bin/sh\nrun\n") == f"{answer}\n  \n  ^"
    assert refused("# job\n#SBATCH -c 1\nrun\n") == f"{answer}\n  # job\n  ^^^^^"
    assert refused("# job\nrun\n", "gridengine") == refused("# job\nrun\n", "none") == ""


def test_an_array_of_a_heterogeneous_job() -> None:
    answer = (
        "job.sh, line 3: Slurm accepts no array of a heterogeneous job: delete this line or the array\n"
        "  #SBATCH hetjob\n"
        "  ^^^^^^^^^^^^^^"
    )
    assert refused(HETEROGENEOUS) == ""
    assert refused(HETEROGENEOUS, is_array=True) == refused(HETEROGENEOUS.replace("-J b", "-a 1-3")) == answer
    assert refused("#!/bin/sh\ntrue\n#SBATCH hetjob\n", is_array=True) == ""


def test_the_refusals_on_a_real_slurm(cluster: Cluster, tmp_path: Path) -> None:
    """What is refused here is refused there, and what is taken here is taken there."""

    def code(script: str, *options: str) -> int:
        return cluster.run("sbatch", "--hold", *options, input=script, cwd=tmp_path).returncode

    for lines, _, _ in REFUSED:
        is_refused = version() < (24, 5) or lines != "#SBATCH --job-name=a\\ b"  # from then on, \ quotes a space
        assert (lines, code(f"#!/bin/sh\n{lines}\ntrue\n") > 0) == (lines, is_refused)
    for lines in TAKEN:
        assert (lines, code(f"#!/bin/sh\n{lines}\ntrue\n")) == (lines, 0)
    assert [code("# job\ntrue\n") > 0, code("\n#!/bin/sh\ntrue\n") > 0] == [True, True]
    assert [code(HETEROGENEOUS), code(HETEROGENEOUS, "--array=1-3") > 0] == [0, True]
    for option in sorted(_VALUELESS - {"--help", "--usage", "--version"}):
        assert (option, code(f"#!/bin/sh\n#SBATCH {option}\ntrue\n", "--test-only")) == (option, 0)
        assert (option, code(f"#!/bin/sh\n#SBATCH {option} x\ntrue\n", "--test-only") > 0) == (option, True)
    cluster.run("scancel", "--user=root")


PIECES = [
    *(
        "\n",
        "\n",
        "\n",
        " ",
        " ",
        "\t",
        ";",
        "|",
        "&",
        "&&",
        "||",
        "(",
        ")",
        "{",
        "}",
        "<<EOF",
        "EOF",
        "<",
        ">",
        "#",
        "!",
    ),
    *(
        "'",
        '"',
        "`",
        "$",
        "$(",
        "${",
        "\\",
        "\\\n",
        "=",
        "%",
        "%j",
        "%A/",
        "/",
        "~/",
        ":",
        "-",
        "--",
        "[",
        "]]",
        "[[",
        "))",
    ),
    *("#!/bin/bash", "#!/bin/sh -e\n", "\n#SBATCH ", "\n#SBATCH --", "\n#$ ", "\n#PBS ", "\n#BSUB ", "\n #SBATCH -"),
    *(
        "--output=",
        "-o",
        "-e ",
        "-D",
        "--chdir",
        "-J",
        "-a1-3",
        "--array=",
        "--open-mode=",
        "--comment",
        "hetjob",
        "-cwd",
    ),
    *(
        "$@",
        '"$@"',
        "$*",
        "${@:2}",
        "$0",
        "${BASH_SOURCE[0]",
        "dirname ",
        "realpath",
        "$HOME",
        "${USER}",
        "$?",
        "x",
        "1",
    ),
    *(
        "if ",
        "then ",
        "else ",
        "elif ",
        "fi",
        "for x in ",
        "while ",
        "do ",
        "done",
        "case x in ",
        "esac",
        ";;",
        "f() {",
    ),
    *(
        "set -e",
        "set -o pipefail",
        "exit",
        "exit 0",
        "exit $x",
        "echo",
        "python x ",
        "trap x ERR",
        "wait",
        "exec ",
        "\udcff",
    ),
]


@given(
    text=st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join),
    scheduler=st.sampled_from(sorted(SCHEDULERS)),
    is_array=st.booleans(),
)
@example(text="#!/bin/sh\nx " + "$(" * 10_000 + '"$@"', scheduler="slurm", is_array=False)
@example(text="#!/bin/sh\nset -e\n#SBATCH -x\n" + '$("$@"' * 10_000, scheduler="slurm", is_array=True)
def test_any_text_is_warned_of_or_refused(*, text: str, scheduler: str, is_array: bool) -> None:
    try:
        script = JobScript("job.sh", text.encode("utf-8", "surrogateescape" if text.isascii() else "replace"))
        found = warnings(script, SCHEDULERS[scheduler], is_array=is_array)
    except ScriptError:
        return
    lines = text.encode("utf-8", "replace").decode().split("\n")
    for warning in found:
        assert warning.span is not None
        number = re.match(r"job\.sh, line (\d+): [^\n]+\Z", warning.message)
        assert number
        assert warning.source == lines[int(number[1]) - 1]
        assert str(warning).endswith("^")
    places = [int(warning.message.split(" ")[2][:-1]) for warning in found]
    assert places == sorted(places)
    try:
        check(script, SCHEDULERS[scheduler], is_array=is_array)
    except ScriptError as error:
        assert error.span is not None
