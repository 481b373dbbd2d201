"""Classifies failures as transient or permanent and computes back-off; pure decisions.

Transient: the connection was refused, reset or lost, the peer was late, it rejected the association as transient
(PS3.8 9.3.4), or it was out of resources (status A7xx, PS3.4 B.2.3). Permanent: everything that would fail the same way
again - no presentation context, a data set or SOP class that the peer cannot take (A9xx, Cxxx, 0122), a permanent
rejection, a file that cannot be read, a violation of the protocol.
"""

from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    PeerTimeoutError,
    PeerUnreachableError,
    TlsHandshakeError,
)
from dicomdesk.network.status import is_out_of_resources

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0


def is_transient_error(error: BaseException) -> bool:
    """Whether trying again later can help."""
    if isinstance(error, AssociationRejectedError):
        return error.is_transient
    if isinstance(error, TlsHandshakeError):
        return False
    return isinstance(error, PeerUnreachableError | AssociationAbortedError | PeerTimeoutError)


def is_transient_status(status: int) -> bool:
    """Whether a C-STORE response says that the peer only lacks resources now (A7xx)."""
    return is_out_of_resources(status)


def backoff_s(attempt: int, *, jitter: float = 0.5, longest_s: float = LONGEST_DELAY_S) -> float:
    """Seconds to wait before try number ``attempt`` + 1, doubling from one second up to the longest time.

    ``jitter`` from 0 to 1 shortens the delay by up to a half, so that many senders do not come back at once; the caller
    draws it.
    """
    delay_s: float = min(FIRST_DELAY_S * 2 ** min(attempt - 1, 20), longest_s)
    return delay_s * (1 - jitter / 2)
