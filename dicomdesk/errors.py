"""All exceptions of dicomdesk, arranged by what a user can do about them.

::

    DicomdeskError
     +-- PeerError                     look at the other side, or at the way to it
     |    +-- PeerUnreachableError         no connection: name, route, port, firewall
     |    |    +-- TlsHandshakeError            no trust, or nothing in common: certificates, TLS versions, ciphers
     |    +-- AssociationRejectedError     the peer said no (A-ASSOCIATE-RJ)
     |    +-- AssociationAbortedError      the peer, or the connection, went away
     |    |    +-- PeerReleasedError           it released the association instead of answering
     |    +-- PeerTimeoutError             the peer did not answer in time
     |    +-- PeerProtocolError            the peer answered with what the standard forbids
     |    |    +-- PduLimitError                it takes PDUs only into which no message fits
     |    +-- UserIdentityError            the peer did not confirm who we are, as we had asked
     +-- DataError                     look at the file
     |    +-- NotDicomError                not DICOM in the format asked for
     |    +-- TruncatedError               it ends before it should
     |    +-- InvalidUidError              a SOP Class or Instance UID is missing or wrong
     |    +-- ConversionError              it cannot be converted as needed
     |    +-- ChangedError                 it is another instance than the one that was listed
     +-- LocalError                    look at this machine: disk, port, permissions
     |    +-- PortInUseError
     |    +-- StorageError                 cannot write: full, read-only, vanished
     |    +-- ReportError                  the report cannot be written
     |    +-- KeptFileError                a file of what is kept from run to run cannot be used
     |    |    +-- ListStateError               what has come of a list cannot be kept, or is another list's
     |    |    +-- JournalError                 the journal of what is sent cannot be opened, read or written
     |    +-- HostLostError                the process that the window's engine has to itself has ended
     |    +-- IndexUnusableError           the archive's database: unreachable, full, read-only, too new
     |    |    +-- IndexUncertainError         it failed while it committed: whether it did is not known
     |    +-- IndexBusyError               the archive's database is locked by others
     |    +-- IndexDamagedError            the archive's database must be made again
     +-- CancelledError                  nothing is wrong: what was asked for was cancelled meanwhile
     +-- SettingsError                 look at what was asked for
          +-- IllegalAeTitleError          an AE title that cannot be sent
          +-- ProposalTooLongError         identity and extended negotiation that do not fit into a request
          +-- ProfileError                 association negotiation profile files
          +-- ProposalError                presentation contexts that cannot be proposed
          +-- ConfigurationError           configuration files of the archive
          +-- LogConfigurationError        log configuration files
          +-- TlsSettingsError             keys, certificates and cipher suites that cannot be used
          |    +-- KeyPassPhraseError          the pass phrase of the private key is missing or wrong
          +-- DictionaryError              data dictionary files

Foreign exceptions become one of these at one place per library, with ``raise ... from``.
"""

from enum import Enum


class FileFault(Enum):
    """What is wrong with a file in which something is kept."""

    DISK = "disk"
    """It cannot be opened, read or written, through no fault of its own."""
    IN_USE = "in-use"
    DAMAGED = "damaged"
    NEWER = "newer"
    """It was written by a newer version of dicomdesk."""
    FOREIGN = "foreign"
    """It is of something else, and not to be touched."""


_THE_PEER = "The peer"
_HANDSHAKE = "The TLS handshake with the peer"


class DicomdeskError(Exception):
    """Base of all errors that a user can do something about; ``str()`` is one plain sentence."""

    def __reduce__(self) -> tuple[object, ...]:
        """Errors go from one process to another as they are, whatever they are made from."""
        return made_again, (type(self), self.args, dict(self.__dict__))


