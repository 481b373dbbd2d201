"""The same storescu command lines through DCMTK's program and ours: what is proposed, item by item."""

import struct
from pathlib import Path

import pytest

from tests.helpers.archives.storing_inputs import write_storing_inputs
from tests.helpers.jobs.exact_cases import TO, Case, accepting, differs
from tests.helpers.peers.fake_peer import item

pytestmark = pytest.mark.dcmtk

LETTERS = "=ebisyxvwtumhnl23o45rd"
CONFIRMED = item(0x59, struct.pack(">H", 0))
CONFIRMED_WITH_TICKET = item(0x59, struct.pack(">H", 6) + b"ticket")
CT_ROLE = item(0x54, struct.pack(">H", 25) + b"1.2.840.10008.5.1.4.1.1.2" + bytes((1, 1)))
CT_EXTENSION = item(0x56, struct.pack(">H", 25) + b"1.2.840.10008.5.1.4.1.1.2" + b"\2\1\1")
ONE_ROLE = differs("a role is proposed once for a SOP class (PS3.7 D.3.3.4), by DCMTK in each context", "requests")
POLITE = differs("the association that is not wanted is aborted, by DCMTK the connection is closed", "ends")
NO_BACKSLASH = differs(
    "no AE title has a backslash (PS3.5 6.2)",
    *("exit_code", "stderr", "contexts", "titles", "stores", "requests", "commands", "ends"),
)
EARLIER = differs("identity files and TLS files are read before the input files", "stderr")

CASES = [
    # every preference, with and without the fixed list, in one context or two
    *(Case(f"-x{letter} {TO} ct1.dcm") for letter in LETTERS),
    *(Case(f"-x{letter} -R +C {TO} mr.dcm ct1.dcm") for letter in "=bixdm"),
    *(Case(f"-R -x{letter} {TO} mr.dcm ct1.dcm") for letter in "xu"),
    Case(f"+C {TO} ct1.dcm"),
    Case(f"-xs -xi +C {TO} ct1.dcm"),
    Case(f"-R {TO} seg.dcm mr.dcm seg.dcm ct1.dcm"),
    Case(f"-v -R {TO} classes/*"),
    Case(f"-R +C {TO} classes/*"),
    Case(f"-v -R -xi {TO} classes/*"),
    # titles and sizes
    Case(f"-R -aet ME -aec YOU {TO} ct1.dcm"),
    Case(f"-R -aet -v -aec ABCDEFGHIJKLMNOPQRST {TO} ct1.dcm"),
    Case(f"-R -aet |A|B| {TO} ct1.dcm"),
    Case(f"-v -R -aec '' {TO} ct1.dcm"),
    Case(f"-v -R -aet '' {TO} ct1.dcm"),
    Case(f"-R -aet A\\B {TO} ct1.dcm", **NO_BACKSLASH),
    Case(f"-R -pdu 4096 {TO} ct1.dcm"),
    Case(f"-R -pdu 131072 --max-send-pdu 8192 {TO} ct1.dcm"),
    # profiles
    *(Case(f"-v -xf profiles.cfg {name} {TO} ct1.dcm mr.dcm") for name in ("Default", "Roles", "User", "Extended")),
    Case(f"-xf profiles.cfg Twice {TO} ct1.dcm", **ONE_ROLE),
    Case(f"-v +v -xf profiles.cfg All {TO} ct1.dcm"),
    Case(f"-v +v -xf profiles.cfg All {TO} ct1.dcm", accepting(extra_user_items=CT_ROLE + CT_EXTENSION)),
    Case(f"-xf profiles.cfg own {TO} private.dcm"),
    Case(f"-xf profiles.cfg Own -nh {TO} ct1.dcm"),
    Case(f"-v -xf profiles.cfg Nobody {TO} ct1.dcm"),
    Case(f"-v -xf broken.cfg Default {TO} ct1.dcm"),
    Case(f"-xf none.cfg Default {TO} ct1.dcm"),
    Case(f"-xf none.cfg Default -to 0 {TO} none.dcm"),
    Case(f"-xf /etc/dcmtk/storescu.cfg Default -x= {TO} ct1.dcm"),
    # user identity
    Case(f"-v -R -usr jones {TO} ct1.dcm"),
    Case(f"-v -R -usr jones -pwd secret {TO} ct1.dcm"),
    Case(f"-v -R -usr jones -epw {TO} ct1.dcm"),
    Case(f"-v -R -usr '' -pwd '' {TO} ct1.dcm"),
    Case(f"-v -R -kt token {TO} ct1.dcm"),
    Case(f"-v -R --saml token {TO} ct1.dcm"),
    Case(f"-v -R --jwt token {TO} ct1.dcm"),
    Case(f"-v -R -kt token --jwt token --saml token -usr jones {TO} ct1.dcm"),
    Case(f"-v -R --jwt large-token {TO} ct1.dcm", **EARLIER),
    Case(f"-v -R -kt none {TO} ct1.dcm", **EARLIER),
    Case(f"-v -R -kt empty-token {TO} ct1.dcm", **EARLIER),
    Case(f"-v -R -usr jones -rsp {TO} ct1.dcm", **POLITE),
    Case(f"-v -R -usr jones -rsp {TO} ct1.dcm", accepting(extra_user_items=CONFIRMED)),
    Case(f"-v -R -usr jones -pwd secret -rsp {TO} ct1.dcm", accepting(extra_user_items=CONFIRMED_WITH_TICKET)),
    Case(f"-v -R -kt token -rsp {TO} ct1.dcm", accepting(extra_user_items=CONFIRMED_WITH_TICKET)),
    Case(f"-v -R --saml token -rsp {TO} ct1.dcm"),
    Case(f"-v -R +v -usr jones -rsp {TO} ct1.dcm", accepting(extra_user_items=CONFIRMED)),
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_storing_inputs(folder)
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_program_proposes_what_that_of_dcmtk_proposes(case: Case, inputs: Path, tmp_path: Path) -> None:
    assert bool(case.difference) == bool(case.tolerated)
    assert not case.differences(inputs, tmp_path)
