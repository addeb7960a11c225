"""The words of a multirun line, as the overrides of runs that are started singly."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from heracles.errors import OverrideError
from heracles.hydra.folders import folder_below, has_own_folder, multirun_folder, numbered
from heracles.hydra.settings import Setting, is_setting, settings_of
from heracles.language.source import replaced
from heracles.lean import NamedTuple, load
from heracles.text import printable

if TYPE_CHECKING:
    from heracles.hydra.launcher import Counterpart

__all__ = ["Line", "read"]


class Line(NamedTuple):
    """A multirun line, read.

    Attributes:
        overrides: The overrides of the sweep.
        launcher: The settings of Hydra's launcher, which are no overrides of it.
        notes: What else changed, a line each.

    """

    overrides: tuple[str, ...]
    launcher: tuple[Setting, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counterparts(self) -> "list[Counterpart]":
        """What stands for the settings of the launcher."""
        return load("heracles.hydra.launcher:counterparts")(self.launcher) if self.launcher else []

    def explained(self, *, is_applied: bool) -> Iterator[str]:
        """Yield what is to be said of it, a line each; `is_applied`: whether the submission gets the launcher's
        settings."""
        yield from self.notes
        if self.launcher:
            yield from load("heracles.hydra.launcher:explained")(self.launcher, is_applied=is_applied)


def read(
    overrides: Sequence[str],
    *,
    options: Sequence[str] = (),
    is_sample: bool = False,
    folders: str | None = None,
    held: Sequence[str] = (),
    is_first: bool = False,
) -> Line:
    """Return what the words of a multirun line mean.

    Args:
        overrides: The overrides as they were given.
        options: Options of Hydra's that each run gets, as overrides: `--config-name=main`.
        is_sample: Whether runs are drawn at random, as some of Hydra's sweepers do.
        folders: The folder that is to hold a folder for each run; None if none is asked for.
        is_first: Whether the options go before the overrides, which others follow in the script: Hydra 1.3 reads no
            overrides on both sides of an option.
        held: The overrides in `hydra.sweeper.params` of the program's config: others of the same key replace them.

    Raises:
        OverrideError: If a word would make each run a multirun, is for a sweeper that chooses values itself, sweeps
            over what a single run does not read, or sets the folder that `folders` sets too.

    """
    kept: list[str] = []
    found: dict[str, list[Setting]] = {"launcher": [], "sweeper": [], "sweep": [], "mode": []}
    place = 0
    for override in overrides:
        if not is_setting(override):
            kept.append(override)
            continue
        for setting in settings_of(override):
            place = place if found["sweep"] or setting.subject != "sweep" else len(kept)
            found[setting.subject].append(setting)
    _check_mode(found["mode"])
    params, notes = _of_sweeper(found["sweeper"], is_sample=is_sample) if found["sweeper"] else ([], [])
    folder = _folder(found["sweep"], kept, folders)
    if folder:
        others = [override for override in kept if has_own_folder([override])]
        kept.insert(place if found["sweep"] else len(kept), folder)
        kept = [override for override in kept if override not in others]
        notes += _folder_notes(found["sweep"], folder, others)
    whole = replaced(held, [*params, *kept])
    whole += numbered(whole)
    return Line((*options, *whole) if is_first else (*whole, *options), tuple(found["launcher"]), tuple(notes))


def _check_mode(settings: Sequence[Setting]) -> None:
    for setting in settings:
        if setting.text.upper() == "MULTIRUN":
            raise OverrideError(
                "each run would be a multirun of its own: leave this out, since Heracles makes the runs",
                setting.source,
                setting.span,
            )


def _folder(settings: Sequence[Setting], kept: Sequence[str], folders: str | None) -> str:
    """Return the override for the folder of each run; empty if nothing asks for one."""
    if folders is None:
        return multirun_folder(settings)
    rivals = [setting.source for setting in settings] + [text for text in kept if has_own_folder([text])]
    if rivals:
        message = "this sets the folder of a run, and so does --hydra-dirs: leave one of the two out"
        raise OverrideError(message, rivals[0], (0, len(rivals[0])))
    return folder_below(folders)


def _folder_notes(settings: Sequence[Setting], folder: str, others: Sequence[str]) -> Iterator[str]:
    if settings:
        given = " ".join(dict.fromkeys(printable(setting.source) for setting in settings))
        yield f"{given}: a single run has {printable(folder)} for it, with the run's number for __run__."
    for other in others:
        yield f"{printable(other)} is left out: Hydra's multirun does not read it where hydra.sweep is set."


def _of_sweeper(settings: Sequence[Setting], *, is_sample: bool) -> tuple[list[str], list[str]]:
    """Return the overrides in `hydra.sweeper.params`, and notes on the settings of the sweeper."""
    sweeper = load("heracles.hydra.sweeper")
    sweeper.check_sweeper(settings, is_sample=is_sample)
    params: list[str] = sweeper.params(settings)
    return params, list(_sweeper_notes(settings, params))


def _sweeper_notes(settings: Sequence[Setting], params: Sequence[str]) -> Iterator[str]:
    if params:
        yield f"hydra.sweeper.params: read as {' '.join(map(printable, params))}"
    others = dict.fromkeys(
        printable(setting.source) for setting in settings if not setting.option.startswith("params.")
    )
    if others:
        yield f"{' '.join(others)}: Heracles is the sweeper, so that this is left out of the runs."
