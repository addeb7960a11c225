"""Starts the command line, and lets an interrupt of the start end it without a traceback."""

import gc
import os
import signal


def _end(*_: object) -> None:
    os.write(2, b"Interrupted\n")
    os._exit(130)


gc.disable()  # nothing that is imported is ever garbage; `heracles.cli.main` enables it again
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _end)

from heracles.cli.main import main  # noqa: E402 - takes a tenth of a second, in which an interrupt may come

if __name__ == "__main__":
    main()
