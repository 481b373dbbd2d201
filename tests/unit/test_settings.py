import dataclasses

import pytest

from dicomdesk import settings
from dicomdesk.settings import AssociationSettings, Peer, Timeouts, TlsSettings


def test_a_peer_is_written_as_title_host_and_port() -> None:
    assert str(Peer(host="pacs.example", port=104, ae_title="PACS")) == "PACS@pacs.example:104"


@pytest.mark.parametrize("cls", [AssociationSettings, Peer, Timeouts, TlsSettings])
def test_settings_are_frozen(cls: type) -> None:
    parameters = getattr(cls, "__dataclass_params__")  # noqa: B009 - not in the type's stub
    assert parameters.frozen
    assert all(field.kw_only for field in dataclasses.fields(cls))


def test_our_identity_fits_the_wire() -> None:
    assert len(settings.IMPLEMENTATION_CLASS_UID) <= 64
    assert len(settings.IMPLEMENTATION_VERSION_NAME) <= 16
    assert int(settings.IMPLEMENTATION_CLASS_UID.removeprefix("2.25.")) < 2**128
