"""Errands that came from a command line: the request that stands in their settings, and what it is to send."""

from collections.abc import Callable, Mapping
from typing import TypeGuard

from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.commit.request import ReportListener
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import ENDED_ERRANDS, ErrandRecord, SettingValue
from dicomdesk.engine.outbox.errands import Destination
from dicomdesk.engine.request_documents import read_request
from dicomdesk.engine.send.journaled_send import COMMIT_PORT, REQUEST
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import SettingsError

__all__ = ["find_what_was_not_found", "request_of", "resolve_request"]


def request_of(settings: Mapping[str, SettingValue]) -> SendRequest | None:
    """The request of an errand, without secrets; None where it has none. Raises SettingsError."""
    document = settings.get(REQUEST)
    if not isinstance(document, str):
        return None
    request = read_request(document).request
    if not isinstance(request, SendRequest):
        raise SettingsError("The errand has a request that is not one to send")
    return request


def resolve_request(settings: Mapping[str, SettingValue]) -> Destination | None:
    """Where an errand goes by its request; None where it has none. Raises SettingsError."""
    request = request_of(settings)
    if request is None:
        return None
    port = settings.get(COMMIT_PORT)
    tls = request.peer.tls
    listener = ReportListener(port=port, tls=tls if tls and tls.certificate_file else None) if _is_port(port) else None
    return Destination(request=request, associations=request.parallel, report_listener=listener)


def _is_port(value: SettingValue) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536


def find_what_was_not_found(journal: Journal, control: Callable[[], None]) -> None:
    """List the instances of errands whose program ended before it had found them; ``control`` may end that by raising.

    An errand of which nothing is there to be sent is put away.
    """
    for errand in journal.errands():
        if errand.state not in ENDED_ERRANDS and not journal.counts(errand.id):
            _find(journal, errand, control)


def _find(journal: Journal, errand: ErrandRecord, control: Callable[[], None]) -> None:
    request = request_of(errand.settings)
    if request is None:
        return
    found = [each for each in scan(request.inputs, control) if isinstance(each, FoundInstance)]
    if found:
        journal.append(errand.id, found)
    else:
        journal.remove(errand.id)
