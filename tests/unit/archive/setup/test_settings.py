"""What an archive is started with."""

from dicomdesk.archive.setup.configuration import ArchiveConfiguration
from dicomdesk.archive.setup.settings import ArchiveSettings, MoveRestriction


def test_an_archive_serves_everybody_plainly_unless_told_otherwise() -> None:
    settings = ArchiveSettings(configuration=ArchiveConfiguration())
    assert settings.allows_get
    assert settings.allows_parallel_store
    assert not settings.allows_shutdown
    assert not settings.refuses_all
    assert settings.tls is None
    assert settings.move_restriction is MoveRestriction.NONE


def test_passwords_of_databases_are_not_shown() -> None:
    configuration = ArchiveConfiguration(database_url="postgresql://user:secret@host/index")
    assert "secret" not in repr(ArchiveSettings(configuration=configuration))
