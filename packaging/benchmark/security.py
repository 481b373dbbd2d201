"""What TLS costs: our sender and receiver against DCMTK's over TLS 1.3, and against themselves without it."""

import datetime
import ipaddress
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmark.processes import OURS, dcmtk_program, free_port, memory_of, printed, running, timed
from benchmark.rows import HERE, LOADS, Bench, Row, at_least, at_most, dcmrecv, our_dcmrecv, ratio_row

PDU = ("--max-pdu", "131072")
_PROFILE = ("-xf", str(Path(__file__).resolve().parents[2] / "resources" / "storescu.cfg"), "Default")


def tls(bench: Bench) -> Iterator[Row]:
    """DCMTK's storescu into its storescp, ours into the same; ours into dcmrecv with and without; receiving."""
    certificate, key = _make_certificate(bench.folder)
    files = (str(key), str(certificate))
    server = ("+tls", *files, "-ic")
    for name, kind, count in LOADS:
        load = bench.load(kind, count)
        port = free_port()
        with running([dcmtk_program("storescp"), *PDU, *server, "--ignore", str(port)], port):
            theirs, ours = bench.alternate(
                lambda: timed(_storescu([dcmtk_program("storescu")], port, files, load)),  # noqa: B023 - called at once
                lambda: timed(_storescu([OURS, "storescu"], port, files, load)),  # noqa: B023 - as above
            )
        yield ratio_row(f"send over TLS, storescu into storescp: {name}", theirs, ours, 1.0)
    yield from _share_of_plain(bench, files, server)
    yield from _receiving(bench, files, server)
    yield _memory(bench, files)


def _share_of_plain(bench: Bench, files: tuple[str, str], server: tuple[str, ...]) -> Iterator[Row]:
    """Our data phase over TLS 1.3 with AES-GCM, as a share of what it reaches without."""
    script = str(HERE / "sending.py")
    for name, kind, count in LOADS:
        load = bench.load(kind, count)
        plain_port, tls_port = free_port(), free_port()
        with ExitStack() as stack:
            stack.enter_context(running(our_dcmrecv(plain_port, "--ignore"), plain_port))
            stack.enter_context(running(our_dcmrecv(tls_port, "--ignore", *server), tls_port))
            plain, secured = bench.alternate(
                lambda: printed([sys.executable, script, str(plain_port), str(load)]),  # noqa: B023 - called at once
                lambda: printed([sys.executable, script, str(tls_port), str(load), *files]),  # noqa: B023 - as above
            )
        yield at_least(f"our TLS data phase, share of plain: {name}", plain / secured, 0.5)


def _receiving(bench: Bench, files: tuple[str, str], server: tuple[str, ...]) -> Iterator[Row]:
    """From DCMTK's storescu over TLS, files written bit by bit."""
    for name, kind, count in LOADS:
        load = bench.load(kind, count)
        with bench.scratch() as their_folder, bench.scratch() as our_folder, ExitStack() as stack:
            their_port, our_port = free_port(), free_port()
            stack.enter_context(running(dcmrecv(their_port, "+B", "-od", str(their_folder), *server), their_port))
            stack.enter_context(running(our_dcmrecv(our_port, "+B", "-od", str(our_folder), *server), our_port))
            theirs, ours = bench.alternate(
                lambda: timed(_storescu([dcmtk_program("storescu")], their_port, files, load)),  # noqa: B023 - called at once
                lambda: timed(_storescu([dcmtk_program("storescu")], our_port, files, load)),  # noqa: B023 - as above
                clear=(their_folder, our_folder),
            )
        yield ratio_row(f"receive over TLS: {name}", theirs, ours, 1.0)


def _memory(bench: Bench, files: tuple[str, str]) -> Row:
    """One multi-frame object of 470 MB over TLS."""
    load = bench.load("multi", 1)
    port = free_port()
    with running([dcmtk_program("storescp"), *PDU, "+tls", *files, "-ic", "--ignore", str(port)], port):
        return at_most(
            "memory, storescu over TLS, 470 MB", memory_of(_storescu([OURS, "storescu"], port, files, load)), 80, "MB"
        )


def _storescu(program: list[str], port: int, files: tuple[str, str], load: Path) -> list[str]:
    secured = ["+tls", *files, "-ic", "-q"]
    return [*program, *PDU, *secured, *_PROFILE, "+sd", "+r", "localhost", str(port), str(load)]


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    """Certificate and key of localhost, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "localhost.pem", folder / "localhost.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.touch(0o600)
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file
