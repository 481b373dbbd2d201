"""Profiles as versions, cipher suites and warnings."""

import ssl
from collections.abc import Sequence

import pytest

from dicomdesk.errors import TlsSettingsError
from dicomdesk.network.tls.tls_ciphers import find_cipher, list_ciphers
from dicomdesk.network.tls.tls_profiles import apply_profile
from dicomdesk.settings import TlsProfile

_GCM = {
    "ECDHE-RSA-AES128-GCM-SHA256",
    "DHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "DHE-RSA-AES256-GCM-SHA384",
}
_ECDSA_GCM = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"}


def _applied(
    profile: TlsProfile, ciphers: Sequence[str] = (), *, is_acceptor: bool = False
) -> tuple[ssl.SSLContext, tuple[str, ...]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if is_acceptor else ssl.PROTOCOL_TLS_CLIENT)
    return context, apply_profile(context, profile, tuple(ciphers), is_acceptor=is_acceptor)


def _suites(context: ssl.SSLContext) -> list[str]:
    return [suite["name"] for suite in context.get_ciphers() if not suite["name"].startswith("TLS_")]


@pytest.mark.parametrize(
    ("profile", "suites", "reaches_down", "has_tls_1_3"),
    [
        (TlsProfile.BCP_195_NON_DOWNGRADING, _GCM, False, True),
        (TlsProfile.BCP_195, _GCM | {"AES128-SHA"}, True, True),
        (TlsProfile.BCP_195_EXTENDED, _GCM | _ECDSA_GCM, False, False),
        (TlsProfile.BCP_195_RFC_8996, {s for s in _GCM if s.startswith("EC")} | _ECDSA_GCM, False, True),
        (TlsProfile.AES, {"AES128-SHA"}, True, False),
        (TlsProfile.NULL, {"NULL-SHA"}, True, False),
    ],
)
@pytest.mark.parametrize("is_acceptor", [False, True])
def test_a_profile_sets_versions_and_suites(
    profile: TlsProfile, suites: set[str], reaches_down: bool, has_tls_1_3: bool, is_acceptor: bool
) -> None:
    context, warnings = _applied(profile, is_acceptor=is_acceptor)
    assert (set(_suites(context)), warnings) == (suites, ())
    assert (context.minimum_version < ssl.TLSVersion.TLSv1_2) == reaches_down
    assert (context.maximum_version == ssl.TLSVersion.TLSv1_3) == has_tls_1_3


def test_the_modified_profile_has_no_finite_field_diffie_hellman() -> None:
    context, _ = _applied(TlsProfile.BCP_195_RFC_8996_MODIFIED)
    assert all(name.startswith("ECDHE-") for name in _suites(context))
    assert {s for s in _GCM if s.startswith("EC")} | _ECDSA_GCM <= set(_suites(context))


def test_an_acceptor_prefers_the_strongest() -> None:
    context, _ = _applied(TlsProfile.BCP_195, is_acceptor=True)
    assert _suites(context)[-1] == "AES128-SHA"
    assert "AES256" in _suites(context)[0]
    assert context.options & ssl.OP_CIPHER_SERVER_PREFERENCE


def test_triple_des_is_refused_where_openssl_has_it_no_more() -> None:
    try:
        context, _ = _applied(TlsProfile.BASIC)
    except TlsSettingsError as error:
        assert "OpenSSL library of this machine" in str(error)  # noqa: PT017 - either outcome is right, by platform
        assert error.condition.startswith("000b:")  # noqa: PT017
    else:
        assert _suites(context) == ["DES-CBC3-SHA"]


@pytest.mark.parametrize("name", [name for name in list_ciphers() if "_NULL_" not in name])
def test_a_further_suite_warns_as_dcmtk_does(name: str) -> None:
    context, warnings = _applied(TlsProfile.BCP_195_NON_DOWNGRADING, [name])
    kind = "RSA" if name.startswith("TLS_RSA_") else "NO RSA"
    text = "RFC 7525 recommends that such cipher suites should not be used."
    assert warnings == (f"Ciphersuite '{name}' uses {kind} key transport. {text}",)
    if "DSS" not in name:  # OpenSSL may have been built without
        assert find_cipher(name).openssl_name in _suites(context)


def test_the_rightmost_suite_is_judged_first() -> None:
    with pytest.raises(TlsSettingsError) as caught:
        _applied(TlsProfile.AES, ["FOO", "TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"])
    assert str(caught.value) == (
        "Unencrypted ciphersuite 'TLS_RSA_WITH_NULL_SHA' not permitted with security profile "
        "'AES TLS Secure Transport Connection Profile'"
    )
    assert caught.value.condition == "000b:000a Ciphersuite not allowed in current DICOM security profile"
    assert [warning.split()[1] for warning in caught.value.warnings] == ["'TLS_RSA_WITH_AES_256_CBC_SHA'"]


@pytest.mark.parametrize("profile", [TlsProfile.BCP_195_EXTENDED, TlsProfile.BCP_195_RFC_8996_MODIFIED])
def test_some_profiles_take_no_further_suite(profile: TlsProfile) -> None:
    with pytest.raises(TlsSettingsError, match="Additional ciphersuites not permitted"):
        _applied(profile, ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"])


def test_the_null_profile_takes_any_suite_without_a_word() -> None:
    context, warnings = _applied(TlsProfile.NULL, ["TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"])
    assert (_suites(context), warnings) == (["NULL-SHA", "AES128-SHA"], ())


def test_rfc_9325_is_stricter() -> None:
    with pytest.raises(TlsSettingsError, match="using SHA-1 MAC not permitted"):
        _applied(TlsProfile.BCP_195_RFC_8996, ["TLS_RSA_WITH_AES_128_CBC_SHA"])
    _, warnings = _applied(TlsProfile.BCP_195_RFC_8996, ["TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"])
    assert [warning.split(" uses ")[1].split(".")[0] for warning in warnings] == [
        "ephemeral finite-field Diffie-Hellman key agreement",
        "CBC mode of operation",
    ]
