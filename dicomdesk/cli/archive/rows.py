"""Rows of a command on stdout: a table, CSV, or objects of JSON Lines."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter, Value
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.query.options import Form
from dicomdesk.cli.query.rows import RowWriter
from dicomdesk.human import printable

__all__ = ["RowOutput", "iso_time", "read_form", "shown_value"]

_PAGE = 64
_TIMES = frozenset({"received", "last_received"})


def read_form(line: CommandLine) -> Form:
    """How rows are written; raises CommandLineError."""
    if line.has("--csv"):
        line.check_conflict("--csv", "--json", is_given=line.has("--json"))
    return Form.JSON if line.has("--json") else Form.CSV if line.has("--csv") else Form.TABLE


def iso_time(seconds: float) -> str:
    """A moment (seconds since 1970) in ISO 8601 with the offset of here, "" for none."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(timespec="seconds") if seconds else ""


def shown_value(name: str, value: Value) -> str:
    """A value as people read it; ``name`` is that of its column."""
    return _cell(_shown(name, value))


class RowOutput:
    """Writes rows as they come, some at a time. For the main thread."""

    def __init__(self, form: Form, columns: Sequence[str]) -> None:
        self._columns = columns
        self._json = JsonLinesReporter() if form is Form.JSON else None
        self._table = None if form is Form.JSON else RowWriter(form, columns, write_stdout)
        self._objects: list[tuple[str, Fields]] = []
        self._waiting = 0
        self._is_text_lost = False

    @property
    def is_lost(self) -> bool:
        """Whether some could not be written, and somebody misses them."""
        if self._json is not None:
            return self._json.is_lost
        return self._is_text_lost or bool(self._table and self._table.is_lost)

    @property
    def is_json(self) -> bool:
        """Whether objects are written."""
        return self._json is not None

    def take(self, event: str, values: Mapping[str, Value]) -> None:
        """Write a row; ``event`` is the name of the object."""
        shown = {name: _shown(name, value) for name, value in values.items()}
        if self._table is None:
            self._objects.append((event, shown))
        else:
            self._table.take_row([_cell(shown.get(name, "")) for name in self._columns])
        self._waiting += 1
        if self._waiting >= _PAGE:
            self.flush()

    def tell(self, event: str, values: Mapping[str, Value], text: str) -> None:
        """Write what was done: an object of JSON, or a line of text."""
        if self._json is not None:
            self._json.write([(event, dict(values))])
        elif not write_stdout(printable(text) + "\n"):
            self._is_text_lost = True

    def flush(self) -> None:
        """Write what waits."""
        self._waiting = 0
        if self._table is not None:
            self._table.flush()
        if self._json is not None:
            self._json.write(self._objects)
        self._objects.clear()

    def end(self) -> int:
        """Write what waits, and the heading of a table without rows; returns the exit code."""
        self.flush()
        if self._table is not None:
            self._table.end()
        return self.exit_code(ExitCode.SUCCESS)

    def exit_code(self, code: ExitCode) -> int:
        """The exit code of a command that would end with this one: another where that is success and some was lost."""
        return int(ExitCode.CANNOT_WRITE_REPORT_FILE if code is ExitCode.SUCCESS and self.is_lost else code)

    def take_all(self, rows: Iterable[tuple[str, Mapping[str, Value]]]) -> int:
        """Write all rows, each with the name of its object, as long as somebody reads them; returns the exit code."""
        for event, row in rows:
            self.take(event, row)
            if self.is_lost:
                break
        return self.end()


def _shown(name: str, value: Value) -> Value:
    return iso_time(value) if name in _TIMES and isinstance(value, int | float) else value


def _cell(value: Value) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(_cell, value))
    return "" if value is None else str(value)
