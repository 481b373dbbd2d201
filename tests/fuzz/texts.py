"""Harnesses of what reads texts that others write: configurations, users, dictionaries, character sets."""

import contextlib
import datetime
import io
import os
import ssl
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dicomdesk.archive.services.kept_commitment_reports import _decode as decode_report
from dicomdesk.archive.setup.configuration import parse_configuration, read_configuration
from dicomdesk.cli.catalogue import load_program
from dicomdesk.cli.log.configuration import load_log
from dicomdesk.cli.options.grammar import CommandLineError, Tool, parse
from dicomdesk.dicom.data_sets.character_encoding import encode_text
from dicomdesk.dicom.data_sets.character_sets import decode_text
from dicomdesk.dicom.dictionary import Dictionary
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.security.certificate_check import (
    UnreadableCertificateError,
    is_root_certificate,
    verify_certificate,
)
from dicomdesk.engine.security.user_file import read_user_file, remove_user
from dicomdesk.errors import (
    ConfigurationError,
    DataError,
    DicomdeskError,
    LocalError,
    ProfileError,
    SettingsError,
    TlsSettingsError,
)
from dicomdesk.gui.security.security_file import from_json as security_from_json
from dicomdesk.gui.security.security_file import to_json as security_to_json
from dicomdesk.gui.security.security_store import SecuritySettings
from dicomdesk.gui.window_state import TypedPeer, WindowState
from dicomdesk.gui.window_state import from_json as window_state_from_json
from dicomdesk.gui.window_state import to_json as window_state_to_json
from dicomdesk.network.presentation.profiles import load_profiles, parse_profiles
from dicomdesk.network.tls.tls_files import load_authorities, load_dh_parameters, load_identity, load_revocations
from dicomdesk.network.wire.certificates import find_revocation_lists, read_certificates
from dicomdesk.settings import TlsFileFormat, TlsSettings
from tests.fuzz.properties import attempt, require, require_same

