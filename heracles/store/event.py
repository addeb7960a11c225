"""What all events of a journal have: a name, and the time when they were recorded."""

from dataclasses import dataclass, field
from typing import ClassVar

__all__ = ["Event"]


@dataclass(frozen=True)
class Event:
    """What happened at one time.

    Attributes:
        name: What the journal calls the event.
        time: When it was recorded, in seconds since 1970; 0 if it was not recorded yet.

    """

    name: ClassVar[str]
    time: float = field(default=0.0, kw_only=True, compare=False)
