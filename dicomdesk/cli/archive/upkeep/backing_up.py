"""What the commands of backups share: progress and findings as lines, and the choice of a backup."""

from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.output.standard_streams import write_stderr
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Logger

if TYPE_CHECKING:
    from dicomdesk.archive.backup.manifest import BackupPlace, Manifest
    from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter

__all__ = ["FINDING_KEYS", "BackupDisplay", "chosen_backups"]

FINDING_KEYS = "``area``, ``path``, ``text`` (what is wrong with a file)"
_OFTEN = 100


class BackupDisplay:
    """Observer of a backup, a restore or a check: findings as warnings, or as JSON; progress on a terminal."""

    def __init__(self, area: str, logger: Logger, json: "JsonLinesReporter | None", *, draws: bool) -> None:
        self._area = area
        self._logger = logger
        self._json = json
        self._draws = draws and json is None

    def progressed(self, done: int, total: int) -> None:
        """See ``BackupObserver``."""
        if self._draws and (not done % _OFTEN or done == total):
            write_stderr(f"\r\033[K{printable(self._area)}: {done} of {total} files" if done < total else "\r\033[K")

    def found(self, path: str, text: str) -> None:
        """See ``BackupObserver``."""
        if self._draws:
            write_stderr("\r\033[K")
        self._logger.warn(f"{printable(self._area)}: {printable(path)}: {printable(text)}")
        if self._json is not None:
            fields: Fields = {"area": self._area, "path": path, "text": text}
            self._json.write([("backup-finding", fields)])


def chosen_backups(target: Path, areas: tuple[str, ...], name: str) -> "list[tuple[BackupPlace, Manifest]]":
    """Return the backups that are meant: of these areas, all where none is named, the newest or that of a name.

    Raises SettingsError where there is none, and what reading the manifests raises.
    """
    from dicomdesk.archive.backup.manifest import BackupPlace  # noqa: PLC0415 - start-up time

    found = []
    for place in BackupPlace.all_in(target):
        if areas and place.area not in areas:
            continue
        manifests = [one for one in place.manifests() if name in {"", one.name}]
        found += [(place, one) for one in manifests[-1:]]
    if not found:
        what = f'no backup "{name}"' if name else "no backup"
        raise SettingsError(f"{target} has {what}{' of ' + ', '.join(areas) if areas else ''}")
    return found
