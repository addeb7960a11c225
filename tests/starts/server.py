"""Start Heracles many times, and Python once: a process that has imported Heracles, and forks for each start.

    python server.py LISTENER FOLDER

LISTENER is the descriptor of a socket in FOLDER at which `client.py` asks for a start. Each start is a process of its
own and has what a new one would have: the client's arguments, environment, current folder, umask and standard streams,
and nothing of an earlier start. What a fork cannot have anew starts Python anew: other settings of Python or of the C
library than this process had, and terminals. The server ends when its standard input does.
"""

import contextlib
import importlib
import io
import os
import pkgutil
import re
import select
import shutil
import signal
import socket
import sys
from collections.abc import Mapping

import heracles.lean

FIXED = (b"PYTHON", b"LC_", b"LANG", b"LD_", b"TZ")
"""How the names of the variables begin that Python or the C library read when they start."""


def import_all() -> None:
    """Import what any start may need, with all regular expressions compiled and the parsers loaded."""
    vars(heracles.lean)["pattern"] = lambda text, flags=0, **_: re.compile(text, flags)
    for module in pkgutil.walk_packages(heracles.__path__, "heracles."):
        if not module.name.startswith(("heracles.strategies", "heracles.hydra_plugins")):
            importlib.import_module(module.name)
    loader = importlib.import_module("heracles.language.loader")
    loader.parser()
    loader.parser("expression")


def serve(listener: socket.socket) -> list[str] | None:
    """Serve until standard input ends, and return None; in each process that is a start, return its arguments."""
    while 0 not in select.select([listener.fileno(), 0], [], [])[0]:
        client, _ = listener.accept()
        if not os.fork():
            listener.close()
            return start(client)
        client.close()
    return None


def start(client: socket.socket) -> list[str]:
    """Become what the client asks for, and return its arguments; the parent of that tells the client how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(client, 8, 3)
    with client.makefile("rb") as message:
        mask, folder, count, *words = message.read(int.from_bytes(size, "big")).split(b"\0")
    if child := os.fork():
        for stream in streams:
            os.close(stream)
        watch(client, child)
        os._exit(0)
    client.close()
    os.setpgid(0, 0)
    os.umask(int(mask))
    os.chdir(folder)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    arguments = [os.fsdecode(word) for word in words[: int(count)]]
    environment = dict(word.split(b"=", 1) for word in words[int(count) :])
    if any(map(os.isatty, range(3))) or fixed(environment) != fixed(os.environb):
        os.execve(sys.executable, [sys.executable, "-m", "heracles", *arguments], environment)  # noqa: S606
    os.environb.clear()
    os.environb.update(environment)
    sys.path[0] = os.getcwd()
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        standard = reopened(getattr(sys, name), mode)
        setattr(sys, name, standard)
        setattr(sys, f"__{name}__", standard)
    return arguments


def watch(client: socket.socket, child: int) -> None:
    """Wait for the child, and tell the client how it ended; kill it if the client ends before."""
    if client.fileno() in select.select([client.fileno(), os.pidfd_open(child)], [], [])[0]:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with contextlib.suppress(OSError):
        client.sendall(b"%d" % code)


def fixed(environment: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Return the variables that count when a process starts."""
    return {name: value for name, value in environment.items() if name.startswith(FIXED)}


def reopened(stream: io.TextIOWrapper, mode: str) -> io.TextIOWrapper:
    """Return a standard stream as Python makes it at its start: a stream remembers whether its file can seek."""
    raw = open(stream.fileno(), f"{mode}b", closefd=False)  # noqa: SIM115 - it stays open
    return io.TextIOWrapper(raw, encoding=stream.encoding, errors=stream.errors, line_buffering=stream.line_buffering)


if __name__ == "__main__":
    import_all()
    from heracles.__main__ import main

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the parents of starts
    arguments = serve(socket.socket(fileno=int(sys.argv[1])))
    if arguments is None:
        shutil.rmtree(sys.argv[2])
    else:
        sys.argv[1:] = arguments
        main()