HASH = b"scrypt$15$8$1$MDEyMzQ1Njc4OWFiY2RlZg==$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@cache
def _folder() -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """A folder for this process; it goes when the process ends."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-")
    return made, Path(made.name)


def _file(name: str, data: bytes) -> Path:
    path = _folder()[1] / name
    path.write_bytes(data)
    return path


def read_profiles(data: bytes) -> None:
    """An association negotiation profile file has profiles, or one mistake with its place."""
    text = data.decode("utf-8", "surrogateescape")
    parsed = attempt(lambda: parse_profiles(text), ProfileError)
    if parsed.value is not None:
        for name, profile in parsed.value.profiles.items():
            require_same(parsed.value.profile(name), profile, "a profile is found by its name")
            attempt(profile.proposed_contexts, ProfileError)
            attempt(lambda: parsed.value and parsed.value.acceptor_profile(name), ProfileError)  # noqa: B023 - called at once
    path = _file("asconfig.txt", data)
    loaded = attempt(lambda: load_profiles(path), ProfileError)
    require_same(
        loaded.told if parsed.error else loaded.value,
        parsed.told if parsed.error else parsed.value,
        "a file is read as its text",
    )


PROFILE = b"""[[TransferSyntaxes]]
[Any]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = 1.2.840.10008.1.2
[[PresentationContexts]]
[All]
PresentationContext1 = CTImageStorage\\Any
PresentationContext2 = 1.2.840.10008.1.1\\Any
[[SCPSCURoleSelection]]
[Roles]
Role1 = CTImageStorage\\BOTH
[[ExtendedNegotiation]]
[Ext]
ExtendedNegotiation1 = CTImageStorage\\0102
[[Profiles]]
[Default]
PresentationContexts = All
SCPSCURoleSelection = Roles
ExtendedNegotiation = Ext
# a comment
"""
PROFILE_WORDS = (
    b"[[",
    b"]]",
    b"[",
    b"]",
    b"=",
    b"\\",
    b"#",
    b"\n ",
    b"Any",
    b"All",
    b"PresentationContext129",
    b"\0",
    b"\xff",
)


def read_archive_configuration(data: bytes) -> None:
    """A configuration of the archive is understood, or every mistake has its line."""
    parsed = attempt(lambda: parse_configuration(data.decode("utf-8", "replace")), ConfigurationError)
    if isinstance(parsed.error, ConfigurationError):
        require(parsed.error.problems, "mistakes are named")
    path = _file("dcmqrscp.cfg", data)
    loaded = attempt(lambda: read_configuration(path), ConfigurationError, LocalError)
    require_same(loaded.value, parsed.value, "a file is read as its text")


CONFIGURATION = b"""# archive
NetworkTCPPort = 10400
MaxPDUSize = 16384
MaxAssociations = 16
SpecificCharacterSet = "ISO_IR 100", override
HostTable BEGIN
one = (ONE, localhost, 5678)
both = one, (TWO, 127.0.0.1, 5679)
HostTable END
VendorTable BEGIN
"Vendor" = both
VendorTable END
AETable BEGIN
ARCHIVE  /var/lib/archive  RW  (9, 1024mb)  ANY
OPEN  /var/lib/open  R  (unlimited, 1.5gb)  both
AETable END
AccessTable BEGIN
allow 10.0.0.0/8
deny ALL
AccessTable END
"""
CONFIGURATION_WORDS = (
    b"BEGIN",
    b"END",
    b"HostTable",
    b"AETable",
    b"(",
    b")",
    b'"',
    b"'",
    b",",
    b"=",
    b"(a, b)",
    b"99999999999",
    b"ANY",
    b"\xb2",
    b"\0",
)


def read_log_configuration(data: bytes) -> None:
    """A log configuration makes a log that records can be written to, or is refused."""
    text = data.replace(b"/", b"_").replace(b"SysLog", b"Null").replace(b"..", b"_")
    path = _file("log.cfg", text)
    with _inside_folder(), _silenced():
        log = attempt(lambda: load_log(str(path), application="dcmsend", environment={}), SettingsError).value
        if log is not None:
            attempt(lambda: log.logger("dcmtk.apps.dcmsend").error("100% \xff {x}"))
            attempt(log.close)


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Without standard streams, and without a word of files that stay open after a mistake: the tool ends there."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore", ResourceWarning)
        yield


@contextlib.contextmanager
def _inside_folder() -> Iterator[None]:
    """What is written to a file with a name only is written here, and removed."""
    folder, before = _folder()[1] / "logs", os.getcwd()
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        for name in os.listdir(folder):
            os.unlink(folder / name)


LOG_CONFIGURATION = b"""log4cplus.rootLogger = INFO, a, b
log4cplus.logger.dcmtk.apps = DEBUG, c
log4cplus.additivity.dcmtk.apps = false
log4cplus.appender.a = log4cplus::ConsoleAppender
log4cplus.appender.a.layout = log4cplus::PatternLayout
log4cplus.appender.a.layout.ConversionPattern = %D{%Y-%m-%d %H:%M:%S.%q} %5p %-10.20c{2} %%%m%n
log4cplus.appender.a.filters.1 = log4cplus::spi::LogLevelRangeFilter
log4cplus.appender.a.filters.1.LogLevelMin = INFO
log4cplus.appender.b = log4cplus::RollingFileAppender
log4cplus.appender.b.File = ${appname}.log
log4cplus.appender.b.MaxFileSize = 1KB
log4cplus.appender.b.MaxBackupIndex = 2
log4cplus.appender.b.layout = log4cplus::TTCCLayout
log4cplus.appender.c = log4cplus::DailyRollingFileAppender
log4cplus.appender.c.File = c.log
log4cplus.appender.c.Schedule = HOURLY
log4cplus.appender.c.layout = log4cplus::SimpleLayout
"""
LOG_WORDS = (
    b"%c{\xc2\xb2}",
    b"%99m",
    b"%.0m",
    b"%-99999m",
    b"%D{%",
    b"%d{%Q%q%f%9}",
    b"${",
    b"${appname}",
    b"\0",
    b"\xff",
    b"\xc2\xb2",
    b"log4cplus.",
    b"=",
    b"OFF",
    b"INHERIT",
    b"log4cplus::NullAppender",
    b"\r",
    b"\x0b",
)

_PROGRAM_NAMES = ("dcmsend", "dcmrecv", "dcmqrscp", "storescu", "echoscu")


@cache
def _tools() -> list[Tool]:
    return [load_program(name).tool for name in _PROGRAM_NAMES]


def read_command_file(data: bytes) -> None:
    """The words of a command file are a command line, or a mistake on it."""
    path, tools = _file("arguments.txt", data), _tools()
    tool = tools[len(data) % len(tools)]
    given = attempt(lambda: parse(tool, [f"@{path}"]), CommandLineError).value
    if given is not None:
        for long in {occurrence.long for occurrence in given.occurrences if occurrence.values}:
            attempt(lambda: given.integer(long, 0, 99), CommandLineError)  # noqa: B023 - called at once


COMMAND_FILE = b"""-v --no-halt "a b.dcm" 'c' -aet TITLE
+sd +r --timeout 30 127.0.0.1 104 -pdu 16384\t+crf
@other
"""
COMMAND_WORDS = (
    b'"',
    b"'",
    b"-to",
    b"+sd",
    b"--",
    b"-1",
    b"+",
    b"@",
    b"@x",
    b"\0",
    b"\xb2",
    b"--log-level",
    b"-aec",
    b"99999999999999999999",
)


def read_users(data: bytes) -> None:
    """A file of users has each once, with a hash; removing one keeps the others."""
    path = _file("users", data)
    path.chmod(0o600)
    users = attempt(lambda: read_user_file(path), SettingsError).value
    if users:
        name = next(iter(users))
        attempt(lambda: remove_user(path, name), DicomdeskError)
        left = attempt(lambda: read_user_file(path), SettingsError).value
        require_same(
            left, {other: text for other, text in users.items() if other != name}, "removing a user keeps the others"
        )


USERS = b"# users\nsmith:" + HASH + b"\n\nj\xc3\xb6rg:" + HASH + b"\na:b:" + HASH + b"\n"
USER_WORDS = (b":", b"$", HASH, b"\0", b"\xff", b"\xc2\x85", b"\x0b", b"\x1c", b" ", b"#", b"scrypt$99$99$99$$", b"\r")


def read_dictionary(data: bytes) -> None:
    """A line of a data dictionary is an entry, or a sentence says why not; every tag has a VR."""
    made = Dictionary()
    for line in data.decode("utf-8", "replace").splitlines():
        attempt(lambda: made.add_line(line))  # noqa: B023 - called at once
    for tag in (0x00080005, 0x00091001, 0x60020010, 0x7FE00010):
        require(len(attempt(lambda: made.find_vr(tag, "X")).value or b"") == 2, "every tag has a VR")  # noqa: B023 - as above


DICTIONARY = b"""(0010,0010)\tPN\tPatientName\t1\tDICOM
(0009,"X",01)\tUN\tPrivate\t1\tX
(6000-60ff,0010)\tus\tRows\t1\tDICOM
(0020-o-7fff,0001-u-00ff)\tLO\tRange\t1\tX
# comment
"""
DICTIONARY_WORDS = (b"\t", b"(", b"-o-", b"-u-", b"xs", b"??", b",", b'"', b"ffff", b"\xff", b"\xc2\x85")


def read_certificate_file(data: bytes) -> None:
    """Certificates are read, or there is a reason why not."""
    for is_pem in (False, True):
        attempt(lambda: read_certificates(data, is_pem=is_pem), ValueError)  # noqa: B023 - called at once
    attempt(lambda: find_revocation_lists(data))


@cache
def _certificate() -> tuple[bytes, bytes]:
    """One as it should be, in PEM and DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM), made.public_bytes(serialization.Encoding.DER)


