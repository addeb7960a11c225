"""Running job scripts where every program is a stand-in that records its words."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from support import need

from heracles.script.commands import words_of
from heracles.script.embedded import text_of
from heracles.shell.syntax import Tree

__all__ = ["Bench"]

_REAL = ["bash", "sh", "cat", "seq", "head", "tail", "wc", "sed", "awk", "grep", "tee", "mkdir", "basename"]
_BUILT_IN = ["if", "eval", "exec", "exit", "wait", "kill", "echo", "printf", "time", "[", "true", "false"]
_STAND_IN = r"""#!/bin/bash
words=()
for word in "${@}"; do
    case ${word##*/} in bash | sh) break ;; esac
    words+=("$word")
done
printf '%s\0' "${0##*/}" "${words[@]}" $'\1' >> "$BENCH_CALLS/$$"
shift "${#words[@]}"
[ "$#" = 0 ] || exec "${@/#-lc/-c}"
[[ $BENCH_FAILS != "" && " ${0##*/} ${words[*]} " == *" $BENCH_FAILS "* ]] && exit 3
exit 0
"""
_ENVIRONMENT = """
cd() { :; }
source() { :; }
pushd() { :; }
popd() { :; }
module() { :; }
kill() { :; }
wait() { builtin wait; }
unset RANDOM; RANDOM=7
"""


class Bench:
    """A folder to run job scripts in.

    Args:
        folder: An empty folder.

    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "bin"
        self.programs.mkdir()
        need("sh", "sed", "awk", "grep")
        for name in _REAL:
            path = shutil.which(name)
            assert path
            (self.programs / name).symlink_to(path)
        (folder / "data").mkdir()
        (folder / "data" / "a.csv").touch()
        self._stand_in("python")
        (folder / "environment").write_text(_ENVIRONMENT)

    def add(self, tree: Tree) -> None:
        """Put a stand-in where each program of a script is looked for."""
        for command in tree.commands():
            words = [] if command.kind else words_of(tree, command)
            if words[:1] == ["."]:
                (self.folder / os.path.basename(words[1])).touch()
                continue
            words += [name for word in command.assignments for name in re.findall(r"[\w./+-]+", tree.of(word))]
            for name in (word.replace("~/", "./", 1) for word in words):
                if re.fullmatch(r"(?![-/.]|data).*[\w+-]|\./.*\w", name) and not re.search(r"[^\w./+-]", name):
                    self._stand_in(name)
            if text := text_of(tree, command):
                self.add(text.tree)

    def _stand_in(self, name: str) -> None:
        path = self.folder / name if "/" in name else self.programs / name
        if name not in {*_REAL, *_BUILT_IN} and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_STAND_IN)
            path.chmod(0o755)

    def calls(self, content: bytes, arguments: Sequence[str] = (), shell: str = "bash") -> list[tuple[str, ...]]:
        """Return the calls of a script that is run: each a program's name and its words, sorted."""
        self._run(content, arguments, shell)
        # Each program writes to a file of its own: bash writes a text with newlines in pieces, which would mix.
        recorded = [
            call for path in (self.folder / "calls").iterdir() for call in path.read_bytes().split(b"\1\0")[:-1]
        ]
        return sorted(tuple(map(os.fsdecode, call.split(b"\0")[:-1])) for call in recorded)

    def code(self, content: bytes, fails: str) -> int:
        """Return the exit code of a script whose calls of a program fail."""
        return self._run(content, (), "bash", fails)

    def _run(self, content: bytes, arguments: Sequence[str], shell: str, fails: str = "") -> int:
        calls, job = self.folder / "calls", self.folder / "job.sh"
        calls.mkdir(exist_ok=True)
        for path in calls.iterdir():
            path.unlink()
        job.write_bytes(content)
        environment = {
            "PATH": str(self.programs),
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "BENCH_CALLS": str(calls),
            "BENCH_FAILS": fails,
            "BASH_ENV": str(self.folder / "environment"),
            "LC_ALL": "C.UTF-8",
        }
        command = [shutil.which(shell) or shell, "job.sh", *arguments]
        # What the script leaves in the background has this pipe too, and is waited for.
        reading, writing = os.pipe()
        try:
            return subprocess.run(
                command,
                cwd=self.folder,
                env=environment,
                capture_output=True,
                check=False,
                timeout=60,
                stdin=subprocess.DEVNULL,
                pass_fds=[writing],
            ).returncode
        finally:
            os.close(writing)
            os.read(reading, 1)
            os.close(reading)
