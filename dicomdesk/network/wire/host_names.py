"""Names of peers for people to read; an address is never taken for more than it is."""

import socket
import threading

_MOST_NAMES = 1000


def find_own_address(host: str, port: int) -> str:
    """The address of this machine that a peer sees, by the way to it; nothing is sent. "" where there is none."""
    try:
        for family, kind, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM):
            with socket.socket(family, kind) as sock:
                sock.connect(address)
                return str(sock.getsockname()[0])
    except OSError:
        return ""
    return ""


class HostNames:
    """Looks up and remembers names; for any number of threads.

    A look-up may take as long as the system's resolver: it holds no lock, and is never done on an accepting thread.
    """

    def __init__(self, *, is_enabled: bool) -> None:
        self._is_enabled = is_enabled
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}

    def find(self, address: str) -> str:
        """The name of an IP address; the address itself where there is none, or where look-ups are off."""
        if not self._is_enabled:
            return address
        with self._lock:
            known = self._names.get(address)
        if known is not None:
            return known
        try:
            name = socket.gethostbyaddr(address)[0] or address
        except OSError:
            name = address
        with self._lock:
            if len(self._names) >= _MOST_NAMES:
                self._names.clear()
            self._names[address] = name
        return name
