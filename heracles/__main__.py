"""Starts the command line, lets an interrupt of the start end it without a traceback, and ends the process at once."""

import _signal as signal  # type: ignore[import-not-found]  # what `signal` makes enumerations of, at every start
import gc
import os
import sys
from typing import NoReturn


def _end(*_: object) -> None:
    os.write(2, b"Interrupted\n")
    os._exit(130)


gc.disable()  # nothing that is imported is ever garbage; `heracles.cli.main` enables it again
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _end)

# Either takes a tenth of a second, in which an interrupt may come; to complete a command line takes less.
if os.environ.get("_HERACLES_COMPLETE"):
    from heracles.cli.completion import main as perform
else:
    from heracles.cli.main import main as perform


def main() -> NoReturn:
    """Run the command line of the process, and end it without giving each object back, which takes a while."""
    try:
        perform()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(end.code or 0))


if __name__ == "__main__":
    main()
