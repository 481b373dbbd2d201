"""Command lines with TLS options that are wrong: DCMTK's programs and ours say the same."""

from itertools import pairwise

import pytest

from dicomdesk.cli.catalogue import load_program
from dicomdesk.cli.program import run_program
from tests.helpers.dcmtk.commands import Done, dcmtks, run

pytestmark = pytest.mark.dcmtk

_VALUES = {
    "+pw": "x",
    "+cf": "a",
    "+cd": "a",
    "+crl": "a",
    "+cs": "TLS_RSA_WITH_AES_128_CBC_SHA",
    "+rs": "a",
    "+wf": "a",
}
SHARED = ("+ps", "+pw", "-pw", "-pem", "-der", "+cf", "+cd", "+crl", "+crv", "+cra", "+py", "+px", "+pz", "+pn", "+cs")
OPTIONS = (*SHARED, "+rs", "+ws", "+wf", "-rc", "-ic")
_BLOCKS = (
    ("+ps", "+pw", "-pw"),
    ("-pem", "-der"),
    ("+px", "+py", "+pz", "+pn"),
    ("-rc", "-ic"),
    ("+crv", "+cra", "+crl"),
    ("+rs", "+ws", "+wf"),
)
_ORDER = ("+ps", "-der", "+rs", "+wf", "-ic", "+pn", "+cf", "+cd", "+crl", "+crv", "+cra", "+cs")

PAIRS = [(first, second) for block in _BLOCKS for first in block for second in block]
PAIRS += [*pairwise(_ORDER), *pairwise(_ORDER[::-1])]

REQUESTOR = [
    "+tla +ps",
    "+tla +pw x",
    "+tla -pw",
    "+tla +ws",
    "+tla +wf a",
    "+tla +crv +cra",
    "+tla +cra +crv",
    "+tla +pz +cs x",
    "+tla +cs x +py +pz",
    "+tls a b -tls +pw x",
    "+tls a b -tls +tla +ps",
    "-tls +tla +ps",
    "+tla -tls -rc",
    "+tla -tls +cs x",
    "+tla -vc",
    "+tla +dp a",
    "+tls",
    "+tla +cs",
    "+tla +crl",
    "-ta 0 +ps",
    "--repeat 0 +ps",
    "-pdu 1 +tla +ws",
]
ACCEPTOR = [
    "+tla",
    "+tls a b +ws",
    "+tls a b +wf a",
    "+tls a b +crv +cra",
    "+tls a b +pz +cs x",
    "+tls a b -tls -vc",
    "+tls a b -tls +dp a",
    "+dp a",
    "-vc",
    "-vc -rc",
    "-rc -vc",
    "-ic -vc",
    "-vc -ic",
    "+dp a +rs a",
    "+dp a -pem",
    "+tls a",
    "+B +ssd +ps",
    "-pdu 1 +ps",
    "+tls a b +pw x -pw +cs",
]


def _words(options: tuple[str, ...]) -> list[str]:
    return [word for option in options for word in (option, *([_VALUES[option]] if option in _VALUES else []))]


def assert_refused_alike(tool: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    theirs = run(dcmtks(tool), *words)
    code = run_program(load_program(tool), words)
    seen = capsys.readouterr()
    mine = Done(code=code, out=seen.out, err=seen.err)
    assert (mine.code, mine.error, mine.out) == (theirs.code, theirs.error, theirs.out)
    assert theirs.code == 1
    assert theirs.error


TOOLS = {"storescu": ["localhost", "1", "nofile"], "echoscu": ["localhost", "1"], "dcmrecv": ["1"]}
EACH = pytest.mark.parametrize("tool", list(TOOLS))


@EACH
@pytest.mark.parametrize("option", OPTIONS)
def test_option_without_tls_is_refused_alike(tool: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert_refused_alike(tool, [*_words((option,)), *TOOLS[tool]], capsys)


@EACH
@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_of_two_mistakes_the_same_is_told(tool: str, pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert_refused_alike(tool, [*_words(pair), *TOOLS[tool]], capsys)


@pytest.mark.parametrize("words", REQUESTOR)
def test_requestors_mistake_is_told_alike(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert_refused_alike("storescu", [*words.split(), *TOOLS["storescu"]], capsys)


@pytest.mark.parametrize("words", ACCEPTOR)
def test_acceptors_mistake_is_told_alike(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert_refused_alike("dcmrecv", [*words.split(), *TOOLS["dcmrecv"]], capsys)


@EACH
@pytest.mark.parametrize("words", [["+cc"], ["--list-ciphers", "-q"]])
def test_ciphers_are_listed_alike(tool: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    theirs = run(dcmtks(tool), *words)
    assert run_program(load_program(tool), words) == theirs.code == 0
    listed = [line for line in theirs.out.splitlines() if line.startswith("  TLS_")]
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("  TLS_")] == listed


@EACH
def test_retired_aes_profile_is_called_by_its_name(tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    """DCMTK 3.6.7 names another option here, one that its Debian package does not even have."""
    theirs = run(dcmtks(tool), "+pa", *TOOLS[tool])
    assert run_program(load_program(tool), ["+pa", *TOOLS[tool]]) == theirs.code == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert told == f"error: {theirs.error}".replace("--profile-basic", "--profile-aes")


@EACH
def test_options_have_dcmtks_names(tool: str) -> None:
    """Each that its help shows in the TLS group, in its order; our group has one more."""
    text = run(dcmtks(tool), "--help").out.partition("transport layer security")[2].partition("output options:")[0]
    theirs = [tuple(line.split()[:2]) for line in text.splitlines() if line.strip().startswith(("+", "-"))]
    group = next(group for group in load_program(tool).tool.groups if group.title.startswith("transport layer"))
    assert [(o.short, o.long) for o in group.walk() if o.long != "--profile-basic"] == theirs
