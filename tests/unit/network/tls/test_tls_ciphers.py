"""Cipher suites by name."""

import pytest

from dicomdesk.errors import TlsSettingsError
from dicomdesk.network.tls.tls_ciphers import KeyTransport, find_cipher, list_ciphers


def test_there_are_the_forty_suites_of_dcmtk() -> None:
    names = list_ciphers()
    assert len(set(names)) == 40
    assert (names[0], names[-1]) == ("TLS_RSA_WITH_NULL_SHA", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384")


@pytest.mark.parametrize("name", list_ciphers())
def test_a_suite_is_found_by_its_name_and_knows_its_key_transport(name: str) -> None:
    suite = find_cipher(name)
    assert suite.name == name
    assert suite.key_transport in KeyTransport
    assert suite.is_encrypting == (name != "TLS_RSA_WITH_NULL_SHA")


@pytest.mark.parametrize("name", ["", "AES128-SHA", "tls_rsa_with_aes_128_cbc_sha", "TLS_RSA_WITH_RC4_128_MD5"])
def test_another_name_is_a_settings_error_in_dcmtks_words(name: str) -> None:
    with pytest.raises(TlsSettingsError) as caught:
        find_cipher(name)
    assert caught.value.condition == "0001:0007 Illegal call, perhaps wrong parameters"
