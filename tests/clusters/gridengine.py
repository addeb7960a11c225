"""A real Grid Engine on this machine, started for tests and stopped after them.

It needs what `apt-get install gridengine-master gridengine-exec gridengine-client` installs, and root. Its ports, files
and group IDs are its own, so that any number of them can run beside each other and beside a Grid Engine that the
machine has anyway.
"""

import contextlib
import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusters.slurm import free_ports, logs
from clusters.strays import PATIENCE, happens, kill_strays
from parts import PATH

__all__ = ["Cluster", "start"]

_BINARIES = Path("/usr/lib/gridengine")
_TEMPLATES = Path("/usr/share/gridengine")
_CELL = "default"
_QUEUE = "main.q"


@dataclass(frozen=True)
class Cluster:
    """A running Grid Engine.

    Attributes:
        folder: Its `SGE_ROOT`, with its configuration and its logs.
        environment: What a program needs to reach it: this process' environment, with `SGE_ROOT`, `SGE_CELL` and the
            ports set and without any other variable that Grid Engine's commands read.

    """

    folder: Path
    environment: dict[str, str]

    def run(self, *argv: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program that can reach the cluster; `options` are those of `subprocess.run`."""
        defaults = {"env": self.environment, "capture_output": True, "encoding": "utf-8", "timeout": 120}
        return subprocess.run(argv, check=False, **{**defaults, **options})

    def wait_until_idle(self, timeout: float = PATIENCE) -> None:
        """Wait until no job is pending, running or in error.

        Raises:
            TimeoutError: If there still is one after `timeout` seconds.

        """

        def queue() -> str:
            result = self.run("qstat", "-u", "*")
            return result.stdout + result.stderr

        if not happens(lambda: not queue(), timeout):
            details = self.run("qstat", "-j", "*").stdout
            reasons = [line for line in details.splitlines() if line.startswith(("job_number", "error reason"))]
            raise TimeoutError("\n".join([f"still there after {timeout} s:", queue(), *reasons, logs(self.folder)]))


@contextlib.contextmanager
def start(folder: Path, extra: Mapping[str, str] | None = None, *, slots: int = 12) -> Iterator[Cluster]:
    """Start a cluster of one host, and stop it when the context is left, with whatever runs on it.

    Args:
        folder: Where its configuration and its logs go. There must be no spaces and no semicolons in its path.
        extra: Lines of the global configuration to add or replace, such as `{"max_aj_tasks": "20"}`; sge_conf(5) lists
            them.
        slots: The number of jobs or tasks that can run at once.

    Raises:
        RuntimeError: If it does not start; the message has the ends of the logs.

    """
    folder = folder.resolve()
    host = socket.gethostname()
    qmaster_port, execd_port = free_ports(2)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SGE_")}
    environment |= {"PATH": PATH, "SGE_ROOT": str(folder), "SGE_CELL": _CELL}
    environment |= {"SGE_QMASTER_PORT": str(qmaster_port), "SGE_EXECD_PORT": str(execd_port)}
    cluster = Cluster(folder, environment)
    _write_files(cluster, host, qmaster_port, slots, extra or {})
    daemons: dict[str, subprocess.Popen[bytes]] = {}
    try:
        daemons["sge_qmaster"] = _spawn(cluster, "sge_qmaster")
        _wait_for(cluster, daemons, lambda: cluster.run("qconf", "-sh").returncode == 0)
        _succeed(cluster, "qconf", "-as", host)
        # Otherwise a job waits for up to 15 seconds until it starts, and its successor as long.
        _configure(cluster, "-ssconf", "-Msconf", schedule_interval="0:0:1", flush_submit_sec="1", flush_finish_sec="1")
        daemons["sge_execd"] = _spawn(cluster, "sge_execd")
        _wait_for(cluster, daemons, lambda: cluster.run("qconf", "-sel").returncode == 0)
        _configure(
            cluster,
            "-sq",
            "-Aq",
            qname=_QUEUE,
            hostlist=host,
            slots=str(slots),
            pe_list="NONE",
            load_thresholds="NONE",  # jobs start however busy the machine is
            tmpdir=str(folder / "tmp"),  # in /tmp, another cluster's job with the same number has the same folder
        )
        _wait_for(cluster, daemons, lambda: _is_up(cluster))
        yield cluster
    finally:
        for daemon in reversed(daemons.values()):
            _stop(daemon)
        kill_strays(f"SGE_ROOT={folder}")


def _write_files(cluster: Cluster, host: str, port: int, slots: int, extra: Mapping[str, str]) -> None:
    """Write what the daemons read when they start."""
    folder = cluster.folder
    common = folder / _CELL / "common"
    qmaster, execd = folder / "qmaster", folder / "execd"
    for path in (common, qmaster / "job_scripts", execd, folder / "tmp"):
        path.mkdir(parents=True, exist_ok=True)
    (common / "act_qmaster").write_text(f"{host}\n")
    (common / "host_aliases").write_text(" ".join([host, *_aliases(host)]) + "\n")
    bootstrap = {
        "admin_user": "none",
        "default_domain": "none",
        "ignore_fqdn": "false",
        "spooling_method": "classic",
        "spooling_lib": "libspoolc",
        "spooling_params": f"{common};{qmaster}",
        "binary_path": str(_BINARIES),
        "qmaster_spool_dir": str(qmaster),
        "security_mode": "none",
        "listener_threads": "2",
        "worker_threads": "2",
        "scheduler_threads": "1",
    }
    (common / "bootstrap").write_text(_changed("", bootstrap))
    # A job's processes are known by a group ID, and killed by it, whatever cluster they belong to.
    first = 1_000_000 + 1000 * port
    settings = {
        "execd_spool_dir": str(execd),
        "mailer": "/bin/true",
        "administrator_mail": "none",
        "min_uid": "0",
        "min_gid": "0",
        "gid_range": f"{first}-{first + slots}",
        "reporting_params": "accounting=true reporting=false flush_time=00:00:01 joblog=false sharelog=00:00:00",
        **extra,
    }
    configuration = folder / "configuration"
    configuration.write_text(_changed((_TEMPLATES / "default-configuration").read_text(), settings))
    resources = _TEMPLATES / "util" / "resources"
    _succeed(cluster, _BINARIES / "spoolinit", "classic", "libspoolc", bootstrap["spooling_params"], "init")
    for what, source in {
        "configuration": str(configuration),
        "complexes": str(resources / "centry"),
        "usersets": str(resources / "usersets"),
        "managers": "root",
    }.items():
        _succeed(cluster, _BINARIES / "spooldefaults", what, source)


def _changed(text: str, settings: Mapping[str, str]) -> str:
    """Return a file of names and values with these values added or replaced."""
    lines = [re.split(r"\s+", line, maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    return "".join(f"{name} {value}\n" for name, value in {**dict(lines), **settings}.items())


def _aliases(host: str) -> list[str]:
    """Return the other names that the host's addresses resolve to, all of which the daemons take for other hosts."""
    names = {"localhost", host.partition(".")[0], socket.getfqdn()}
    addresses = {"127.0.0.1"}
    with contextlib.suppress(OSError):
        name, others, found = socket.gethostbyname_ex(host)
        names |= {name, *others}
        addresses |= set(found)
    for address in addresses:
        with contextlib.suppress(OSError):
            name, others, _ = socket.gethostbyaddr(address)
            names |= {name, *others}
    return sorted(names - {host})


def _configure(cluster: Cluster, show: str, write: str, **settings: str) -> None:
    """Change settings of what one option of qconf shows and hand it to another, which needs it whole."""
    shown = _succeed(cluster, "qconf", show, env={**cluster.environment, "SGE_SINGLE_LINE": "1"})
    path = cluster.folder / f"qconf{write}"
    path.write_text(_changed(shown, settings))
    _succeed(cluster, "qconf", write, path)


def _succeed(cluster: Cluster, *argv: str | Path, **options: Any) -> str:
    result = cluster.run(*argv, **options)
    if result.returncode:
        command = " ".join(map(str, argv))
        raise RuntimeError(f"{command} failed: {result.stdout}{result.stderr}\n{logs(cluster.folder)}")
    return result.stdout


def _spawn(cluster: Cluster, name: str) -> subprocess.Popen[bytes]:
    """Start a daemon that ends with this process, even if this is killed.

    Jobs receive the daemon's environment. It has nothing of this process' one, as that of a daemon that was started
    with the machine has nothing of the user's.
    """
    own = {key: value for key, value in cluster.environment.items() if key.startswith("SGE_")}
    with (cluster.folder / f"{name}.out").open("wb") as output:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig=KILL", name],
            cwd=cluster.folder,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SGE_ND": "1", **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # in the foreground, the qmaster shows statistics every second
            stderr=output,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the daemons in order
        )


def _wait_for(cluster: Cluster, daemons: Mapping[str, subprocess.Popen[bytes]], condition: Callable[[], bool]) -> None:
    def ended() -> list[str]:
        return [
            f"{name} ended with {daemon.returncode}" for name, daemon in daemons.items() if daemon.poll() is not None
        ]

    if not happens(lambda: bool(ended()) or condition(), PATIENCE) or ended():
        why = ", ".join(ended()) or f"it is not ready after {PATIENCE} s"
        raise RuntimeError(f"Grid Engine did not start: {why}\n{logs(cluster.folder)}")


def _is_up(cluster: Cluster) -> bool:
    """Return whether the queue's host has reported to the qmaster."""
    queues, unknown = cluster.run("qselect", "-q", _QUEUE), cluster.run("qselect", "-q", _QUEUE, "-qs", "u")
    return queues.stdout != "" and unknown.stdout == ""


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.kill()  # asked to end, they take ten seconds to tidy up what is deleted anyway
    daemon.wait()
