from pathlib import Path

import pytest

from dicomdesk.cli.options import shared as options
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, OptionGroup, Parameter, Tool, parse
from dicomdesk.cli.options.tls import TlsRole, list_ciphers, read_tls, seed_note, tls_extensions, tls_group
from dicomdesk.settings import PeerVerification, RevocationCheck, TlsFileFormat, TlsProfile, TlsSettings

REQUESTOR, ACCEPTOR = TlsRole.REQUESTOR, TlsRole.ACCEPTOR


def tool(role: TlsRole) -> Tool:
    extensions = OptionGroup(title="extensions", options=tls_extensions(role))
    return Tool(
        name="tool",
        description="",
        parameters=(Parameter(name="port", text=""),),
        groups=(options.general_options(), tls_group(role), extensions),
    )


def line(words: str, role: TlsRole = REQUESTOR) -> CommandLine:
    return parse(tool(role), [*words.split(), "104"])


def read(words: str, role: TlsRole = REQUESTOR) -> TlsSettings | None:
    return read_tls(line(words, role), role)


def settings(words: str, role: TlsRole = REQUESTOR) -> TlsSettings:
    made = read(words, role)
    assert made is not None
    return made


@pytest.mark.parametrize("words", ["", "-tls", "+tla -tls", "+tls k c -tls"])
def test_without_tls_there_are_no_settings(words: str) -> None:
    assert read(words) is None


@pytest.mark.parametrize("role", list(TlsRole))
def test_key_and_certificate_are_enough(role: TlsRole) -> None:
    made = settings("--enable-tls k c", role)
    assert made == TlsSettings(private_key_file=Path("k"), certificate_file=Path("c"))


@pytest.mark.parametrize("words", ["+tla", "-tls +tla", "+tls k c -tls +tla"])
def test_anonymous_tls_has_no_certificate(words: str) -> None:
    assert settings(words) == TlsSettings()


@pytest.mark.parametrize("words", ["+tls k c +tla", "+tla +tls k c", "-tls +tla +tls k c"])
def test_certificate_is_used_beside_anonymous_tls_as_with_dcmtk(words: str) -> None:
    assert settings(words).certificate_file == Path("c")


def test_every_option_reaches_the_settings() -> None:
    made = settings(
        "+tls k c +pw secret -der +cf a +cf b +cd d +crl r +crl s +cs X +cs Y -vc +pa +dp p --trust-system", ACCEPTOR
    )
    assert made == TlsSettings(
        private_key_file=Path("k"),
        certificate_file=Path("c"),
        pass_phrase="secret",
        file_format=TlsFileFormat.DER,
        authority_files=(Path("a"), Path("b")),
        authority_folders=(Path("d"),),
        revocation_files=(Path("r"), Path("s")),
        revocation_check=RevocationCheck.LEAF,
        ciphers=("X", "Y"),
        peer_verification=PeerVerification.IF_PRESENTED,
        profile=TlsProfile.AES,
        dh_parameters_file=Path("p"),
        trusts_system=True,
    )
    assert settings("+tla --verify-hostname").checks_host_name


@pytest.mark.parametrize(
    ("words", "pass_phrase"),
    [("+ps", None), ("+pw x", "x"), ("-pw", ""), ("+pw x +ps", None), ("+ps +pw x", "x"), ("+pw x -pw", "")],
)
def test_pass_phrase_is_that_of_the_rightmost_option(words: str, pass_phrase: str | None) -> None:
    assert settings(f"+tls k c {words}").pass_phrase == pass_phrase


