"""Requests are written, and read again as they were, without their secrets; nothing else is read."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import TypeVar, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance, InputSelection
from dicomdesk.engine.preflight.request import PreflightRequest
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest
from dicomdesk.engine.request_documents import read_request, request_types, write_request
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import SettingsError
from dicomdesk.records import is_lasting
from dicomdesk.settings import (
    AccessRules,
    AssociationSettings,
    Peer,
    TlsSettings,
    UserIdentity,
    UserIdentityType,
)
from tests.helpers.data.datasets import Builder, part10

SECRET = "S3CRET"
PEER = Peer(host="localhost", port=104)
SEND = SendRequest(peer=PEER, inputs=InputSelection(paths=("a", "b\udce4")))

MANY_FIELDS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A request takes long to be drawn: it has a hundred fields, all of which are to differ."""

Value = TypeVar("Value")


def values_of(kind: object, *, is_secret: bool = False) -> st.SearchStrategy[object]:
    """All values of a field that is declared so."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, UnionType):
        return st.one_of(
            *(st.none() if each is NoneType else values_of(each, is_secret=is_secret) for each in arguments)
        )
    if origin is tuple and arguments[-1] is not ...:
        return st.tuples(*map(values_of, arguments))
    if origin in {tuple, frozenset}:
        most = 1 if is_dataclass(arguments[0]) else 3
        return st.lists(values_of(arguments[0]), max_size=most).map(origin)
    if origin is Mapping:
        return st.dictionaries(*(values_of(each, is_secret=is_secret) for each in arguments), max_size=3)
    assert isinstance(kind, type)
    if is_dataclass(kind):
        return instances_of(kind)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    text = st.text(max_size=9).map(lambda end: SECRET + end) if is_secret else st.text(max_size=9)
    simple: dict[type, st.SearchStrategy[object]] = {
        str: text,
        bytes: text.map(str.encode),
        Path: st.text(max_size=9).map(Path),
        int: st.integers(),
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
    }
    return simple[kind]


def instances_of(kind: type[Value]) -> st.SearchStrategy[Value]:
    hints = get_type_hints(kind)
    assert is_dataclass(kind)
    written = [each for each in fields(kind) if is_lasting(each)]
    return st.builds(kind, **{each.name: values_of(hints[each.name], is_secret=not each.repr) for each in written})


def without_secrets(value: Value) -> Value:
    """The value with what opens nothing in the place of each secret."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    emptied = {
        each.name: without_secrets(getattr(value, each.name))
        if each.repr
        else emptied_secret(getattr(value, each.name))
        for each in fields(value)
    }
    return replace(value, **emptied)


def emptied_secret(secret: object) -> object:
    if isinstance(secret, bytes):
        return b""
    return {} if isinstance(secret, Mapping) else None


def test_a_request_in_a_request_has_its_own_kind() -> None:
    request = RetrieveRequest(peer=PEER, identifiers=(), listener=ReceiveRequest(port=104))
    document = json.loads(write_request(request))
    assert document["request"]["listener"]["kind"] == "receive"
    assert read_request(json.dumps(document)).request == request
    document["request"]["listener"] = {"kind": "echo", "request": {"peer": document["request"]["peer"]}}
    with pytest.raises(SettingsError, match=r"listener\.kind"):
        read_request(json.dumps(document))


@pytest.mark.long
@pytest.mark.parametrize("kind", request_types(), ids=lambda kind: kind.__name__)
@MANY_FIELDS
@given(data=st.data())
def test_request_is_read_as_it_was_written_without_its_secrets(kind: type, data: st.DataObject) -> None:
    request = data.draw(instances_of(kind))
    text = write_request(request)
    assert SECRET not in text
    read = read_request(text)
    assert read.request == without_secrets(request)
    assert read.missing_secrets or read.request == request


def test_missing_secrets_have_their_places_and_open_nothing() -> None:
    tls = TlsSettings(private_key_file=Path("k"), pass_phrase=SECRET)
    identity = UserIdentity(
        kind=UserIdentityType.USER_NAME_AND_PASSCODE, primary=SECRET.encode(), secondary=SECRET.encode()
    )
    request = PreflightRequest(
        send=replace(SEND, peer=replace(PEER, tls=tls), association=AssociationSettings(user_identity=identity))
    )
    read = read_request(write_request(request))
    assert read.missing_secrets == (
        "send.peer.tls.pass_phrase",
        "send.association.user_identity.primary",
        "send.association.user_identity.secondary",
    )
    closed = ReceiveRequest(port=0, acceptance=Acceptance(access=AccessRules(user_pass_codes={"a": SECRET})))
    read = read_request(write_request(closed))
    assert read.missing_secrets == ("acceptance.access.user_pass_codes",)
    assert isinstance(read.request, ReceiveRequest)
    assert read.request.acceptance.access.user_pass_codes == {}  # an identity is asked for, and nobody has one


