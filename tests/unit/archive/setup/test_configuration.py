"""The archive's configuration: what it means, and what is said when it is wrong."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.setup.configuration import (
    PeerEntry,
    Quota,
    parse_configuration,
    read_configuration,
)
from dicomdesk.errors import ConfigurationError, LocalError

EXAMPLE = """\
NetworkTCPPort  = 11112
MaxPDUSize      = 32768 # large
MaxAssociations = 4
UserName dicom
SpecificCharacterSet = "ISO_IR 192", override, discard
ApplicationTitle = whatever
HostTable BEGIN
ws1   = (WS1, localhost, 11113)
ws2   = (WS2, ws2.example.org, 104)
group = ws1, ws2
HostTable END

VendorTable BEGIN
"Acme" = group
VendorTable END
AccessTable BEGIN
allow = 10.0.0.0/8, .example.org
deny = ALL
AccessTable END
AETable BEGIN
ARCHIVE  /var/lib/x/ARCHIVE  RW (200, 1024mb) ANY
"MY AE"  relative  R  (unlimited, unlimited)   group, (WS3, host3, 104)
AETable END
"""
WS1 = PeerEntry(ae_title="WS1", host="localhost", port=11113)
WS2 = PeerEntry(ae_title="WS2", host="ws2.example.org", port=104)
WS3 = PeerEntry(ae_title="WS3", host="host3", port=104)


def area_with(quota: str = "(1, 1mb)", access: str = "RW", peers: str = "ANY") -> str:
    hosts = "HostTable BEGIN\nws1 = (WS1, localhost, 11113)\nHostTable END\n"
    return f"{hosts}AETable BEGIN\nA /x {access} {quota} {peers}\nAETable END\n"


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as raised:
        parse_configuration(text)
    return raised.value.problems


def test_everything_is_read() -> None:
    configuration = parse_configuration(EXAMPLE)
    assert (configuration.port, configuration.max_pdu_bytes, configuration.max_associations) == (11112, 32768, 4)
    assert (configuration.user_name, configuration.group_name) == ("dicom", "")
    rule = configuration.character_set
    assert (rule.term, rule.overrides, rule.falls_back, rule.discards) == ("ISO_IR 192", True, False, True)
    assert dict(configuration.hosts) == {"ws1": (WS1,), "ws2": (WS2,), "group": (WS1, WS2)}
    assert dict(configuration.vendors) == {"Acme": (WS1, WS2)}
    assert configuration.access.allow == ("10.0.0.0/8", ".example.org")
    assert configuration.access.deny == ("ALL",)
    open_area, closed = configuration.areas
    assert open_area.peers is None
    assert open_area.is_writable
    assert open_area.quota == Quota(max_studies=200, max_bytes_per_study=1 << 30)
    assert (closed.ae_title, closed.folder, closed.is_writable) == ("MY AE", Path("relative"), False)
    assert closed.peers == (WS1, WS2, WS3)
    assert closed.quota == Quota()
    assert configuration.warnings == ()


def test_areas_destinations_and_vendors_are_found() -> None:
    configuration = parse_configuration(EXAMPLE)
    area = configuration.find_area("MY AE")
    assert area is not None
    assert configuration.find_area("my ae") is None
    assert configuration.find_destination(area, "WS3") == WS3
    assert configuration.find_destination(configuration.areas[0], "WS2") == WS2
    assert configuration.find_destination(configuration.areas[0], "WS3") is None
    assert configuration.are_of_one_vendor(WS1, WS2)
    assert not configuration.are_of_one_vendor(WS1, WS3)


def test_an_empty_configuration_has_the_defaults_of_dcmtk() -> None:
    configuration = parse_configuration("")
    assert (configuration.port, configuration.max_pdu_bytes, configuration.max_associations) == (104, 16384, 16)
    assert configuration.areas == ()


@pytest.mark.parametrize(
    ("quota", "size"),
    [
        ("(9, 1024mb)", 1 << 30),
        ("(9, 3000B)", 3000),
        ("(9, 3gb)", 3 << 30),
        ("(9, 1.5kb)", 1024),
        ("(9, 1000)", None),
        ("(9, 10m)", None),
        ("(9, Unlimited)", None),
    ],
)
def test_sizes_have_units_of_1024(quota: str, size: int | None) -> None:
    configuration = parse_configuration(area_with(quota))
    assert configuration.areas[0].quota.max_bytes_per_study == size
    is_surprising = (size is None and "nlimited" not in quota) or "." in quota
    assert bool(configuration.warnings) == is_surprising


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Foo = 1\n", 'Unknown mnemonic "Foo" in configuration file, line 1'),
        ("MaxPDUSize=16384\n", 'Unknown mnemonic "MaxPDUSize=16384" in configuration file, line 1'),
        ("\nMaxAssociations = x", 'the value "x" of MaxAssociations is no number in configuration file, line 2'),
        ("NetworkTCPPort", 'the value "" of NetworkTCPPort is no number in configuration file, line 1'),
        ("NetworkTCPPort = 70000", "70000 is no port in configuration file, line 1"),
        ("UserName", "UserName has no value in configuration file, line 1"),
        (
            "MaxPDUSize = 10",
            "invalid MaxPDUSize 10: 4096 to 131072 bytes are possible in configuration file, line 1",
        ),
        (area_with(peers="hx"), 'AETable: Symbolic name "hx" not defined in configuration file, line 5'),
        (
            "AETable BEGIN\nA /x RW (1,1mb) hx\nAETable END",
            "AETable: No symbolic names defined in configuration file, line 2",
        ),
        (
            area_with(peers=""),
            (
                "AETable: an entry has an AE title, a folder, an access right, a quota and peers "
                "in configuration file, line 5"
            ),
        ),
        (area_with("(0, 1mb)"), 'AETable: "0" is no number of studies in configuration file, line 5'),
        (area_with("(1, 0mb)"), 'AETable: "0mb" is no size in configuration file, line 5'),
        (area_with("(1, 5xb)"), 'AETable: "5xb" is no size in configuration file, line 5'),
        (
            area_with("(10)"),
            'AETable: the quota "(10)" is not (studies, bytes for each study) in configuration file, line 5',
        ),
        (area_with(peers="(WS9, host, 99999)"), 'AETable: "99999" is no port in configuration file, line 5'),
        (
            "HostTable BEGIN\nws\nHostTable END",
            "HostTable: an entry needs at least one peer in configuration file, line 2",
        ),
        (
            "AccessTable BEGIN\nmaybe = ALL\nAccessTable END",
            'AccessTable: an entry begins with allow or deny, not with "maybe" in configuration file, line 2',
        ),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, problem: str) -> None:
    assert problems_of(text) == (problem,)


def test_all_mistakes_are_named_at_once() -> None:
    assert len(problems_of("Foo = 1\nBar = 2\nAETable BEGIN\nA /x RW\n")) == 4


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (area_with(access="rw"), 'the access right "rw" is none of R, RW and W and counts as R'),
        (area_with(peers="(WS9, host)"), '"(WS9, host)" is not (AE title, host, port) and fits no peer'),
    ],
)
def test_what_dcmtk_takes_silently_is_warned_of(text: str, warning: str) -> None:
    configuration = parse_configuration(text)
    assert configuration.warnings == (f"{warning} in configuration file, line 5",)
    assert not (configuration.areas[0].is_writable and configuration.areas[0].peers)


def test_a_file_is_named_in_its_errors(tmp_path: Path) -> None:
    path = tmp_path / "archive.cfg"
    with pytest.raises(LocalError, match=r"archive\.cfg"):
        read_configuration(path)
    path.write_text("Foo = 1\n")
    with pytest.raises(ConfigurationError, match=r"archive\.cfg: Unknown mnemonic"):
        read_configuration(path)
    path.write_text(EXAMPLE)
    assert read_configuration(path).port == 11112


def test_passwords_of_the_database_are_not_shown() -> None:
    configuration = parse_configuration("DatabaseURL = postgresql+psycopg://user:secret@db/archive")
    assert configuration.database_url.endswith("@db/archive")
    assert "secret" not in repr(configuration)


@given(st.text(alphabet=st.sampled_from("HostTable BEGIN\nAED=,()\"'# 1mbRWANY/"), max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigurationError):
        parse_configuration(text)
