"""Where a peer finds the listener of this machine that instances are to come to."""

import ipaddress
from contextlib import suppress

from dicomdesk.engine.retrieve.diagnosis.doctor import OwnListener
from dicomdesk.engine.retrieve.request import RetrieveRequest, RunningListener
from dicomdesk.network.wire.host_names import find_own_address

__all__ = ["find_own_listener"]


def find_own_listener(request: RetrieveRequest, port: int) -> OwnListener | None:
    """What the peer of a request is to know of our listener; ``port`` is that of the job's own, 0 for none so far."""
    running = _running(request, port)
    if running is None:
        return None
    seen = find_own_address(request.peer.host, request.peer.port)
    return OwnListener(
        ae_title=request.move_destination,
        address=running.address or seen,
        port=running.port,
        is_for_this_machine_only=_is_loopback(running.address) and not _is_loopback(seen),
        has_tls=running.has_tls,
    )


def _running(request: RetrieveRequest, port: int) -> RunningListener | None:
    own = request.listener
    if own is None:
        return request.running_listener
    return RunningListener(port=port or own.port, address=own.address, has_tls=own.acceptance.tls is not None)


def _is_loopback(address: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(address).is_loopback
    return False
