"""Start Heracles as `python -m heracles ARGUMENT...` does, in the process of the server that listens at SOCKET.

    python -IS client.py SOCKET ARGUMENT...

Arguments, environment, current folder, umask and the standard streams are this process'; it ends as Heracles ends. If
it is killed, Heracles is too, but no signal is passed on: what is about signals or terminals starts Heracles itself.
"""

import os
import socket
import sys


def main() -> int:
    """Return the exit code of Heracles; die of the signal that it died of."""
    try:
        folder = os.getcwdb()
    except OSError:  # the current folder is gone, so that the server cannot go there
        os.execv(sys.executable, [sys.executable, "-m", "heracles", *sys.argv[2:]])  # noqa: S606
    server = socket.socket(socket.AF_UNIX)
    server.connect(sys.argv[1])
    mask = os.umask(0)
    arguments = [os.fsencode(argument) for argument in sys.argv[2:]]
    variables = [name + b"=" + value for name, value in os.environb.items()]
    message = b"\0".join([b"%d" % mask, folder, b"%d" % len(arguments), *arguments, *variables])
    socket.send_fds(server, [len(message).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(message)
    answer = server.recv(8)
    if not answer:
        os.write(2, b"the server that starts Heracles has ended without an answer\n")
        return 70
    code = int(answer)
    if code < 0:
        os.kill(os.getpid(), -code)
    return code


if __name__ == "__main__":
    os._exit(main())