class PeerError(DicomdeskError):
    """The other side, or the way to it, prevented the operation.

    ``condition`` says the same in the words of DCMTK's tools, for those who read their output; ``advice`` is what to do
    about it, one sentence; both "" when there is none.
    """

    def __init__(self, message: str, *, condition: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.condition = condition
        self.advice = advice

    def name_peer(self, name: str) -> None:
        """Say "The peer PACS (host:port)" for "The peer", where its sentence begins with that and no more."""
        sentence = str(self)
        if sentence.startswith(f"{_THE_PEER} ") and not sentence.startswith(name):
            self.args = (name + sentence[len(_THE_PEER) :], *self.args[1:])
        elif sentence.startswith(f"{_HANDSHAKE} failed"):
            named = _HANDSHAKE.replace(_THE_PEER.lower(), name.replace(_THE_PEER, _THE_PEER.lower()))
            self.args = (named + sentence[len(_HANDSHAKE) :], *self.args[1:])


class PeerUnreachableError(PeerError):
    """No transport connection to the peer could be made."""


class TlsHandshakeError(PeerUnreachableError):
    """The two sides do not trust each other, or have no TLS in common; trying again does not help."""


class AssociationRejectedError(PeerError):
    """The peer rejected the association (PS3.8 9.3.4).

    ``result``, ``source`` and ``reason`` are the numbers of the A-ASSOCIATE-RJ PDU.
    """

    def __init__(
        self, message: str, *, result: int, source: int, reason: int, advice: str = "", condition: str = ""
    ) -> None:
        super().__init__(message, condition=condition, advice=advice)
        self.result = result
        self.source = source
        self.reason = reason

    @property
    def is_transient(self) -> bool:
        """Whether the peer invites another try (result 2, rejected-transient)."""
        return self.result == 2


class AssociationAbortedError(PeerError):
    """The association ended without release: A-ABORT received, or the connection was lost.

    ``source`` and ``reason`` are those of the A-ABORT PDU (PS3.8 9.3.8), None when the connection just closed.
    """

    def __init__(
        self,
        message: str,
        *,
        source: int | None = None,
        reason: int | None = None,
        condition: str = "",
        advice: str = "",
    ) -> None:
        super().__init__(message, condition=condition, advice=advice)
        self.source = source
        self.reason = reason


class PeerReleasedError(AssociationAbortedError):
    """The peer released the association in the middle of an operation."""


class PeerTimeoutError(PeerError):
    """The peer did not answer within the time allowed."""


class PeerProtocolError(PeerError):
    """The peer sent something that the standard forbids at this point."""


class PduLimitError(PeerProtocolError):
    """The peer takes PDUs into which no message fits."""


class UserIdentityError(PeerError):
    """The peer accepted the association without the confirmation of the user identity that we had asked for.

    ``explanation`` is the line that DCMTK's storescu logs before the condition.
    """

    def __init__(self, message: str, *, explanation: str = "", condition: str = "") -> None:
        super().__init__(message, condition=condition)
        self.explanation = explanation


class DataError(DicomdeskError):
    """A file or data set cannot be used as it is."""


class NotDicomError(DataError):
    """The bytes are not DICOM in the format asked for."""


class TruncatedError(DataError):
    """The data set ends before its own lengths say that it should.

    ``cut`` names what is cut, how long it says it is, and how much of it is there; "" where that is not known.
    """

    def __init__(self, message: str, *, cut: str = "") -> None:
        super().__init__(message)
        self.cut = cut


class InvalidUidError(DataError):
    """A SOP Class UID or SOP Instance UID is missing or not usable; ``condition`` is DCMTK's wording."""

    def __init__(self, message: str, *, condition: str = "") -> None:
        super().__init__(message)
        self.condition = condition


class ConversionError(DataError):
    """The data set cannot be converted to the transfer syntax needed."""


class ChangedError(DataError):
    """A file has become another instance since it was listed, so that nobody has asked for what it holds now."""


class CancelledError(DicomdeskError):
    """A long piece of work was broken off because its job was cancelled."""


class LocalError(DicomdeskError):
    """Something of this machine prevented the operation."""


class PortInUseError(LocalError):
    """The port to listen on is taken or needs privileges."""


class StorageError(LocalError):
    """A folder or file cannot be written."""


class ReportError(LocalError):
    """The report file cannot be written."""


class KeptFileError(LocalError):
    """A file in which something is kept from one run to the next cannot be used; ``fault`` says in which way."""

    def __init__(self, message: str, fault: FileFault = FileFault.DISK) -> None:
        super().__init__(message)
        self.fault = fault


class ListStateError(KeptFileError):
    """The state file of a list is damaged, in use, of a newer version or another list's, or cannot be written."""


class JournalError(KeptFileError):
    """A journal is damaged, in use, of a newer version or no journal at all, or cannot be read or written."""


class IndexUnusableError(LocalError):
    """The database of the archive's index cannot be opened, read or written, or is of a newer version."""


class IndexUncertainError(IndexUnusableError):
    """The database of the archive's index failed while it committed: whether it did is not known."""


class IndexBusyError(LocalError):
    """The database of the archive's index is locked by others for longer than is reasonable to wait."""


class IndexDamagedError(LocalError):
    """The database of the archive's index is damaged; it can be made again from the stored files."""


class HostLostError(LocalError):
    """The process that the window's engine has to itself has ended while it was needed."""


class SettingsError(DicomdeskError):
    """What was asked for makes no sense or cannot be read."""


class IllegalAeTitleError(SettingsError):
    """An AE title is blank or has characters that cannot be sent; ``condition`` is DCMTK's wording."""

    def __init__(self, message: str, *, condition: str = "") -> None:
        super().__init__(message)
        self.condition = condition


class ProposalTooLongError(SettingsError):
    """User identity and extended negotiation need more room than an association request has; ``condition`` is DCMTK's
    wording.
    """

    def __init__(self, message: str, *, condition: str = "") -> None:
        super().__init__(message)
        self.condition = condition


class ProfileError(SettingsError):
    """An association negotiation profile file is wrong.

    The message is DCMTK's; ``explanation`` is the longer line that it logs before, "" where it logs none. ``file`` and
    ``line`` (from 1) say where it is wrong, "" and None where no place can be named.
    """

    def __init__(self, message: str, *, explanation: str = "", file: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.explanation = explanation
        self.file = file
        self.line = line


class ConfigurationError(SettingsError):
    """A configuration file of the archive is wrong; ``problems`` names each mistake with its line."""

    def __init__(self, message: str, *, problems: tuple[str, ...]) -> None:
        super().__init__(message)
        self.problems = problems


class ProposalError(SettingsError):
    """The presentation contexts asked for are too many, or none; ``condition`` is DCMTK's wording."""

    def __init__(self, message: str, *, condition: str = "") -> None:
        super().__init__(message)
        self.condition = condition


class LogConfigurationError(SettingsError):
    """A log configuration file is wrong."""


class TlsSettingsError(SettingsError):
    """A private key, certificate or cipher suite cannot be used; ``condition`` is DCMTK's wording, "" if it has none.

    The message names the file and the reason; ``warnings`` is what was found before, in the words of DCMTK's tools.
    """

    def __init__(self, message: str, *, condition: str = "", warnings: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.condition = condition
        self.warnings = warnings


class KeyPassPhraseError(TlsSettingsError):
    """The private key is encrypted, and its pass phrase was not given (``is_missing``) or is wrong."""

    def __init__(self, message: str, *, is_missing: bool, condition: str = "", warnings: tuple[str, ...] = ()) -> None:
        super().__init__(message, condition=condition, warnings=warnings)
        self.is_missing = is_missing


class DictionaryError(SettingsError):
    """A data dictionary file is wrong or missing."""


def made_again(kind: type[DicomdeskError], arguments: tuple[object, ...], about: dict[str, object]) -> DicomdeskError:
    """Return an error that came from another process."""
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(about)
    return error
