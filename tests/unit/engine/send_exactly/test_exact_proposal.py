from pathlib import Path

import pytest

from dicomdesk.engine.send_exactly.exact_proposal import load_profile_file, make_proposal
from dicomdesk.engine.send_exactly.request import Proposal
from dicomdesk.errors import ProfileError
from dicomdesk.settings import ProfileSelection

CT = "1.2.840.10008.5.1.4.1.1.2"


def test_required_classes_are_those_of_the_files() -> None:
    contexts, extensions = make_proposal(Proposal(only_required=True), [CT, CT], None)
    assert ([context.abstract_syntax for context in contexts], extensions) == ([CT, CT], ())
    assert len(make_proposal(Proposal(), [CT], None)[0]) == 128


def test_profile_file_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    assert load_profile_file(Proposal()) is None
    with pytest.raises(ProfileError):
        load_profile_file(Proposal(profile=ProfileSelection(file=tmp_path / "none", name="X")))