def test_what_was_found_before_is_read_again_but_for_what_only_this_process_knows(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance()))
    found = next(scan(InputSelection(paths=(str(tmp_path / "a"),))))
    assert isinstance(found, FoundInstance)
    text = write_request(replace(SEND, found=(found,)))
    assert '"start"' not in text
    assert '"id"' not in text
    request = read_request(text).request
    assert isinstance(request, SendRequest)
    assert request.found == (found,)
    assert request.found[0].id != found.id
    assert request.found[0].header.start == (0, 0)


def test_what_has_a_default_may_be_missing() -> None:
    text = '{"dicomdesk_request": 1, "kind": "receive", "request": {"port": 104}}'
    assert read_request(text).request == ReceiveRequest(port=104)


PORT = '{"dicomdesk_request": 1, "kind": "receive", "request": {"port": %s}}'
FIELD = '{"dicomdesk_request": 1, "kind": "receive", "request": {"port": 1, %s}}'
PREFLIGHT = '{"dicomdesk_request": 1, "kind": "preflight", "request": {%s}}'
WRONG = [
    ("", "no document"),
    ("[]", "no document"),
    ("{}", "no document"),
    ("[" * 100_000, "no document"),
    ('{"a": 1, "a": 2}', "comes twice"),
    ('{"dicomdesk_request": 2, "kind": "receive", "request": {"port": 1}}', "version 2"),
    ('{"dicomdesk_request": true, "kind": "receive", "request": {"port": 1}}', "version true"),
    ('{"dicomdesk_request": 1, "kind": "fetch", "request": {}}', "request.kind"),
    ('{"dicomdesk_request": 1, "kind": ["send"], "request": {}}', "request.kind"),
    ('{"dicomdesk_request": 1, "kind": "receive", "request": {}, "more": 1}', "kind and request"),
    ('{"dicomdesk_request": 1, "kind": "receive", "request": []}', "must be an object"),
    ('{"dicomdesk_request": 1, "kind": "receive", "request": {}}', "port is missing"),
    (
        PREFLIGHT % '"send": {"kind": "echo", "request": {"peer": {"host": "h", "port": 1}}}',
        "send.kind",
    ),
    (PORT % '"1"', 'port is "1"'),
    (PORT % "true", "port is true"),
    (PORT % "1.0", "port is 1.0"),
    (PORT % "NaN", "NaN"),
    (PORT % ("9" * 5000), "no document"),
    (FIELD % '"prot": 1', 'called "prot"'),
    (FIELD % '"storage": {"mode": "NORMAL"}', "storage.mode"),
    (FIELD % '"storage": {"folder": null}', "storage.folder"),
    (FIELD % '"acceptance": {"timeouts": {"acse_s": 1e999}}', "acceptance.timeouts.acse_s"),
    (FIELD % f'"acceptance": {{"timeouts": {{"acse_s": {"9" * 400}}}}}', "acceptance.timeouts.acse_s"),
    (FIELD % '"acceptance": {"access": {"networks": "10.0.0.0/8"}}', "acceptance.access.networks"),
    (FIELD % '"acceptance": {"access": {"called_ae_titles": ["A", "A"]}}', "nothing comes twice"),
    (FIELD % '"acceptance": {"access": {"user_pass_codes": [["a", "b"]]}}', "is a secret"),
    (FIELD % '"acceptance": {"tls": {"pass_phrase": "word"}}', "is a secret"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_would_not_be_written_is_not_read_and_the_place_is_named(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_request(text)
    assert said in str(caught.value)


@pytest.mark.long
@settings(max_examples=25)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_a_document_of_anything_else_is_an_error(value: object) -> None:
    for document in (value, {"dicomdesk_request": 1, "kind": "send", "request": value}):
        with pytest.raises(SettingsError):
            read_request(json.dumps(document))


@pytest.mark.long
@pytest.mark.parametrize("kind", request_types(), ids=lambda kind: kind.__name__)
@MANY_FIELDS
@given(data=st.data())
def test_a_document_with_one_value_of_another_kind_is_read_as_it_is_or_not_at_all(
    kind: type, data: st.DataObject
) -> None:
    document = json.loads(write_request(data.draw(instances_of(kind))))
    place = document["request"]
    while True:
        name = data.draw(st.sampled_from(sorted(place)))
        if not (isinstance(place[name], dict) and place[name] and data.draw(st.booleans())):
            break
        place = place[name]
    place[name] = data.draw(st.sampled_from([None, True, 7, 1.5, "x", [], ["x"], [["x", "y"]], {}, {"x": 1}]))
    try:
        read = read_request(json.dumps(document))
    except SettingsError:
        return
    again = read_request(write_request(read.request))
    assert again.request == read.request
