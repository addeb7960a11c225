"""A real Slurm on this machine, started for tests and stopped after them.

It needs what `apt-get install slurm-wlm munge` installs, and root; with accounting, slurmdbd and mariadb-server too.
Its sockets, ports, keys and files are its own, so that any number of them can run beside each other and beside a
Slurm, munged or MariaDB that the machine has anyway.
"""

import contextlib
import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusters import strays
from clusters.strays import PATIENCE, happens
from parts import PATH, missing

__all__ = [
    "PATIENCE",
    "Cluster",
    "UnusableError",
    "available",
    "free_ports",
    "happens",
    "logs",
    "start",
    "version",
]

_FOREIGN = ("SLURM", "SBATCH_", "SQUEUE_", "SINFO_", "SCANCEL_", "SCONTROL_", "SACCT_")
_STOP_TIMEOUT = 10.0
_TAIL = 30


class UnusableError(RuntimeError):
    """The Slurm that is installed has a defect, so that nothing can be installed or set up to make it start."""


def available() -> bool:
    """Return whether a cluster without accounting can be started: the programs are installed and the user is root."""
    return not missing("Slurm")


@functools.cache
def version() -> tuple[int, int]:
    """Return the year and the month of the installed Slurm's release, such as (22, 5), for what differs by release."""
    slurmd = shutil.which("slurmd", path=PATH) or "slurmd"
    shown = subprocess.run([slurmd, "-V"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"(\d+)\.(\d+)", shown)
    assert match, shown
    return int(match[1]), int(match[2])


@dataclass(frozen=True)
class Cluster:
    """A running Slurm.

    Attributes:
        folder: Its configuration and its logs.
        environment: What a program needs to reach it: this process' environment, with `SLURM_CONF` set and without
            any other variable that Slurm's commands read.

    """

    folder: Path
    environment: dict[str, str]

    def run(self, *argv: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program that can reach the cluster; `options` are those of `subprocess.run`."""
        defaults = {"env": self.environment, "capture_output": True, "encoding": "utf-8", "timeout": PATIENCE}
        return subprocess.run(argv, check=False, **{**defaults, **options})

    def wait_until_idle(self, timeout: float = PATIENCE) -> None:
        """Wait until no job is pending, running or completing.

        Raises:
            TimeoutError: If there still is one after `timeout` seconds.

        """

        def queue() -> str:
            result = self.run("squeue", "--noheader", "--format=%i %j %T %r")
            return result.stdout + result.stderr

        if not happens(lambda: not queue(), timeout):
            raise TimeoutError(f"still there after {timeout} s:\n{queue()}\n{logs(self.folder)}")


@contextlib.contextmanager
def start(
    folder: Path, extra: Mapping[str, str] | None = None, *, nodes: int = 1, cpus: int = 16, accounting: bool = False
) -> Iterator[Cluster]:
    """Start a cluster, and stop it when the context is left, with whatever runs on it.

    Args:
        folder: Where its configuration and its logs go.
        extra: Lines of slurm.conf to add or replace, such as `{"MaxArraySize": "64"}`.
        nodes: The number of nodes, `node0` and so on.
        cpus: The number of CPUs that each node says it has.
        accounting: Whether there is a database of the jobs too, which `sacct` and `sacctmgr` need. The cluster is
            called "test" there and has an account "root" with a user "root". Limits are heeded only if `extra` says
            so, as `{"AccountingStorageEnforce": "limits,qos"}` does.

    Raises:
        RuntimeError: If it does not start; the message has the ends of the logs.
        UnusableError: If it cannot start, for a defect of the Slurm that is installed.

    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    port, database_port, accounting_port, *node_ports = free_ports(3 + nodes)
    ports = {f"node{i}": node_port for i, node_port in enumerate(node_ports)}
    configuration = folder / "slurm.conf"
    with contextlib.ExitStack() as stack:
        # Not in `folder`: a socket's path has 107 characters at most, and munged's user must get through to its own.
        sockets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slurm-", ignore_cleanup_errors=True)))
        stack.enter_context(_guarded(f"SLURM_CONF={configuration}", sockets))
        settings = {**(_accounting_settings(sockets, accounting_port) if accounting else {}), **(extra or {})}
        configuration.write_text(_slurm_conf(folder, sockets, port, ports, cpus, settings))
        (folder / "cgroup.conf").write_text(_cgroup_conf())
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        environment |= {"PATH": PATH, "SLURM_CONF": str(configuration)}
        cluster = Cluster(folder, environment)
        daemons: dict[str, subprocess.Popen[bytes]] = {}
        try:
            daemons["munged"] = _start_munged(cluster, sockets)
            _wait_for(cluster, daemons, (sockets / "munge" / "socket").is_socket)
            if accounting:
                # slurmctld does not start before it has reached slurmdbd, nor slurmdbd before the database.
                daemons["mariadbd"] = _start_mariadbd(cluster, sockets, database_port)
                _wait_for(cluster, daemons, lambda: _listens(database_port))
                daemons["slurmdbd"] = _start_slurmdbd(cluster, sockets, database_port, accounting_port)
                _wait_for(cluster, daemons, lambda: _listens(accounting_port))
                _wait_for(cluster, daemons, lambda: _registered(cluster))
            daemons["slurmctld"] = _spawn(cluster, "slurmctld", "slurmctld", "-D", "-i")
            # Slurm's commands wait for seconds before they try once more.
            _wait_for(cluster, daemons, lambda: _listens(port))
            for node in ports:
                daemons[f"slurmd-{node}"] = _spawn(cluster, f"slurmd-{node}", "slurmd", "-D", "-N", node)
            _wait_for(cluster, daemons, lambda: _states(cluster) == ["idle"] * nodes)
            if accounting:
                # From then on slurmdbd tells slurmctld about new limits.
                _wait_for(cluster, daemons, lambda: _control_port(cluster) == port)
            yield cluster
        finally:
            for daemon in reversed(daemons.values()):
                _stop(daemon)


def _slurm_conf(
    folder: Path, sockets: Path, port: int, ports: Mapping[str, int], cpus: int, extra: Mapping[str, str]
) -> str:
    host = socket.gethostname().partition(".")[0]
    settings = {
        "ClusterName": "test",
        "SlurmctldHost": f"{host}(127.0.0.1)",
        "SlurmctldPort": str(port),
        "SlurmUser": "root",
        "AuthType": "auth/munge",
        # A job whose launch fails, as on a busy machine, is started again only once its credential has expired.
        "AuthInfo": f"socket={sockets}/munge/socket,cred_expire=30",
        "StateSaveLocation": f"{folder}/state",
        "SlurmdSpoolDir": f"{sockets}/%n",
        "SlurmctldPidFile": f"{folder}/slurmctld.pid",
        "SlurmdPidFile": f"{folder}/slurmd-%n.pid",
        "SlurmctldLogFile": f"{folder}/slurmctld.log",
        "SlurmdLogFile": f"{folder}/slurmd-%n.log",
        "MailProg": "/bin/true",
        "ProctrackType": "proctrack/linuxproc",
        "SelectType": "select/cons_tres",
        "SelectTypeParameters": "CR_CPU",
        # The nodes have as many CPUs and as much memory as is said here, whatever the machine has.
        "SlurmdParameters": "config_overrides",
        "SchedulerParameters": "batch_sched_delay=0,sched_interval=1,sched_min_interval=1000",
        "ReturnToService": "2",
        "KillWait": "2",
        "MinJobAge": "30",
        **extra,
    }
    lines = [f"{name}={value}" for name, value in settings.items()]
    # A host name of its own, though all are on this host: two nodes of one host are refused by a Slurm that is built
    # without --enable-multiple-slurmd, as Debian's is from 24.11 on.
    lines += [
        f"NodeName={name} NodeHostname={name} NodeAddr=127.0.0.1 Port={node_port} CPUs={cpus} RealMemory=1000000"
        for name, node_port in ports.items()
    ]
    return "\n".join([*lines, "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP", ""])


def _accounting_settings(sockets: Path, port: int) -> dict[str, str]:
    return {
        "AccountingStorageType": "accounting_storage/slurmdbd",
        "AccountingStorageHost": "127.0.0.1",
        "AccountingStoragePort": str(port),
        "AccountingStoragePass": f"{sockets}/munge/socket",
        "JobAcctGatherType": "jobacct_gather/none",
    }


def _cgroup_conf() -> str:
    """Return the cgroup.conf with which slurmd leaves cgroups alone.

    That is no plugin at all from 24.05 on. Before, it is the first version's, which unlike the second version's does
    nothing as long as it is not used, whatever is mounted. Before 21.08 the word was unknown, and stopped slurmd.
    """
    if version() < (21, 8):
        return ""
    return f"CgroupPlugin={'disabled' if version() >= (24, 5) else 'cgroup/v1'}\n"


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _start_munged(cluster: Cluster, sockets: Path) -> subprocess.Popen[bytes]:
    sockets.chmod(0o711)
    home = sockets / "munge"
    home.mkdir()
    key = home / "key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    for path in (home, key):
        shutil.chown(path, "munge", "munge")
    home.chmod(0o711)
    files = [
        f"--{name}={home / name.removesuffix('-file')}" for name in ("socket", "key-file", "pid-file", "seed-file")
    ]
    return _spawn(cluster, "munged", "munged", "--foreground", "--origin=127.0.0.1", *files, user="munge")


def _start_mariadbd(cluster: Cluster, sockets: Path, port: int) -> subprocess.Popen[bytes]:
    home = sockets / "mariadb"
    home.mkdir(mode=0o700)
    shutil.chown(home, "mysql", "mysql")
    # The machine's own files in /etc/mysql are not read.
    common = ["--no-defaults", f"--datadir={home}/data", f"--tmpdir={home}", "--innodb-log-file-size=4M"]
    common += ["--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite"]
    install = ["mariadb-install-db", *common, "--skip-test-db", "--auth-root-authentication-method=normal"]
    with (cluster.folder / "mariadb-install-db.out").open("wb") as output:
        status = cluster.run(
            *_setpriv("mysql"), *install, cwd=home, capture_output=False, stdout=output, stderr=subprocess.STDOUT
        ).returncode
    if status:
        raise RuntimeError(f"Slurm did not start: mariadb-install-db ended with {status}\n{logs(cluster.folder)}")
    network = [f"--socket={home}/socket", "--bind-address=127.0.0.1", f"--port={port}", "--skip-name-resolve"]
    small = ["--innodb-buffer-pool-size=16M", "--key-buffer-size=1M", "--aria-pagecache-buffer-size=8M"]
    quick = ["--innodb-fast-shutdown=2", "--innodb-buffer-pool-dump-at-shutdown=OFF"]
    options = [*common, *network, *small, *quick, f"--pid-file={home}/pid", "--skip-log-bin"]
    return _spawn(cluster, "mariadbd", "mariadbd", *options, user="mysql")


def _start_slurmdbd(cluster: Cluster, sockets: Path, database_port: int, port: int) -> subprocess.Popen[bytes]:
    settings = {
        "DbdHost": "localhost",
        "DbdAddr": "127.0.0.1",
        "DbdPort": str(port),
        "SlurmUser": "root",
        "AuthType": "auth/munge",
        "AuthInfo": f"socket={sockets}/munge/socket",
        "StorageType": "accounting_storage/mysql",
        "StorageHost": "127.0.0.1",
        "StoragePort": str(database_port),
        "StorageUser": "root",
        "StorageLoc": "slurm",
        "LogFile": f"{cluster.folder}/slurmdbd.log",
        "PidFile": f"{cluster.folder}/slurmdbd.pid",
    }
    # It is looked for beside slurm.conf, and must be nobody else's to read.
    configuration = cluster.folder / "slurmdbd.conf"
    configuration.touch(0o600)
    configuration.chmod(0o600)
    configuration.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    return _spawn(cluster, "slurmdbd", "slurmdbd", "-D")


def _misreads_the_database(cluster: Cluster) -> bool:
    """Return whether slurmdbd ended since it found no result in an answer that has one.

    Debian 13's slurmdbd, of Slurm 24.11, does so with Debian 13's libmariadb, of MariaDB 11.8.
    """
    output = cluster.folder / "slurmdbd.out"
    return output.exists() and "null result from query" in output.read_text(errors="replace")


def _registered(cluster: Cluster) -> bool:
    """Return whether the database knows the cluster, and make it known otherwise."""
    if cluster.run("sacctmgr", "-nP", "show", "cluster", "format=Cluster").stdout == "test\n":
        return True
    cluster.run("sacctmgr", "-i", "add", "cluster", "test")
    return False


def _control_port(cluster: Cluster) -> int:
    return int(cluster.run("sacctmgr", "-nP", "show", "cluster", "format=ControlPort").stdout or 0)


def _setpriv(user: str | None = None) -> list[str]:
    """Return the words before a command that make it end with this process, and run as the user."""
    words = ["setpriv", "--pdeathsig=TERM"]
    if user:
        words += [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return words


def _spawn(cluster: Cluster, name: str, *argv: str, user: str | None = None) -> subprocess.Popen[bytes]:
    """Start a daemon that ends with this process, even if this is killed."""
    with (cluster.folder / f"{name}.out").open("wb") as output:
        return subprocess.Popen(
            [*_setpriv(user), *argv],
            cwd=cluster.folder,
            env=cluster.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the daemons in order
        )


def _wait_for(cluster: Cluster, daemons: Mapping[str, subprocess.Popen[bytes]], condition: Callable[[], bool]) -> None:
    def ended() -> list[str]:
        return [
            f"{name} ended with {daemon.returncode}" for name, daemon in daemons.items() if daemon.poll() is not None
        ]

    if not happens(lambda: bool(ended()) or condition(), PATIENCE) or ended():
        if _misreads_the_database(cluster):
            raise UnusableError("the installed slurmdbd cannot read its database with the installed libmariadb")
        why = ", ".join(ended()) or f"it is not ready after {PATIENCE} s"
        raise RuntimeError(f"Slurm did not start: {why}\n{logs(cluster.folder)}")


def _states(cluster: Cluster) -> list[str]:
    return cluster.run("sinfo", "--noheader", "--Node", "--format=%T").stdout.split()


def logs(folder: Path) -> str:
    """Return the ends of the daemons' output."""
    tails = []
    for path in sorted(folder.glob("*.out")):
        lines = path.read_text(errors="replace").splitlines()
        tails.append("\n".join([f"--- {path}", *lines[-_TAIL:]]))
    return "\n".join(tails)


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    try:
        daemon.wait(_STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


@contextlib.contextmanager
def _guarded(mark: str, folder: Path) -> Iterator[None]:
    """Kill the strays and remove the folder when the context is left, or as soon as this process is killed."""
    guard = subprocess.Popen(
        [sys.executable, "-IS", strays.__file__, mark, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.communicate()
