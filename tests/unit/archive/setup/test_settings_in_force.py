"""What counts for an association is what was in force when it began; and what cannot change while a process runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area, parse_configuration
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.archive.setup.settings_in_force import SettingsInForce, check_replacement
from dicomdesk.errors import ConfigurationError


def settings(port: int) -> ArchiveSettings:
    return ArchiveSettings(configuration=ArchiveConfiguration(port=port))


def test_an_association_keeps_the_settings_that_it_began_with() -> None:
    in_force = SettingsInForce(settings(1))
    assert in_force.begin(7).configuration.port == 1
    in_force.replace(settings(2))
    assert in_force.of(7).configuration.port == in_force.begin(7).configuration.port == 1
    assert in_force.of(8).configuration.port == in_force.current.configuration.port == 2
    in_force.end(7)
    assert in_force.of(7).configuration.port == 2


def area(title: str, folder: str) -> Area:
    return Area(ae_title=title, folder=Path(folder), is_writable=True)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("NetworkTCPPort = 105", "NetworkTCPPort"),
        ("MaxPDUSize = 8192", "MaxPDUSize"),
        ("MaxAssociations = 3", "MaxAssociations"),
        ("UserName = x", "UserName"),
        ("GroupName = x", "GroupName"),
        ("DatabaseURL = postgresql://x", "DatabaseURL"),
    ],
)
def test_what_counts_from_the_start_cannot_change(line: str, word: str) -> None:
    old = parse_configuration("")
    with pytest.raises(ConfigurationError, match=f"^{word} cannot change while the archive runs: start it anew$"):
        check_replacement(old, parse_configuration(line))


def test_areas_come_and_go_and_only_a_folder_stays_where_it_is() -> None:
    old = ArchiveConfiguration(areas=(area("A", "/a"), area("B", "/b")))
    check_replacement(old, replace(old, areas=(area("A", "/a"), area("C", "/c"))))
    check_replacement(old, replace(old, areas=()))
    with pytest.raises(ConfigurationError) as caught:
        check_replacement(old, replace(old, port=1, areas=(area("A", "/x"), area("B", "/b"))))
    assert len(caught.value.problems) == 2