def build_certificates(random: Random) -> bytes:
    """A certificate in DER, or some in PEM with other blocks between them."""
    pem, der = _certificate()
    if random.random() < 0.4:
        return der
    return b"".join(random.choice((pem, *PEM_WORDS)) for _ in range(random.randint(1, 4)))


PEM_WORDS = (
    b"-----BEGIN CERTIFICATE-----\n",
    b"-----END CERTIFICATE-----\n",
    b"-----BEGIN X509 CRL-----",
    b"\x30\x82\1\0",
    b"=",
    b"\0",
)


def read_tls_files(data: bytes) -> None:
    """Keys, certificates, revocation lists and parameters of TLS are used, or it is told why not."""
    path = _file("tls", data)
    for file_format in TlsFileFormat:
        settings = TlsSettings(
            certificate_file=path,
            private_key_file=path,
            file_format=file_format,
            authority_files=(path,),
            revocation_files=(path,),
            pass_phrase="x",
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        attempt(lambda: load_identity(context, settings), TlsSettingsError)  # noqa: B023 - called at once
        attempt(lambda: load_authorities(context, settings))  # noqa: B023 - as above
        attempt(lambda: load_revocations(context, settings))  # noqa: B023 - as above
        attempt(lambda: verify_certificate(path, settings), UnreadableCertificateError)  # noqa: B023 - as above
        attempt(lambda: is_root_certificate(path, file_format), UnreadableCertificateError)  # noqa: B023 - as above
    attempt(lambda: load_dh_parameters(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), path))


