"""Wrong command lines through DCMTK's program and ours: the same words, the same exit code."""

import shlex
from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import dcmtks, ours, run
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.sending import write_instance

pytestmark = pytest.mark.dcmtk

PROFILES = """
[[TransferSyntaxes]]
[Uncompressed]
TransferSyntax1 = LocalEndianExplicit
[ImplicitOnly]
TransferSyntax1 = LittleEndianImplicit
[[PresentationContexts]]
[Twice]
PresentationContext1 = CTImageStorage\\Uncompressed
PresentationContext2 = CTImageStorage\\ImplicitOnly
[[Profiles]]
[Twice]
PresentationContexts = Twice
"""

STORESCU = [
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
DCMSEND = [
    "",
    "-h",
    "--version",
    "127.0.0.1",
    "127.0.0.1 1",
    "127.0.0.1 1 ct.dcm -foo",
    "127.0.0.1 1 ct.dcm --aetitle",
    "127.0.0.1 0 ct.dcm",
    "127.0.0.1 65536 ct.dcm",
    "127.0.0.1 x ct.dcm",
    "127.0.0.1 -5 ct.dcm",
    "-to 0 127.0.0.1 1 ct.dcm",
    "-q -to 0 127.0.0.1 1 ct.dcm",
    "-to x 127.0.0.1 1 ct.dcm",
    "-to '' 127.0.0.1 1 ct.dcm",
    "-ta 0 -td 0 127.0.0.1 1 ct.dcm",
    "+cl 10 -to 0 127.0.0.1 1 ct.dcm",
    "+cl -1 127.0.0.1 1 ct.dcm",
    "-pdu 4095 127.0.0.1 1 ct.dcm",
    "-pdu 131073 127.0.0.1 1 ct.dcm",
    "--max-send-pdu 1a 127.0.0.1 1 ct.dcm",
    "+r 127.0.0.1 1 ct.dcm",
    "+sp x 127.0.0.1 1 ct.dcm",
    "+v 127.0.0.1 1 ct.dcm",
    "-v -ll info 127.0.0.1 1 ct.dcm",
    "-ll nonsense 127.0.0.1 1 ct.dcm",
    "-lc nofile 127.0.0.1 1 ct.dcm",
    "-lc empty.dcm 127.0.0.1 1 ct.dcm",
    "-lc text.txt -ll info 127.0.0.1 1 ct.dcm",
    "-lc text.txt -d 127.0.0.1 1 ct.dcm",
    "@nofile 127.0.0.1 1 ct.dcm",
    "-- 127.0.0.1 1 ct.dcm",
    "--verbos 127.0.0.1 1 ct.dcm",
    "--timeout=3 127.0.0.1 1 ct.dcm",
]
DCMRECV = [
    "",
    "-h",
    "--version",
    "PORT 105",
    "0",
    "70000",
    "x",
    "-to 3 PORT",
    "-ta 0 -td 0 PORT",
    "-td 0 PORT",
    "-pdu 1 PORT",
    "-pdu 999999 PORT",
    "+B +ssd PORT",
    "-q +B +ssd PORT",
    "+v PORT",
    "-ll x PORT",
    "-xf a",
    "-xf '' x PORT",
    "-xf profiles.cfg Twice PORT",
    "-tls +ps PORT",
    "+ws PORT",
    "+tls key cert -tls +cd x PORT",
]
LINES = [
    (tool, line)
    for tool, lines in (("storescu", STORESCU), ("dcmsend", DCMSEND), ("dcmrecv", DCMRECV))
    for line in lines
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("inputs")
    write_instance(made, "ct.dcm")
    (made / "empty.dcm").write_bytes(b"")
    (made / "text.txt").write_text("This is no DICOM file, whatever one may think of it.\n" * 10)
    (made / "profiles.cfg").write_text(PROFILES)
    return made


@pytest.mark.parametrize(("tool", "line"), LINES)
def test_same_mistake_is_told_in_the_same_words(tool: str, line: str, folder: Path) -> None:
    words = shlex.split(line.replace("PORT", str(free_port())))
    theirs, own = (run(command(tool), *words, folder=folder) for command in (dcmtks, ours))
    assert own.code == theirs.code
    assert own.error == theirs.error
    assert bool(own.out) == bool(theirs.out)
    assert bool(own.err) == bool(theirs.err)
    assert own.out.splitlines()[:1] == [] or f"{tool} v" in own.out.splitlines()[0]
    if tool == "dcmrecv" and theirs.code not in {0, 1}:
        assert own.told == theirs.err
