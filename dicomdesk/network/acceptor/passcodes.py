"""Passcodes of users: kept as hashes only, and verified at a price (PS3.7 D.3.3.7 says nothing of either).

A hash is one line of text: ``scrypt$15$8$1$SALT$KEY``, the cost parameters of RFC 7914 (N as its logarithm, r, p), salt
and key in base64. Verifying takes some 100 ms and 32 MB, for unknown users too; two run at once, one for each address,
and who waits does so for one verification of each other address at most, however many guess there. A passcode that was
right before is recognised at once: whoever guesses wrongly delays nobody who has been here.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.network.acceptor.association_places import address_group
from dicomdesk.network.acceptor.fair_turns import Turns

MAX_HASHES_AT_ONCE = 2
"""More guesses at once would cost the processor and memory that the transfers of others need."""

LONGEST_LINE = 32
"""Verifications that wait, of one user for one address, or of all users for it that are not known."""

LONGEST_TURN_S = 10.0
"""How long a verification waits for its turn before it is given up."""

_METHOD = "scrypt"
_SALT_BYTES = 16
_KEY_BYTES = 32
_LARGEST_LOG2_N, _LARGEST_R, _LARGEST_P = 18, 16, 4
"""Bounds of what is believed: 512 MB at most, which takes seconds."""


class _Hash(NamedTuple):
    """A hash, taken apart."""

    log2_n: int
    r: int
    p: int
    salt: bytes
    key: bytes


_NEW = _Hash(15, 8, 1, b"", b"")
"""The cost of new hashes. glibc gives the memory of one back to the system, but keeps half as much for every thread
that ever verified one: strangers could make hundreds of megabytes of that.
"""


def hash_passcode(passcode: str) -> str:
    """The text to be kept; each call makes another one. Takes some 100 ms."""
    new = _NEW._replace(salt=secrets.token_bytes(_SALT_BYTES))
    return _write(new._replace(key=_derive(passcode.encode("utf-8", "surrogateescape"), new)))


def is_passcode_hash(text: str) -> bool:
    """Whether this is the text of a hash that can be verified."""
    return _read(text) is not None


class Passcodes:
    """The users of an acceptor. ``are_right`` may be called by any thread and makes it wait."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        """Take user names with the hashes of their passcodes; raises SettingsError for what is no hash."""
        self._hashes: dict[bytes, _Hash] = {}
        for name, text in hashes.items():
            found = _read(text)
            if found is None:
                raise SettingsError(f'The passcode of user "{printable(name)}" is not hashed as expected')
            self._hashes[name.encode("utf-8", "surrogateescape")] = found
        like = next(iter(self._hashes.values()), _NEW)
        self._nobody = like._replace(salt=secrets.token_bytes(_SALT_BYTES), key=secrets.token_bytes(_KEY_BYTES))
        """Verified in vain, at the price that others have, for users who are not known."""
        self._turns = Turns(MAX_HASHES_AT_ONCE, LONGEST_LINE)
        self._secret = secrets.token_bytes(_KEY_BYTES)
        self._seen: dict[bytes, bytes] = {}
        """Digests, with the secret of this process, of passcodes that were right: one for each user at most."""

    def are_right(self, user_name: bytes, passcode: bytes, address: str = "") -> bool | None:
        """Whether a user of this name (UTF-8) has this passcode; None where the address asks too much at once."""
        known = self._hashes.get(user_name)
        expected = known or self._nobody
        digest = hashlib.blake2b(passcode, key=self._secret).digest()
        if hmac.compare_digest(self._seen.get(user_name, b""), digest):
            return True
        line = user_name if known is not None else None
        with self._turns.turn(address_group(address), line, LONGEST_TURN_S) as is_granted:
            if not is_granted:
                return None
            key = _derive(passcode, expected)
        if not hmac.compare_digest(key, expected.key) or known is None:
            return False
        self._seen[user_name] = digest
        return True


def _derive(passcode: bytes, parameters: _Hash) -> bytes:
    n, r, p = 1 << parameters.log2_n, parameters.r, parameters.p
    return hashlib.scrypt(
        passcode, salt=parameters.salt, n=n, r=r, p=p, maxmem=128 * r * (n + p + 2) + 65536, dklen=_KEY_BYTES
    )


def _write(value: _Hash) -> str:
    salt, key = (base64.b64encode(data).decode("ascii") for data in (value.salt, value.key))
    return f"{_METHOD}${value.log2_n}${value.r}${value.p}${salt}${key}"


def _read(text: str) -> _Hash | None:
    parts = text.strip().split("$")
    if len(parts) != 6 or parts[0] != _METHOD or not all(part.isascii() and part.isdigit() for part in parts[1:4]):
        return None
    try:
        salt, key = (base64.b64decode(part, validate=True) for part in parts[4:])
    except ValueError:
        return None
    log2_n, r, p = (int(part[:4]) for part in parts[1:4])
    value = _Hash(log2_n, r, p, salt, key)
    in_bounds = 1 <= value.log2_n <= _LARGEST_LOG2_N and 1 <= value.r <= _LARGEST_R and 1 <= value.p <= _LARGEST_P
    return value if in_bounds and len(value.salt) >= 8 and len(value.key) == _KEY_BYTES else None