@pytest.mark.parametrize(
    ("words", "profile"),
    [
        ("", TlsProfile.BCP_195_NON_DOWNGRADING),
        ("+py", TlsProfile.BCP_195_NON_DOWNGRADING),
        ("+px", TlsProfile.BCP_195),
        ("+pz", TlsProfile.BCP_195_EXTENDED),
        ("+pb", TlsProfile.BASIC),
        ("+pa", TlsProfile.AES),
        ("+pn", TlsProfile.NULL),
        ("--profile-8996", TlsProfile.BCP_195_RFC_8996),
        ("--profile-8996-mod", TlsProfile.BCP_195_RFC_8996_MODIFIED),
        ("+pz +px +pn --profile-8996 +pa", TlsProfile.AES),
    ],
)
def test_profile_is_that_of_the_rightmost_option(words: str, profile: TlsProfile) -> None:
    assert settings(f"+tla {words}").profile is profile


@pytest.mark.parametrize(
    ("words", "check"),
    [
        ("", RevocationCheck.NONE),
        ("+crl r", RevocationCheck.LEAF),
        ("+crv", RevocationCheck.LEAF),
        ("+cra", RevocationCheck.CHAIN),
        ("+crl r +cra", RevocationCheck.CHAIN),
    ],
)
def test_revocation_list_implies_its_check(words: str, check: RevocationCheck) -> None:
    assert settings(f"+tla {words}").revocation_check is check


@pytest.mark.parametrize(
    ("words", "verification"),
    [
        ("", PeerVerification.REQUIRED),
        ("-ic", PeerVerification.NONE),
        ("-ic -vc", PeerVerification.IF_PRESENTED),
        ("-vc -ic", PeerVerification.NONE),
        ("-ic -rc", PeerVerification.REQUIRED),
    ],
)
def test_verification_is_that_of_the_rightmost_option(words: str, verification: PeerVerification) -> None:
    assert settings(f"+tls k c {words}", ACCEPTOR).peer_verification is verification


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("+pz +cs X", "--cipher not allowed with --profile-bcp195-ex"),
        ("--profile-8996-mod +cs X", "--cipher not allowed with --profile-8996-mod"),
        ("+crv +cra", "--enable-crl-all not allowed with --enable-crl-vfy"),
        ("+tla -ic --verify-hostname", "--verify-hostname not allowed with --ignore-peer-cert"),
        ("+ws", "--write-seed only allowed with --seed"),
        ("+wf f", "--write-seed-file only allowed with --seed"),
        ("+pw x", "--use-passwd only allowed with --enable-tls"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: str, message: str) -> None:
    with pytest.raises(CommandLineError, match=f"^{message}$"):
        read(f"+tla {words}")


@pytest.mark.parametrize("role", list(TlsRole))
def test_every_option_needs_tls(role: TlsRole) -> None:
    switches = ("--enable-tls", "--anonymous-tls", "--disable-tls", "--list-ciphers")
    for option in tool(role).options():
        if option.long in switches or option in options.general_options().options:
            continue
        with pytest.raises(CommandLineError, match=f"^{option.long} only allowed with --enable-tls"):
            read(f"{option.long} {'x' * option.value_count}", role)


@pytest.mark.parametrize("role", list(TlsRole))
def test_extensions_of_a_tool_have_long_names_only(role: TlsRole) -> None:
    assert all(not option.short for option in tls_extensions(role))
    assert role.is_extension is all(not option.short for option in tls_group(role).walk())


def test_each_side_has_options_of_its_own() -> None:
    requestor = {option.long for option in tool(REQUESTOR).options()}
    acceptor = {option.long for option in tool(ACCEPTOR).options()}
    assert requestor - acceptor == {"--anonymous-tls", "--verify-hostname"}
    assert acceptor - requestor == {"--verify-peer-cert", "--dhparam"}


def test_options_without_effect_are_told() -> None:
    assert seed_note(line("+tla")) == ""
    assert seed_note(line("+tla +rs f")).startswith("--seed has no effect: ")
    assert seed_note(line("+tla +rs f +ws")).startswith("--seed, --write-seed have no effect: ")


def test_ciphers_are_listed_as_with_dcmtk() -> None:
    lines = list_ciphers().splitlines()
    assert lines[:2] == ["Supported TLS ciphersuites are:", "  TLS_RSA_WITH_NULL_SHA"]
    assert len(lines) >= 41
