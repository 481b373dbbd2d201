"""Keys, certificates and lists of one throw-away authority, in files of every kind that an option can name."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.helpers.tls.certificates import EXPIRED, NOT_YET_VALID, Authority, Certificate, as_der, key_bytes, rsa_key

PASS_PHRASE = "sesame"


@dataclass
class TlsFiles:
    """Files in one folder, made at once; command lines name them by ``{NAME}`` and get them by ``words``."""

    folder: Path
    paths: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        authority = Authority(self.folder, "root")
        stranger = Authority(self.folder, "stranger")
        middle = Authority(self.folder, "middle", authority)
        server = authority.issue("server", uses_rsa=True)
        revoked = authority.issue("revoked", uses_rsa=True)
        issued = {
            "server": server,
            "client": authority.issue("client"),
            "revoked": revoked,
            "expired": authority.issue("expired", dates=EXPIRED),
            "early": authority.issue("early", dates=NOT_YET_VALID),
            "elsewhere": authority.issue("elsewhere", hosts=("elsewhere.example",)),
            "stranger": stranger.issue("foreigner"),
            "below": middle.issue("below"),
            "serving": authority.issue("serving", purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        }
        for name, files in issued.items():
            self._add_pair(name, files)
        self.paths |= {
            "ca": authority.certificate,
            "other_ca": stranger.certificate,
            "ca_der": as_der(authority.certificate),
            "crl_der": self._der_list(authority, revoked),
            "crl": authority.revoke(revoked),
            "old_crl": authority.revoke(dates=EXPIRED),
            "middle_crl": middle.revoke(),
            "revoked_middle_crl": authority.revoke(revoked, Certificate(middle.certificate, server.key, middle.serial)),
            "ca_folder": self._hashed_folder(authority.certificate),
            "empty_folder": self._new("empty", None),
            "text": self._new("text", b"this is no key\n"),
            "dh": self._dh_parameters(),
            "none": self.folder / "none",
        }
        self._add_encodings(server)

    def words(self, line: str) -> list[str]:
        """The words of a command line, ``{NAME}`` replaced by a path."""
        return [word.format(**self.paths) for word in line.split()]

    def _add_pair(self, name: str, files: Certificate) -> None:
        self.paths |= {f"{name}_key": files.key, f"{name}_pem": files.certificate}

    def _add_encodings(self, server: Certificate) -> None:
        key = rsa_key()
        self.paths |= {
            "key_der": self._new("server.key.der", key_bytes(key, encoding=Encoding.DER)),
            "certificate_der": as_der(server.certificate),
            "locked_key": self._new("locked.key", key_bytes(key, pass_phrase=PASS_PHRASE)),
            "locked_key_der": self._new("locked.der", key_bytes(key, pass_phrase=PASS_PHRASE, encoding=Encoding.DER)),
            "both": self._new("both.pem", server.key.read_bytes() + server.certificate.read_bytes()),
        }

    @staticmethod
    def _der_list(authority: Authority, *revoked: Certificate) -> Path:
        path = authority.revoke(*revoked, encoding=Encoding.DER)
        return path.rename(path.with_suffix(".der"))

    def _hashed_folder(self, certificate: Path) -> Path:
        """One that OpenSSL finds certificates in: by the hash of their subject."""
        folder = self._new("authorities", None)
        command = ["openssl", "x509", "-noout", "-hash", "-in", str(certificate)]
        name = subprocess.run(command, check=True, capture_output=True, timeout=30).stdout.decode().strip()
        os.link(certificate, folder / f"{name}.0")
        return folder

    def _dh_parameters(self) -> Path:
        """Those of a well-known group: making new ones takes long."""
        path = self.folder / "dh.pem"
        command = ["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe3072"]
        subprocess.run([*command, "-out", str(path)], check=True, capture_output=True, timeout=60)
        return path

    def _new(self, name: str, data: bytes | None) -> Path:
        """A new file, or folder where there is no data."""
        path = self.folder / name
        path.mkdir() if data is None else path.write_bytes(data)
        return path
