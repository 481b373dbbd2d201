"""The errand of a command line says what it is of, and by what request it goes, without secrets."""

import json
import os
from pathlib import Path

from dicomdesk.cli.sender.journaling import errand_of
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.request_documents import read_request
from dicomdesk.engine.send.journaled_send import REQUEST
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import Peer, TlsSettings


def request(*paths: str, tls: TlsSettings | None = None) -> SendRequest:
    return SendRequest(
        peer=Peer(host="pacs", port=104, ae_title="PACS", tls=tls), inputs=InputSelection(paths=paths), retries=3
    )


def test_an_errand_is_named_after_the_first_input_and_goes_to_an_address() -> None:
    assert errand_of(request("a")).title == "a"
    errand = errand_of(request("a\n", "b", "c"))
    assert (errand.title, errand.peer, errand.origin) == ("a\\n and 2 more", "PACS@pacs:104", "tool")


def test_its_request_means_the_same_from_every_folder_and_has_no_secret() -> None:
    tls = TlsSettings(
        certificate_file=Path("own.pem"),
        private_key_file=Path("own.key"),
        pass_phrase="sesame",
        authority_files=(Path("ca"),),
    )
    document = errand_of(request("in/study", tls=tls)).settings[REQUEST]
    assert isinstance(document, str)
    assert "sesame" not in document
    read = read_request(document)
    assert read.missing_secrets == ("peer.tls.pass_phrase",)
    assert isinstance(read.request, SendRequest)
    assert read.request.inputs.paths == (os.path.abspath("in/study"),)
    assert read.request.retries == 3
    kept = read.request.peer.tls
    assert kept is not None
    assert (kept.certificate_file, kept.authority_files) == (Path("own.pem").absolute(), (Path("ca").absolute(),))
    assert json.loads(document)["kind"] == "send"
