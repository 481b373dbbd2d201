from pathlib import Path

import pytest

from dicomdesk.engine.security.settings_check import check_profile_file
from dicomdesk.errors import ProfileError
from dicomdesk.paths import resources_folder


def test_shipped_file_can_be_used() -> None:
    check_profile_file(resources_folder() / "storescu.cfg")


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="unable to open configuration file: "):
        check_profile_file(tmp_path / "none.cfg")
