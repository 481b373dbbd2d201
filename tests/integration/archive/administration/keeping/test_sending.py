from dicomdesk.archive.administration.keeping.sending import configured_peers
from dicomdesk.archive.setup.configuration import parse_configuration


def test_peers_of_the_tables_are_known_by_their_titles() -> None:
    text = "HostTable BEGIN\na = (ONE, h1, 104)\nb = (ONE, h2, 105), (TWO, h3, 106)\nHostTable END\n"
    text += "AETable BEGIN\nARCHIVE /tmp RW (9, 9mb) ANY\nAETable END\n"
    peers = configured_peers(parse_configuration(text))
    assert [(peer.name, peer.host, peer.port) for peer in peers] == [("ONE", "h1", 104), ("TWO", "h3", 106)]
