"""TLS options that are wrong, and keys, certificates and suites that cannot be used: told as by DCMTK's programs."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from dicomdesk.cli.catalogue import load_program
from dicomdesk.cli.program import run_program
from tests.helpers.dcmtk.commands import Done, dcmtks, ours, run
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.sending import write_instance
from tests.helpers.tls.certificates import rsa_key
from tests.helpers.tls.tls_files import TlsFiles

pytestmark = pytest.mark.dcmtk

GOOD = "{server_key} {server_pem}"
MISTAKES = [
    ("+tls {none} {server_pem}", "does not exist"),
    ("+tls {text} {server_pem}", "There is no private key in"),
    ("+tls {server_pem} {server_pem}", "There is no private key in"),
    ("+tls {empty_folder} {server_pem}", "cannot be read: Is a directory"),
    ("+tls {server_key} {none}", "does not exist"),
    ("+tls {server_key} {text}", "There is no certificate in"),
    ("+tls {server_key} {client_pem}", "does not belong to the certificate in"),
    (f"+tls {GOOD} -der", "it is a PEM file, but DER was asked for"),
    ("+tls {key_der} {certificate_der}", "it may be a DER file, but PEM was asked for"),
    ("+tls {locked_key} {server_pem} +pw wrong", "The pass phrase for the private key in"),
    ("+tls {locked_key} {server_pem} -pw", "The pass phrase for the private key in"),
    (f"+tls {GOOD} +cs nonsense", "is no TLS cipher suite that can be asked for"),
    (f"+tls {GOOD} +cs TLS_RSA_WITH_NULL_SHA", "not permitted with security profile"),
    (f"+tls {GOOD} +pz +pa +cs TLS_RSA_WITH_NULL_SHA", "not permitted with security profile"),
    ("+tls {none} {none} +cs nonsense +cf {none} +crl {none}", "does not exist"),
]
WARNINGS = [
    f"+tls {GOOD} +cf {{none}} +cf {{text}}",
    f"+tls {GOOD} +crl {{none}} +crl {{text}}",
    f"+tls {GOOD} +cs TLS_RSA_WITH_AES_128_CBC_SHA",
    f"+tls {GOOD} +pa +cs TLS_RSA_WITH_AES_256_CBC_SHA +pn",
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    made = TlsFiles(tmp_path_factory.mktemp("tls"))
    write_instance(made.folder, "ct.dcm")
    return made


def level(done: Done, letter: str) -> list[str]:
    return [line for line in done.err.splitlines() if line.startswith(f"{letter}: ")]


@pytest.mark.parametrize(("words", "sentence"), MISTAKES)
def test_requestor_ends_alike(files: TlsFiles, words: str, sentence: str) -> None:
    rest = ("localhost", "1", str(files.folder / "ct.dcm"))
    theirs = run(dcmtks("storescu"), *files.words(words), *rest)
    mine = run(ours("storescu"), *files.words(words), *rest)
    assert mine.code == theirs.code == 1
    assert level(mine, "F")[-1] == level(theirs, "F")[-1]
    assert sentence in "\n".join(level(mine, "E"))


@pytest.mark.parametrize(("words", "sentence"), MISTAKES[::3])
def test_acceptor_ends_alike(files: TlsFiles, words: str, sentence: str, tmp_path: Path) -> None:
    rest = ("-od", str(tmp_path), str(free_port()))
    theirs = run(dcmtks("dcmrecv"), *files.words(words), *rest)
    mine = run(ours("dcmrecv"), *files.words(words), *rest)
    assert mine.code == theirs.code == 71
    assert level(mine, "F")[-1] == level(theirs, "F")[-1]
    assert sentence in "\n".join(level(mine, "E"))


@pytest.mark.parametrize("words", WARNINGS)
def test_requestor_warns_alike_and_goes_on(files: TlsFiles, words: str) -> None:
    rest = ("localhost", "1", str(files.folder / "ct.dcm"))
    theirs = run(dcmtks("storescu"), *files.words(words), *rest)
    mine = run(ours("storescu"), *files.words(words), *rest)
    assert mine.code == theirs.code == 1
    assert level(mine, "F") == level(theirs, "F")
    assert [line for line in level(mine, "W") if line in level(theirs, "W")] == [
        line for line in level(theirs, "W") if "certificate hash key" not in line.lower()
    ]


def test_other_mistakes_of_an_acceptor_come_first_as_with_dcmtk(files: TlsFiles, tmp_path: Path) -> None:
    for words, code in (("-od {none}", 45), ("-xf {none} Default", 66)):
        command = (*files.words(f"+tls {{none}} {{none}} {words}"), str(free_port()))
        assert run(dcmtks("dcmrecv"), *command, folder=tmp_path).code == code
        assert run(ours("dcmrecv"), *command, folder=tmp_path).code == code


@pytest.mark.parametrize(("tool", "code"), [("storescu", 1), ("dcmrecv", 71)])
def test_profile_without_its_cipher_suite_is_a_clear_error(files: TlsFiles, tool: str, code: int) -> None:
    rest = ("localhost", "1", str(files.folder / "ct.dcm")) if tool == "storescu" else (str(free_port()),)
    done = run(ours(tool), *files.words(f"+tls {GOOD} +pb"), *rest)
    assert done.code == code
    assert "has none of the cipher suites of the Basic TLS Secure Transport Connection Profile" in done.err


def test_dcmsend_cannot_create_tls_either(files: TlsFiles) -> None:
    words = files.words("--enable-tls {none} {server_pem}")
    done = run(ours("dcmsend"), *words, "localhost", "1", str(files.folder / "ct.dcm"))
    assert done.code == 71
    assert "does not exist" in done.err


def test_pass_phrase_may_have_bytes_that_are_no_text(files: TlsFiles) -> None:
    """As typed, or kept in a script, where the encoding is another one."""
    phrase, key = b"caf\xe9", files.folder / "latin.key"
    key.write_bytes(rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(phrase)))
    words = ["+tls", str(key), str(files.paths["server_pem"]), "+pw", os.fsdecode(phrase), "localhost", "1"]
    outcomes = [run(tool("storescu"), *words, str(files.folder / "ct.dcm")) for tool in (dcmtks, ours)]
    assert level(outcomes[1], "F") == level(outcomes[0], "F")
    assert "Connection refused" in outcomes[1].err


# -- wrong command lines

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
    told = next(line for line in capsys.readouterr().err.splitlines() if line.startswith("error: "))
    assert told == f"error: {theirs.error}".replace("--profile-basic", "--profile-aes")


@EACH
def test_options_have_dcmtks_names(tool: str) -> None:
    """Each that its help shows in the TLS group, in its order; our group has one more."""
    text = run(dcmtks(tool), "--help").out.partition("transport layer security")[2].partition("output options:")[0]
    theirs = [tuple(line.split()[:2]) for line in text.splitlines() if line.strip().startswith(("+", "-"))]
    group = next(group for group in load_program(tool).tool.groups if group.title.startswith("transport layer"))
    assert [(o.short, o.long) for o in group.walk() if o.long != "--profile-basic"] == theirs
