"""Failures of TLS: keys, certificates and settings of ours, and what the two sides hold of each other."""

import ssl
import warnings
from typing import Unpack

from tests.failures.case import Case, Scene, Told, make
from tests.failures.connecting import CODES, LINES
from tests.failures.stage import Stage, no_listener, peer, tls_files, tls_paths

_CODES = {"dcmsend": 71, "storescu": 1, "echoscu": 1, "findscu": 1}
"""Of DCMTK's tools where their TLS settings cannot be used."""
_OWN = "--enable-tls {client_key} {client_pem}"


def _case(tool: str, name: str, before: str, *scenes: Scene, **told: Unpack[Told]) -> Case:
    told.setdefault("names", ("{peer}",))
    return make(tool, name, f"{before} {LINES[tool]}", tls_paths, *scenes, **told)


def _settings() -> list[Case]:
    rows = (
        (
            "the key is not there",
            "--enable-tls {none} {client_pem}",
            "key",
            "no such file|does not exist",
            "path|correct",
            "{none}",
        ),
        (
            "the certificate is not there",
            "--enable-tls {client_key} {none}",
            "certificate",
            "no such file|does not exist",
            "path|correct",
            "{none}",
        ),
        (
            "the key is no key",
            "--enable-tls {text} {client_pem}",
            "key",
            "no key|PEM|format",
            "PEM|--der-keys|correct",
            "{text}",
        ),
        (
            "the key belongs to another certificate",
            "--enable-tls {client_key} {server_pem}",
            "do not match|does not match|match|does not belong",
            "another|belongs|match",
            "key|certificate",
            "{client_key}",
        ),
        (
            "the pass phrase is wrong",
            "--use-passwd wrong --enable-tls {locked_key} {server_pem}",
            "pass phrase|password",
            "wrong",
            "pass phrase|password",
            "{locked_key}",
        ),
        (
            "the cipher suite is unknown",
            "--cipher NO_SUCH_SUITE " + _OWN,
            "cipher",
            "unknown|not known|not support",
            "--list-ciphers|list",
            "NO_SUCH_SUITE",
        ),
    )
    made = []
    for number, (name, options, what, cause, remedy, named) in enumerate(rows):
        for tool in (
            ("dcmsend", "echoscu") if number < 2 else (("dcmsend", "storescu", "echoscu", "findscu")[number % 4],)
        ):
            made.append(
                _case(
                    tool,
                    name,
                    options,
                    no_listener,
                    code=_CODES[tool],
                    what=what,
                    cause=cause,
                    remedy=remedy,
                    names=(named,),
                    has_dcmtk=tool != "dcmsend",
                )
            )
    return made


def server(certificate: str, *, demands: bool = False, newest: ssl.TLSVersion | None = None) -> Scene:
    """A peer with TLS and this certificate."""

    def scene(stage: Stage) -> None:
        paths = tls_files().paths
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(paths[f"{certificate}_pem"], paths[f"{certificate}_key"])
        if newest is not None:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # an old version is the point here
                context.maximum_version = newest
            context.set_ciphers("ALL:@SECLEVEL=0")
        if demands:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(paths["ca"])
        peer(tls=context)(stage)

    return scene


def _trust() -> list[Case]:
    trusting = "--add-cert-file {ca} " + _OWN
    rows = (
        (
            "the peer's certificate has expired",
            "expired",
            trusting,
            "",
            "expired",
            "validity|clock",
            "new certificate|clocks",
        ),
        (
            "the peer's certificate is not valid yet",
            "early",
            trusting,
            "",
            "not valid yet|not yet valid",
            "clock|later",
            "clocks",
        ),
        (
            "the peer's certificate is from a stranger",
            "stranger",
            trusting,
            "",
            "issuer|trust",
            "not among the trusted|not trusted|issued",
            "add the certificate",
        ),
        (
            "nobody is trusted",
            "server",
            _OWN,
            "",
            "issuer|trust|verify",
            "not among the trusted|not trusted|issued",
            "add the certificate|--add-cert-file|+cf",
        ),
        (
            "the peer's certificate was revoked",
            "revoked",
            "--add-crl-file {crl} " + trusting,
            "",
            "revoked",
            "withdrawn",
            "new certificate",
        ),
        (
            "the revocation list has expired",
            "server",
            "--add-crl-file {old_crl} " + trusting,
            "",
            "revocation list",
            "no current list|expired",
            "revocation list",
        ),
        (
            "the peer's certificate is for another host",
            "elsewhere",
            trusting,
            "--verify-hostname",
            "another address|another host",
            "another & elsewhere.example|issued for",
            "use the name|get one|dial the name",
        ),
    )
    made = []
    for number, (name, certificate, options, ours, what, cause, remedy) in enumerate(rows):
        tool = ("echoscu", "dcmsend", "storescu", "findscu")[number % 4]
        made.append(
            _case(
                tool,
                name,
                options,
                server(certificate),
                code=CODES[tool],
                what=what,
                cause=cause,
                remedy=remedy,
                outcome="not-sent" if tool in {"dcmsend", "storescu"} else "",
                options=ours,
                has_dcmtk=not ours and tool != "dcmsend",
            )
        )
    made += [
        _case(
            "echoscu",
            "the peer demands a certificate",
            "--anonymous-tls --add-cert-file {ca}",
            server("server", demands=True),
            code=1,
            what="certificate",
            cause="demands a certificate|only those who present|presented none|got none",
            remedy="private key and a certificate|--enable-tls",
        ),
        _case(
            "dcmsend",
            "TLS with a peer that has none",
            "-ta 1 --add-cert-file {ca} " + _OWN,
            peer(),
            code=61,
            what="TLS",
            cause="does not speak TLS|without TLS|not TLS",
            remedy="turn off TLS|connect without|which port",
            outcome="not-sent",
        ),
        _case(
            "echoscu",
            "no TLS version in common",
            "--add-cert-file {ca} " + _OWN,
            server("server", newest=ssl.TLSVersion.TLSv1_1),
            code=1,
            what="version|protocol",
            cause="older|version in common|share no version|closed the connection|hung up",
            remedy="profile",
        ),
        _case(
            "storescu",
            "no TLS with a peer that demands it",
            "",
            server("server"),
            code=1,
            what="TLS|closed",
            cause="TLS",
            remedy="turn on TLS|try with TLS",
            outcome="not-sent",
        ),
    ]
    return made


def cases() -> list[Case]:
    """All of them."""
    return _settings() + _trust()
