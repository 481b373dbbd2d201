"""Plays every kind, one after the other, to an acceptor: ``python -m tests.hostile.battery PORT dcmrecv|dcmqrscp``.

Prints how many there were; ends with an error where one of them was not hung up on in time.
"""

import sys

from tests.hostile.acceptor_kinds import ANY_ACCEPTOR
from tests.hostile.archive_kinds import ARCHIVE
from tests.hostile.steps import call


def main(port: str, acceptor: str) -> None:
    """Play them."""
    kinds = [*ANY_ACCEPTOR, *(ARCHIVE if acceptor == "dcmqrscp" else [])]
    for kind in kinds:
        call(int(port), kind.steps)
    sys.stdout.write(f"{len(kinds)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
