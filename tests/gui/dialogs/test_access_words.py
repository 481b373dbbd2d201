import itertools

import pytest

from dicomdesk.gui.dialogs.access_words import access_sentence
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.settings import AccessRules, PeerVerification, TlsSettings

TRUSTING = TlsSettings(peer_verification=PeerVerification.NONE)


@pytest.mark.parametrize(
    ("security", "sentence"),
    [
        (ListenerSecurity(), "Accepts calls from anybody, not encrypted."),
        (
            ListenerSecurity(
                uses_tls=True,
                tls=TRUSTING,
                access=AccessRules(
                    calling_ae_titles=frozenset({"MODALITY1"}),
                    networks=("10.0.0.5",),
                    called_ae_titles=frozenset({"DESK"}),
                ),
            ),
            "Accepts only calls from MODALITY1 at 10.0.0.5, called as DESK, over TLS.",
        ),
        (
            ListenerSecurity(access=AccessRules(calling_ae_titles=frozenset({"A", "B", "C", "D", "E", "F"}))),
            "Accepts only calls from A, B, C or 3 others, not encrypted.",
        ),
        (
            ListenerSecurity(uses_tls=True, access=AccessRules(user_pass_codes={"ann": "h", "bob": "h"})),
            "Accepts only calls from anybody, with the passcode of ann or bob, over TLS with a trusted certificate.",
        ),
    ],
)
def test_sentence_says_what_holds(security: ListenerSecurity, sentence: str) -> None:
    assert access_sentence(security) == sentence


def test_each_rule_is_in_the_sentence_and_none_that_does_not_hold() -> None:
    rules = {
        "calling_ae_titles": (frozenset({"CTTITLE"}), "CTTITLE"),
        "called_ae_titles": (frozenset({"DESKTITLE"}), "called as DESKTITLE"),
        "networks": (("10.9.8.7",), "at 10.9.8.7"),
        "user_pass_codes": ({"ann": "hash"}, "passcode of ann"),
    }
    for count in range(len(rules) + 1):
        for chosen in itertools.combinations(rules, count):
            access = AccessRules(**{name: rules[name][0] for name in chosen})  # type: ignore[arg-type]  # a table
            sentence = access_sentence(ListenerSecurity(access=access))
            for name, (_, words) in rules.items():
                assert (words in sentence) is (name in chosen)
            assert sentence.startswith("Accepts only calls" if chosen else "Accepts calls")
            assert "hash" not in sentence