@cache
def _key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


DH_PARAMETERS = b"-----BEGIN DH PARAMETERS-----\nMAYCAQsCAQI=\n-----END DH PARAMETERS-----\n"
"""Of a prime far too small."""


def build_tls_file(random: Random) -> bytes:
    """Blocks of PEM in any order, or one certificate in DER."""
    if random.random() < 0.2:
        return build_certificates(random)
    return b"".join(random.choice((_key(), _certificate()[0], DH_PARAMETERS)) for _ in range(random.randint(1, 3)))


def read_kept_state(data: bytes) -> None:
    """What the window and the archive have kept for themselves, and somebody has changed."""
    text = data.decode("utf-8", "replace")
    attempt(lambda: security_from_json(text), SettingsError)
    attempt(lambda: window_state_from_json(text))
    attempt(lambda: decode_report(io.BytesIO(data)), DataError)


_REPORT = b"""{"transaction": "1.2", "archive": "A", "peer": "B", "asked": 1.5, "instances": 2}
[0, "1.2", "1.3"]
[274, "1.2", "1.4"]
"""


def build_kept_state(random: Random) -> bytes:
    """One of the files as they are kept, and perhaps a word too many."""
    security = security_to_json(
        SecuritySettings(nodes={TypedPeer(ae_title="A", host="host", port="104"): PeerSecurity()})
    )
    state = window_state_to_json(
        WindowState(peer_host="host", recent_peers=(TypedPeer(ae_title="A", host="host", port="104"),))
    )
    data = random.choice((security.encode(), state.encode(), _REPORT))
    at = random.randint(0, len(data))
    return data if random.random() < 0.7 else data[:at] + random.choice(STATE_WORDS) + data[at:]


STATE_WORDS = (
    b"[",
    b"{",
    b"]",
    b"}",
    b"[" * 3000,
    b'{"a":' * 1500,
    b"1" * 5000,
    b"1e999",
    b"NaN",
    b"null",
    b'"\\ud800"',
    b"\xff",
)

_CHARACTER_SETS = (
    b"",
    b"ISO_IR 100",
    b"ISO_IR 192",
    b"ISO_IR 13",
    b"\\ISO 2022 IR 87",
    b"ISO 2022 IR 13\\ISO 2022 IR 87",
    b"ISO 2022 IR 6\\ISO 2022 IR 149",
    b"\\ISO 2022 IR 58",
    b"GB18030",
    b"ISO_IR 166",
    b"nothing known",
)


def decode_characters(data: bytes) -> None:
    """Text in any character set is decoded somehow; what can be encoded again is decoded to the same."""
    character_set, value = _CHARACTER_SETS[data[0] % len(_CHARACTER_SETS) if data else 0], data[1:]
    for name in (character_set, value[:16]):
        text = attempt(lambda: decode_text(value, name)).value or ""  # noqa: B023 - called at once
        again = attempt(lambda: encode_text(text, name.decode("latin-1"))).value  # noqa: B023 - as above
        if again is not None and name == character_set:
            require_same(decode_text(again, name), text.strip(" \0"), "what is encoded is decoded to the same")


def build_characters(random: Random) -> bytes:
    """A byte for the character set, and text in it or not."""
    texts = (
        "Doe^Jane",
        "Buc^J\xe9r\xf4me",
        "\u5c71\u7530^\u592a\u90ce=\u3084\u307e\u3060^\u305f\u308d\u3046",
        "\uae40^\ud76c\uc911",
        "\u7c7b^",
        "",
    )
    text = random.choice(texts)
    selector = random.randrange(len(_CHARACTER_SETS))
    encoded = encode_text(text, _CHARACTER_SETS[selector].decode())
    return bytes((selector,)) + (encoded if encoded is not None else text.encode("utf-8"))


CHARACTER_WORDS = (
    b"\x1b",
    b"\x1b$B",
    b"\x1b(J",
    b"\x1b(B",
    b"\x1b)I",
    b"\x1b$)C",
    b"\x1b$(D",
    b"\x1b$)A",
    b"\\",
    b"^",
    b"=",
    b"\x0e",
    b"\x8e",
    b"\xff",
    b"\r\n",
)
