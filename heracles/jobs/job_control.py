"""Job control for local runs: the terminal is theirs when they read from it, and they are suspended together.

It is what a shell does for its jobs: see "Implementing a Job Control Shell" in the manual of the GNU C library.
"""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress

__all__ = ["Terminal", "suspend"]


def suspend(groups: Iterable[int]) -> None:
    """Suspend process groups and this process, as Ctrl-Z at the terminal asks for, until this process is continued."""
    listed = list(groups)
    _signal(listed, signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)
    _signal(listed, signal.SIGCONT)


def _signal(groups: Iterable[int], number: signal.Signals) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


class Terminal:
    """The terminal that controls this process, if there is one, lent to one process group at a time."""

    def __init__(self) -> None:
        self._descriptor = -1
        self._borrower = 0
        self._waiting = 0
        with suppress(OSError):
            self._descriptor = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)

    def close(self) -> None:
        """Take the terminal back."""
        self.take_back(self._borrower)
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def serve(self, pid: int) -> None:
        """Lend the terminal to a child that was suspended since it read from it; share what the user suspends.

        Args:
            pid: The process id of the child, which names its group too.

        """
        stopped = _stopped_by(pid) if self._descriptor >= 0 else 0
        if stopped in (signal.SIGTTIN, signal.SIGTTOU):
            self._waiting = pid
        elif stopped == signal.SIGTSTP and self.take_back(pid):
            os.kill(0, signal.SIGSTOP)
            self._waiting = pid
        if self._waiting == pid:
            self._lend(pid)

    def take_back(self, pid: int) -> bool:
        """Take the terminal back from a child, and return whether it had it."""
        if not pid or pid != self._borrower:
            return False
        self._borrower = 0
        self._set_foreground(os.getpgrp())
        return True

    def _lend(self, pid: int) -> None:
        if not self._is_ours():
            os.kill(0, signal.SIGTTIN)  # as if this process had read from it: the user may now say `fg`
        if self._is_ours():
            self._waiting, self._borrower = 0, pid
            self._set_foreground(pid)
            _signal([pid], signal.SIGCONT)

    def _is_ours(self) -> bool:
        try:
            return os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:  # the terminal is gone
            return True

    def _set_foreground(self, group: int) -> None:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])  # sent to whoever is in the background
        try:
            with suppress(OSError):
                os.tcsetpgrp(self._descriptor, group)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _stopped_by(pid: int) -> int:
    """Return the signal that suspended a child since this was last asked; 0 for none."""
    try:
        result = os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG)
    except ChildProcessError:
        return 0
    return result.si_status if result else 0
