"""Wrong storescu command lines through DCMTK's program and ours: the same words, the same exit code."""

from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import dcmtks, ours, run
from tests.helpers.jobs.exact_cases import expanded

pytestmark = pytest.mark.dcmtk

LINES = [
    "",
    "--help",
    "--version",
    "--list-ciphers",
    "peer",
    "peer 104",
    "-R peer",
    "peer x f",
    "peer '' f",
    "peer 0 f",
    "peer 65536 f",
    "peer -5 f",
    "-q peer 0 f",
    "-ll nonsense --arguments peer 0 f",
    "-foo peer 104 f",
    "-q -foo peer 104 f",
    "-- peer 104 f",
    "--aetitl ME peer 104 f",
    "--aetitle=ME peer 104 f",
    "peer 104 f --aetitle",
    "peer 104 f -xf some.cfg",
    "peer 104 f +tls key",
    "@none peer 104 f",
    "+v peer 104 f",
    "-v -ll info peer 104 f",
    "-ll nonsense peer 104 f",
    "-lc none peer 104 f",
    "+sp x peer 104 f",
    "+r peer 104 f",
    "+sp x +r -to 0 peer 104 f",
    "-xf a b -R peer 104 f",
    "-xf a b +C peer 104 f",
    *(f"-xf a b -x{letter} peer 104 f" for letter in "ebi5d"),
    "-xf a b -R +C -xs -xb -to 0 peer 104 f",
    "-xf none b -x= -to 0 peer 104 f",
    "+cl 5 peer 104 f",
    "+cl 5 -xd -xs peer 104 f",
    "+cl 10 -xd peer 104 f",
    "+cl x -xd peer 104 f",
    "-to 0 peer 104 f",
    "-q -to 0 peer 104 f",
    "-to 0 -to x peer 104 f",
    "-to '' peer 104 f",
    "-to -1 peer 104 f",
    "-ts -2 peer 104 f",
    "-ts x peer 104 f",
    "-ts -3x peer 104 f",
    "-ta 0 -td 0 peer 104 f",
    "-td 0 -pdu 1 peer 104 f",
    "-pdu 4095 peer 104 f",
    "-pdu 131073 peer 104 f",
    "--max-send-pdu 1a peer 104 f",
    "--max-send-pdu 131073 --repeat 0 peer 104 f",
    "--repeat 0 +IR 0 peer 104 f",
    "--repeat -1 peer 104 f",
    "+IR 0 +IS 0 peer 104 f",
    "+IS 0 +IP 0 peer 104 f",
    "+IP x -pwd x peer 104 f",
    "-pwd x -epw -rsp peer 104 f",
    "-usr u -pwd p -epw peer 104 f",
    "-usr u -pwd p -kt f peer 104 f",
    "-kt f -epw peer 104 f",
    "-rsp peer 104 f",
    "+ps +pw x peer 104 f",
    "+tla +pw x peer 104 f",
    "-pem peer 104 f",
    "+cf x -pwd x peer 104 f",
    "+crv +cra +tla peer 104 f",
    "+rs x -ic +px peer 104 f",
    "+tla +ws peer 104 f",
    "+tla +pz +cs x peer 104 f",
    "+pn +tls a b -tls peer 104 f",
]


@pytest.mark.parametrize("line", LINES)
def test_same_mistake_is_told_in_the_same_words(line: str, tmp_path: Path) -> None:
    words = expanded(line, tmp_path)
    theirs, own = (run(command, *words, folder=tmp_path) for command in (dcmtks("storescu"), ours("storescu")))
    assert own.code == theirs.code
    assert own.error == theirs.error
    assert bool(own.out) == bool(theirs.out)
    assert bool(own.err) == bool(theirs.err)
    assert own.out.splitlines()[:1] == [] or "storescu v" in own.out.splitlines()[0]
