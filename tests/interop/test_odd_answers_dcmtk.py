"""Answers that do not say truly what they answer, to DCMTK's senders and to ours."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers.data.inputs import image
from tests.helpers.dcmtk.differential import Outcome, differing, programs, run
from tests.helpers.peers.fake_peer import Action, FakePeer, Status, store_answer

pytestmark = pytest.mark.dcmtk


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
@pytest.mark.parametrize("options", ["-v", "-v -nh"])
@pytest.mark.parametrize(
    "answers",
    [
        [Status(message_id_offset=1)],
        [Status(), Status(message_id_offset=-1), Status()],
        [Status(0xA700, message_id_offset=300)],
        [Status(0xB000, message_id_offset=-1)],
        [store_answer(1, 1)],
    ],
    ids=["next", "before", "refused", "warned", "always-one"],
)
def test_answers_to_another_message_are_borne_alike(
    tmp_path: Path, tool: str, options: str, answers: Sequence[Action]
) -> None:
    names = [f"{number}.dcm" for number in range(3)]
    for name in names:
        (tmp_path / name).write_bytes(image(name))
    outcomes: list[Outcome] = []
    for program in programs(tool):
        home = tmp_path / f"home{len(outcomes)}"
        home.mkdir()
        required = ["-R"] if tool == "storescu" else ["+crf", "{home}/report.txt"]
        with FakePeer(stores=answers) as peer:
            arguments = [*options.split(), *required, "127.0.0.1", "{port}", *names]
            outcomes.append(run(program, arguments, tmp_path, home, peer))
    assert differing(*outcomes) == []
