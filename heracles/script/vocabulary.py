"""The names of commands that are no experiment: what changes the shell, reports, copies, installs or launches."""

from heracles.lean import pattern

__all__ = [
    "ASKS_ONLY",
    "CHORES",
    "INTERPRETERS",
    "JOINERS",
    "LAUNCHERS",
    "READS_STATEMENTS",
    "SETUP",
    "SETUP_ACTIONS",
    "SETUP_MODULES",
    "SHELLS",
    "SHELL_WORDS",
    "TIDYING_SCRIPT",
    "TRANSFERS",
]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHELLS = _names("sh bash dash ash ksh ksh93 mksh zsh busybox")
"""The programs that run shell scripts."""

SHELL_WORDS = _names("""
    . : [ alias bg break builtin cd command continue deactivate declare disown eval exit export false fg getopts
    hash jobs let local logout mapfile ml module popd pushd read readarray readonly return set shift shopt source
    spack test times trap true type typeset ulimit umask unalias unset wait
""")
"""Commands that change the shell that runs the script, or that steer it."""

TRANSFERS = _names("""
    bzip2 chgrp chmod chown clean_scratch cp curl dos2unix find gsutil gunzip gzip install ln mail mailx mkdir mv
    pigz rclone rm rmdir rsync sbcast scp sendmail sftp sgather shred split sync tar touch truncate unxz unzip wget
    xz zip zstd
""")
"""Commands that copy, pack or delete files, or send them."""

CHORES = TRANSFERS | _names("""
    awk basename bjobs bkill bpeek cat checkjob clear cmp column cut date dd df diff dirname du echo egrep env fgrep
    file free fusermount gawk gpustat grep groups head hostid hostname htop id ifconfig ip jobinfo jq kill killall
    ldd less lfs locale logger ls lsb_release lscpu lsof md5sum mktemp more myquota nl nproc ntfy numfmt nvcc
    nvidia-smi nvitop od paste pbsdsh pgrep pkill printenv printf ps pwd qdel qstat quota readlink realpath rocm-smi
    sacct scancel scontrol sed seff seq sha256sum showq sinfo sleep sort squeue squota sstat stat stty tac tail tee
    top tput tr tree ts tty uname uniq uptime vmstat watch wc where whereis which who whoami yes zcat
""")
"""Commands that report or tidy up as well; one that stands alone in a script is the program."""

SETUP = _names("""
    Xvfb apt apt-get autoconf aws az brew bsub bundle clang clang++ cmake code-server conda conda-unpack configure
    dcgmi dnf easy_install g++ gcc gcloud gdown gfortran git git-lfs hadoop hf huggingface-cli icc ifort jupyter
    kaggle mamba micromamba modprobe mongod mpic++ mpicc mpicxx mpif90 mpifort msub mysqld ninja npm nvfortran
    nvidia-cuda-mps-control nvidia-cuda-mps-server patch pg_ctl pip pip2 pip3 pre-commit qsub redis-server s3cmd
    salloc sbatch sg ssh ssh-add ssh-agent ssh-keygen start-all.sh start-dfs.sh start-master.sh start-slave.sh
    start-slaves.sh start-worker.sh start-workers.sh start-yarn.sh su sudo tensorboard virtualenv vncserver xvfb yarn
    yum
""")
"""Commands that install, build, fetch, serve or submit, or that run something elsewhere."""

SETUP_ACTIONS = {
    **dict.fromkeys(["singularity", "apptainer"], _names("build cache inspect instance pull version")),
    **dict.fromkeys(["docker", "podman", "shifterimg"], _names("build load login ps pull rm rmi stop")),
    **dict.fromkeys(["hatch", "pdm", "pipenv", "pixi", "poetry", "rye"], _names("add install lock sync update")),
    "R": _names("CMD"),
    "accelerate": _names("config env"),
    "cargo": _names("build fetch install"),
    "dvc": _names("add checkout fetch pull push"),
    "make": _names("all build clean deps install setup"),
    "mlflow": _names("server ui"),
    "nextflow": _names("clean pull"),
    "ray": _names("start status stop"),
    "uv": _names("add cache lock pip python sync venv"),
    "wandb": _names("artifact disabled enabled login offline online sync"),
}
"""The first arguments with which a program only prepares or tidies up."""

SETUP_MODULES = _names("compileall ensurepip http.server ipykernel pip spacy venv virtualenv wandb")
"""Modules that `python -m` installs or serves something with."""

ASKS_ONLY = _names("--version -V -version --help -h info list")
"""Arguments that make a program only report, if they are its only ones."""

LAUNCHERS = _names("""
    apptainer aprun blaunch catchsegv ccc_mprun cgexec ch-run chrt command conda docker dumb-init enroot env exec
    flux hatch hq ibrun ionice jsrun lrun mamba micromamba mpiexec mpiexec.hydra mpirun mpirun_rsh mprun ncu nice
    nohup nsys numactl orterun pdm perf pipenv pixi podman poe poetry prun runjob rye setsid shifter singularity
    srun stdbuf strace taskset time timeout tini udocker unbuffer uv valgrind xargs xvfb-run
""")
"""Programs that run another one, which stands among their arguments."""

JOINERS = _names("clush dsh parallel pdsh rsh sem ssh tmux watch xdsh")
"""Programs that join their words to one text, which a shell then reads."""

RUNS_FILES = _names("Rscript julia perl")
"""Programs that run the first file among their arguments, as Python does."""

INTERPRETERS = RUNS_FILES | _names("""
    accelerate colossalai composer deepspeed horovodrun ipython ipython3 java node octave ruby torchrun
""")
"""Programs other than Python whose script stands among their arguments."""

SCRIPT_ENDINGS = (".py", ".R", ".r", ".jl", ".sh", ".pl", ".m", ".rb", ".js", ".jar", ".bash", ".ipynb", ".lua")
"""How the names of scripts end."""

TIDYING_SCRIPT = pattern(
    r"(?:stop|clean-?_?up|tear-?_?down|shut-?_?down|notify|send-?_?e?mail|upload|backup)(?:[-_.]|\Z)",
    needs=["stop", "clean", "tear", "shut", "notify", "send", "upload", "backup"],
)
"""Scripts that tidy up or report: `stop-master.sh`, `cleanup.py`."""

READS_STATEMENTS = _names("R julia matlab mysql octave octave-cli perl psql python python3 sqlite3")
"""Interpreters that read statements from their input, if no file is named."""

_TAKES_NOTHING = _names("g03 g09 g16 rung09 rung16")


def is_python(name: str) -> bool:
    """Return whether a program is a Python: `python3.12`, `pypy3`."""
    return name in ("pypy", "pypy3") or (name.startswith("python") and not name[len("python") :].strip("0123456789."))


def takes_nothing(name: str) -> bool:
    """Return whether a program reads all that it needs from files: `g16`, `vasp_std`."""
    is_vasp = name.startswith("vasp") and name.replace("_", "").isalnum()
    return is_vasp or name in _TAKES_NOTHING
