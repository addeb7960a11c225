"""The programs beyond Python that tests start, and what to install to have them."""

import os
import pwd
import shutil
from dataclasses import dataclass

__all__ = ["PATH", "missing"]

# Daemons are in the folders for administrators, which are not on everybody's PATH. `make test-bare` has its own.
PATH = os.environ.get("PATH", os.defpath) + ("" if os.environ.get("BARE") else ":/usr/sbin:/sbin")


@dataclass(frozen=True)
class Part:
    """Something that a test needs of the machine.

    Attributes:
        install: What to do in order to have it.
        programs: Programs on the PATH.
        files: Files that exist.
        users: Names of users that exist.
        root: Whether the tests must run as root.

    """

    install: str
    programs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    root: bool = False


def _package(name: str, *programs: str) -> Part:
    """Return the part that a Debian package of no more than some programs is."""
    return Part(f"apt-get install {name}", programs or (name,))


_PARTS = {
    "Slurm": Part(
        "apt-get install slurm-wlm munge",
        programs=("munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "setpriv"),
        users=("munge",),
        root=True,
    ),
    "Slurm's accounting": Part(
        "apt-get install slurmdbd slurm-wlm-mysql-plugin mariadb-server",
        programs=("mariadbd", "mariadb-install-db", "slurmdbd", "sacct", "sacctmgr"),
        users=("mysql",),
        root=True,
    ),
    "Grid Engine": Part(
        "apt-get install gridengine-master gridengine-exec gridengine-client",
        programs=("sge_qmaster", "sge_execd", "qconf", "qsub", "qstat", "qselect", "setpriv"),
        files=(
            "/usr/lib/gridengine/spoolinit",
            "/usr/lib/gridengine/spooldefaults",
            "/usr/share/gridengine/default-configuration",
        ),
        root=True,
    ),
    "mount": Part("apt-get install mount", programs=("mount", "umount"), root=True),
    "dash": _package("dash"),
    "zsh": _package("zsh"),
    "fish": _package("fish"),
    "ksh": _package("ksh"),
    "shellcheck": _package("shellcheck"),
    "GNU parallel": _package("parallel"),
    "grep": _package("grep"),
    "awk": _package("mawk", "awk"),
    "sed": _package("sed"),
    "sh": _package("dash", "sh"),
    "xargs": _package("findutils", "xargs"),
    "node": _package("nodejs", "node"),
    "ps": _package("procps", "ps"),
}


def missing(name: str) -> str | None:
    """Return why tests cannot use a part and what to do about it, in one line; None if they can use it.

    Raises:
        KeyError: If no part has this name.

    """
    part = _PARTS[name]
    lacking = [program for program in part.programs if shutil.which(program, path=PATH) is None]
    lacking += [path for path in part.files if not os.path.exists(path)]
    lacking += [f"user {user}" for user in part.users if not _user_exists(user)]
    if lacking:
        return f"{name} is not installed (no {lacking[0]}): {part.install}"
    if part.root and os.geteuid() != 0:
        return f"{name} needs root: run the tests as root"
    return None


def _user_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
