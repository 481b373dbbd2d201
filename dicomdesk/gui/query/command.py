"""A query as a command line of findscu, to be pasted into a terminal of this machine."""

import shlex

from dicomdesk.dicom.dictionary import find_name
from dicomdesk.dicom.documents.data_set import Item, read_data_set
from dicomdesk.dicom.documents.element_text import text_values
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.query.asking import Question
from dicomdesk.gui.retrieve.command_line import tls_words

__all__ = ["command_line"]

_MODELS = {
    QueryModel.STUDY_ROOT: "--study",
    QueryModel.PATIENT_ROOT: "--patient",
    QueryModel.PATIENT_STUDY_ONLY: "--psonly",
    QueryModel.WORKLIST: "--worklist",
}
_CHARACTER_SET = 0x00080005


def command_line(question: Question, asked: AskedPeer) -> str:
    """Return the command that asks a peer the same; secrets are left out, the tool asks for them."""
    request = question.request(asked)
    words = ["dicomdesk", "findscu", "--table", _MODELS[question.model]]
    words += ["--aetitle", asked.association.calling_ae_title, "--call", asked.peer.ae_title]
    if request.character_set:
        words += ["--key", f"{_name(_CHARACTER_SET)}={request.character_set}"]
    for key in question.identifier.keys:
        words += ["--key", _key_text(key)]
    for text in _base_texts(question.identifier):
        words += ["--key", text]
    words += ["--split-dates"] if question.splits_dates else []
    identity = asked.association.user_identity
    if identity is not None and identity.kind.value <= 2:
        words += ["--user", identity.primary.decode("utf-8", "replace")]
    if asked.peer.tls is not None:
        words += tls_words(asked.peer.tls)
    return shlex.join([*words, asked.peer.host, str(asked.peer.port)])


def _key_text(key: QueryKey) -> str:
    path = "".join(f"{_name(step.tag)}[{step.item}]." for step in key.path)
    return f"{path}{_name(key.tag)}={key.value}" if key.value else f"{path}{_name(key.tag)}"


def _base_texts(identifier: Identifier) -> list[str]:
    """The free keys."""
    if not identifier.data_set:
        return []
    data_set = read_data_set(identifier.data_set, EXPLICIT_VR_LITTLE_ENDIAN)
    return list(_item_texts(data_set, ""))


def _item_texts(item: Item, path: str) -> list[str]:
    texts = []
    for element in item.in_order():
        name = f"{path}{_name(element.tag)}"
        if element.items is None:
            value = "\\".join(text_values(element, b"ISO_IR 192"))
            texts.append(f"{name}={value}" if value else name)
        elif not element.items:
            texts.append(name)
        for number, below in enumerate(element.items or ()):
            texts += _item_texts(below, f"{name}[{number}].") or [f"{name}[{number}]"]
    return texts


def _name(tag: int) -> str:
    return find_name(tag) or f"({tag >> 16:04x},{tag & 0xFFFF:04x})"
