"""Tells the supervisor that started this process how it gets on; source: sd_notify (3) of systemd.

Nothing is told, and nothing imported, where there is none: ``NOTIFY_SOCKET`` names its socket.
"""

import os
from contextlib import suppress

READY = "READY=1"
"""It serves."""
STOPPING = "STOPPING=1"
"""It ends, in order."""

_VARIABLE = "NOTIFY_SOCKET"
_TIMEOUT_S = 1.0


def tell_supervisor(*states: str) -> None:
    """Send assignments as a datagram; a supervisor that does not take them is left alone. For any thread."""
    address = os.environ.get(_VARIABLE, "")
    if not address.startswith(("/", "@")):
        return
    import socket  # noqa: PLC0415 - only below a supervisor: start-up time

    if address.startswith("@"):  # a name in the abstract namespace of Linux
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.settimeout(_TIMEOUT_S)
        told.connect(address)
        told.send("\n".join(states).encode())
