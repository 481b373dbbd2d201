import shlex
from datetime import date
from pathlib import Path

import pytest

from dicomdesk.dicom.query.identifier_writer import write_identifier
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.query.command import command_line
from dicomdesk.gui.query.form.form_values import FormValues, Period, question_of
from dicomdesk.settings import AssociationSettings, Peer, TlsSettings, UserIdentity, UserIdentityType
from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.peers.fake_peer import Answer, FakePeer

TODAY = date(2026, 11, 30)


def asked(port: int = 104, **peer: object) -> AskedPeer:
    return AskedPeer(
        peer=Peer(host="127.0.0.1", port=port, ae_title="PACS", **peer),  # type: ignore[arg-type]  # fields of a peer
        association=AssociationSettings(calling_ae_title="WS1"),
    )


@pytest.mark.parametrize(
    "values",
    [
        FormValues(),
        FormValues(patient_name="O'Neill; $(rm)", patient_id="a b", modalities=("CT", "MR"), period=Period.WEEK),
        FormValues(patient_name="Döe", further="RequestAttributesSequence[0].StudyInstanceUID=1; (0010,0040)=F"),
        FormValues(model=QueryModel.PATIENT_ROOT, patient_id="4711"),
        FormValues(model=QueryModel.WORKLIST, modalities=("CT",), period=Period.WEEK, description="chest"),
    ],
)
def test_the_command_asks_the_same(values: FormValues, tmp_path: Path) -> None:
    question = question_of(values, TODAY)
    with FakePeer(answers=[[Answer(0)]]) as peer:
        words = shlex.split(command_line(question, asked(peer.port)))
        assert words[:2] == ["dicomdesk", "findscu"]
        done = run(ours("findscu"), *words[2:], folder=tmp_path)
    assert done.code == 0, done.err
    (query,) = peer.queries
    request = question.request(asked())
    sent = write_identifier(
        question.identifier.data_set,
        question.identifier.keys,
        EXPLICIT_VR_LITTLE_ENDIAN,
        character_set=request.character_set,
    )
    assert query.identifier == sent
    assert query.command[0x0002].rstrip(b"\0").decode() == question.model.sop_class_uid
    (association,) = peer.associations
    assert (association.calling_ae_title.strip(), association.called_ae_title.strip()) == ("WS1", "PACS")


def test_tls_and_user_are_in_the_command_and_no_secret_is() -> None:
    tls = TlsSettings(authority_files=(Path("/etc/ca.pem"),), pass_phrase="open sesame")
    identity = UserIdentity(kind=UserIdentityType.USER_NAME_AND_PASSCODE, primary=b"me", secondary=b"secret")
    whom = AskedPeer(
        peer=Peer(host="h", port=2762, ae_title="PACS", tls=tls),
        association=AssociationSettings(calling_ae_title="WS1", user_identity=identity),
    )
    text = command_line(question_of(FormValues(), TODAY), whom)
    assert "--add-cert-file /etc/ca.pem" in text
    assert "--user me" in text
    assert not any(secret in text for secret in ("sesame", "secret"))
