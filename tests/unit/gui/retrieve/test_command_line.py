"""The commands are those that the tools understand: what they read is what the window does."""

import shlex
from pathlib import Path

from dicomdesk.cli.getscu.options import TOOL as GETSCU
from dicomdesk.cli.getscu.options import GetOptions
from dicomdesk.cli.getscu.options import read_options as read_get
from dicomdesk.cli.movescu.options import TOOL as MOVESCU
from dicomdesk.cli.movescu.options import read_options as read_move
from dicomdesk.cli.options.grammar import parse
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.retrieve.command_line import command_lines
from dicomdesk.gui.retrieve.errand import Errand, Target
from dicomdesk.settings import AssociationSettings, Peer, TlsSettings, UserIdentity, UserIdentityType
from tests.helpers.data.found import asked_peer, found

SERIES = found(Level.SERIES, series="1.2.4")


def errand(target: Target, asked: AskedPeer | None = None) -> Errand:
    return Errand(asked=asked or asked_peer(11113), entities=(found(), SERIES), target=target)


def words(line: str, tool: str) -> list[str]:
    found_words = shlex.split(line)
    assert found_words[:2] == ["dicomdesk", tool]
    return found_words[2:]


def test_a_get_into_a_folder_with_blanks_is_read_as_it_is_meant(tmp_path: Path) -> None:
    folder = tmp_path / "my images"
    folder.mkdir()
    lines = command_lines(errand(Target(folder=folder)), RetrieveMethod.GET).split("\n")
    options = [read_get(parse(GETSCU, words(line, "getscu"))) for line in lines]
    assert [one.storage.folder for one in options] == [folder, folder]
    assert all(isinstance(one, GetOptions) and one.model == "study" for one in options)
    assert options[1].keys == (
        "QueryRetrieveLevel=SERIES",
        "StudyInstanceUID=1.2.3",
        "SeriesInstanceUID=1.2.4",
    )
    assert (options[0].peer.ae_title, options[0].peer.port) == ("ARCHIVE", 11113)
    assert options[0].association.calling_ae_title == "WS1"


def test_a_move_to_here_listens_and_one_to_a_peer_names_it(tmp_path: Path) -> None:
    here = command_lines(errand(Target(folder=tmp_path)), RetrieveMethod.MOVE, ("ME", 11112)).split("\n")[0]
    options = read_move(parse(MOVESCU, words(here, "movescu")))
    assert options.destination == "ME"
    assert options.listener is not None
    assert options.listener.port == 11112
    there = command_lines(errand(Target(destination="OTHER")), RetrieveMethod.MOVE).split("\n")[0]
    options = read_move(parse(MOVESCU, words(there, "movescu")))
    assert (options.destination, options.listener) == ("OTHER", None)


def test_secrets_are_not_in_it(tmp_path: Path) -> None:
    identity = UserIdentity(
        kind=UserIdentityType.USER_NAME_AND_PASSCODE, primary=b"jane", secondary=b"hidden", wants_response=False
    )
    tls = TlsSettings(certificate_file=Path("/etc/me.pem"), private_key_file=Path("/etc/me.key"), pass_phrase="hidden")
    asked = AskedPeer(
        peer=Peer(host="pacs.example", port=2762, ae_title="PACS", tls=tls),
        association=AssociationSettings(calling_ae_title="WS1", user_identity=identity),
    )
    line = command_lines(errand(Target(folder=tmp_path), asked), RetrieveMethod.GET).split("\n")[0]
    assert "hidden" not in line
    assert "--enable-tls /etc/me.key /etc/me.pem" in line
    assert "--user jane" in line
