"""A reporter that waits for nothing, and keeps what it was told."""

from collections.abc import Iterable

from heracles.jobs.reporter import Progress, Work

__all__ = ["Silent"]


class Silent:
    """A reporter for tests.

    Attributes:
        sentences: What was waited for, and the warnings.

    """

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def wait(self, reason: str) -> None:
        self.sentences.append(reason)

    def warn(self, message: str) -> None:
        self.sentences.append(message)

    def pause(self, seconds: float) -> None:
        pass

    def show(self, output: str, errors: str) -> None:
        pass

    def track(self, work: Work, steps: Iterable[object], total: int, command: str = "") -> None:  # noqa: ARG002
        for _ in steps:
            pass

    def watch(self, progress: Iterable[Progress], total: int, command: str) -> Progress:  # noqa: ARG002
        return [Progress(0, 0, 0), *progress][-1]
