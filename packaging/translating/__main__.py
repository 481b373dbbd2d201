"""Brings the files of translations up to date with the sources; says what share has a translation."""

import json
import sys
from pathlib import Path

from translating.files import LANGUAGES, compile_file, read_file, write_file
from translating.messages import messages

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "resources" / "translations"


def main() -> int:
    """Write all files; with ``--list`` say only which texts there are, as JSON."""
    found = messages(PROJECT / "dicomdesk" / "gui")
    if sys.argv[1:] == ["--list"]:
        sys.stdout.write(json.dumps(found))
        return 0
    for language in LANGUAGES:
        source = FOLDER / f"{language}.ts"
        count = write_file(source, found, read_file(source))
        compile_file(source, source.with_suffix(".qm"))
        sys.stdout.write(f"{language}: {count} of {len(found)} texts\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
