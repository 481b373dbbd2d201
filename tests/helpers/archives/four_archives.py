"""Archives of four kinds that take instances and send them to us: DCMTK's, Orthanc, pynetdicom's and ours."""

import json
import shutil
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from dicomdesk.settings import TlsSettings
from tests.helpers.archives.opened_archives import AREA, dcmtk_archive, our_archive
from tests.helpers.dcmtk.delivery import listening
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.tls.certificates import Authority
from tests.helpers.tls.secured import presenting
from tests.helpers.tls.tls_proxy import tls_proxy

PLAIN, SECURE = "ASKER", "ASKERTLS"
"""AE titles of the two destinations that each archive knows."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Without and with TLS: of an archive, or of its destinations."""

    plain: int
    secure: int


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Both ends of TLS, each with a certificate of one authority that both trust."""

    authority: Path
    certificate: Path
    key: Path
    settings: TlsSettings

    @classmethod
    def made(cls, folder: Path) -> "Tls":
        """With new certificates."""
        authority = Authority(folder)
        issued = authority.issue("localhost", uses_rsa=True)
        return cls(
            authority=authority.certificate,
            certificate=issued.certificate,
            key=issued.key,
            settings=presenting(issued, authority),
        )

    def context(self, *, is_server: bool) -> ssl.SSLContext:
        """That demands the other side's certificate."""
        purpose = ssl.Purpose.CLIENT_AUTH if is_server else ssl.Purpose.SERVER_AUTH
        context = ssl.create_default_context(purpose, cafile=self.authority)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(self.certificate, self.key)
        return context


Opening = Callable[[Path, Ports, Tls], AbstractContextManager[Ports]]
"""Runs an archive in a folder; is given where its destinations listen, and TLS of both."""


@contextmanager
def _dcmtk(folder: Path, destinations: Ports, tls: Tls) -> Iterator[Ports]:
    """Debian's dcmqrscp has no TLS."""
    with _way_to(destinations.secure, tls) as beyond:
        hosts = {PLAIN: ("127.0.0.1", destinations.plain), SECURE: ("127.0.0.1", beyond)}
        with dcmtk_archive(folder, configuration={"hosts": hosts}) as port, _reached_over(tls, port) as secure:
            yield Ports(plain=port, secure=secure)


@contextmanager
def _pynetdicom(folder: Path, destinations: Ports, tls: Tls) -> Iterator[Ports]:
    """Its qrscp has no TLS."""
    port = free_port()
    command = [sys.executable, "-m", "pynetdicom", "qrscp", "-q", "-c", str(folder / "qrscp.ini")]
    with _way_to(destinations.secure, tls) as beyond:
        (folder / "qrscp.ini").write_text(
            f"[DEFAULT]\nae_title: {AREA}\nport: {port}\nmax_pdu: 16382\nacse_timeout: 30\ndimse_timeout: 30\n"
            f"network_timeout: 30\nbind_address: 127.0.0.1\ninstance_location: {folder / 'instances'}\n"
            f"database_location: {folder / 'instances.sqlite'}\nlog_identifier: False\n"
            f"[{PLAIN}]\naddress: 127.0.0.1\nport: {destinations.plain}\n"
            f"[{SECURE}]\naddress: 127.0.0.1\nport: {beyond}\n"
        )
        with listening(command, port), _reached_over(tls, port) as secure:
            yield Ports(plain=port, secure=secure)


@contextmanager
def _orthanc(folder: Path, destinations: Ports, tls: Tls) -> Iterator[Ports]:
    """Two, since each has one port."""
    with (
        _one_orthanc(folder / "plain", PLAIN, destinations.plain) as plain,
        _one_orthanc(folder / "secure", SECURE, destinations.secure, tls) as secure,
    ):
        yield Ports(plain=plain, secure=secure)


@contextmanager
def _one_orthanc(folder: Path, title: str, destination: int, tls: Tls | None = None) -> Iterator[int]:
    folder.mkdir()
    port = free_port()
    rights = {"AllowGet": True, "AllowMove": True, "UseDicomTls": tls is not None}
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "DicomAet": AREA,
        "DicomPort": port,
        "HttpServerEnabled": False,
        "DicomAlwaysAllowStore": True,
        "UnknownSopClassAccepted": True,
        "StoreMD5ForAttachments": False,
        "Plugins": [],
        "DicomModalities": {"asker": {"AET": title, "Host": "127.0.0.1", "Port": destination} | rights},
    }
    if tls is not None:
        settings |= {
            "DicomTlsEnabled": True,
            "DicomTlsCertificate": str(tls.certificate),
            "DicomTlsPrivateKey": str(tls.key),
            "DicomTlsTrustedCertificates": str(tls.authority),
        }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with listening([shutil.which("Orthanc") or "Orthanc", str(folder / "orthanc.json")], port):
        yield port


@contextmanager
def _ours(folder: Path, destinations: Ports, tls: Tls) -> Iterator[Ports]:
    """Two, since each has one port."""
    plain_hosts, secure_hosts = (
        {title: ("localhost", port)} for title, port in ((PLAIN, destinations.plain), (SECURE, destinations.secure))
    )
    with (
        our_archive(folder / "plain", configuration={"hosts": plain_hosts}) as plain,
        our_archive(
            folder / "secure", configuration={"hosts": secure_hosts}, tls=tls.settings, destination_tls=tls.settings
        ) as secure,
    ):
        yield Ports(plain=plain.port, secure=secure.port)


def _reached_over(tls: Tls, port: int) -> AbstractContextManager[int]:
    """Where an archive without TLS is reached over TLS."""
    return tls_proxy(port, accepts=tls.context(is_server=True))


def _way_to(port: int, tls: Tls) -> AbstractContextManager[int]:
    """Where an archive without TLS reaches a destination that has it."""
    return tls_proxy(port, connects=tls.context(is_server=False))


FOUR_ARCHIVES: Mapping[str, Opening] = MappingProxyType(
    {"dcmtk": _dcmtk, "orthanc": _orthanc, "pynetdicom": _pynetdicom, "ours": _ours}
)
HAVE_ONE_STORE = frozenset({"dcmtk", "pynetdicom"})
"""What comes to their one port is at the other too."""
