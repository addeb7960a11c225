"""Starts a program of Hydra's as often as it is asked to, each time in a fork of one process that has imported Hydra.

Its argument is the folder of the program's configs. It reads lines with JSON, `[FOLDER, WORD, …]`, and answers each
with the exit code of `main.py` in that folder. What the program prints goes to the file `printed` there, and the
environment has the path of a file `seen`.
"""

import json
import os
import runpy
import sys
import traceback
import warnings

from hydra import compose, initialize_config_dir
from hydra.core.plugins import Plugins


def serve() -> None:
    # Look through all packages for plug-ins, and import what composing needs: both take longer than a run.
    Plugins.instance()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the version, which 1.3 wants to be told, and 1.4 does not
        with initialize_config_dir(os.path.abspath(sys.argv[1])):
            compose("config", ["lr=1"])
    for line in sys.stdin:
        folder, *words = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(performed(folder, words))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def performed(folder: str, words: list[str]) -> int:
    """Run the program; return its exit code."""
    os.chdir(folder)
    os.environ["SEEN"] = os.path.join(folder, "seen")
    printed = os.open("printed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    sys.argv = ["main.py", *words]
    try:
        runpy.run_path("main.py", run_name="__main__")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it is, it must not go on as the parent
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve()
