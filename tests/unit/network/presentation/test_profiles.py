import os
from pathlib import Path

import pytest

from dicomdesk.dicom.transfer_syntaxes import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    Compression,
    find_transfer_syntax,
)
from dicomdesk.errors import ProfileError
from dicomdesk.network.negotiation import ProposedContext, Role
from dicomdesk.network.presentation.profiles import MAX_ENTRIES, load_profiles, parse_profiles
from dicomdesk.paths import resources_folder

CT = "1.2.840.10008.5.1.4.1.1.2"
TRANSFER_SYNTAXES = """
[[TransferSyntaxes]]
[U]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
"""
CONTEXTS = """
[[PresentationContexts]]
[A]
PresentationContext1 = CTImageStorage\\U
"""
ROLES = """
[[SCPSCURoleSelection]]
[R]
Role1 = CTImageStorage\\SCU
"""
EXTENDED = """
[[ExtendedNegotiation]]
[E]
ExtendedNegotiation1 = CTImageStorage\\0102
"""
PROFILES = """
[[Profiles]]
[P]
PresentationContexts = A
SCPSCURoleSelection = R
ExtendedNegotiation = E
"""
WHOLE = TRANSFER_SYNTAXES + CONTEXTS + ROLES + EXTENDED + PROFILES

NOT_OFFERED = (
    "abstract syntax defined in role selection list '{}' but not in presentation context list 'A': "
    "1.2.840.10008.5.1.4.1.1.4"
)
IN_EXTENDED = "in entry EXTENDEDNEGOTIATION1 in config file"


def lines(key: str, values: list[str]) -> str:
    return "".join(f"{key}{number} = {value}\n" for number, value in enumerate(values, 1))


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new)


def test_profile_holds_contexts_roles_and_extended_negotiation() -> None:
    profile = parse_profiles(WHOLE).profile("P")
    (context,) = profile.contexts
    assert context.abstract_syntax == CT
    assert context.transfer_syntaxes == (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
    assert profile.roles == {CT: Role(scu=True, scp=False)}
    assert profile.extended_negotiation == {CT: b"\1\2"}


def test_requestor_proposes_contexts_in_order_with_roles() -> None:
    text = changed("Storage\\U\n", "Storage\\U\nPresentationContext2 = MRImageStorage\\u\n")
    assert parse_profiles(text).profile("P").proposed_contexts() == (
        ProposedContext(
            context_id=1,
            abstract_syntax=CT,
            transfer_syntaxes=(EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN),
            role=Role(scu=True, scp=False),
        ),
        ProposedContext(
            context_id=3,
            abstract_syntax="1.2.840.10008.5.1.4.1.1.4",
            transfer_syntaxes=(EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN),
        ),
    )


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (1, 0, 4, 2, 3)])
def test_sections_may_stand_in_any_order(order: tuple[int, ...]) -> None:
    parts = (TRANSFER_SYNTAXES, CONTEXTS, ROLES, EXTENDED, PROFILES)
    assert parse_profiles("".join(parts[index] for index in order)) == parse_profiles(WHOLE)


@pytest.mark.parametrize(
    ("written", "uid"),
    [
        ("OppositeEndianExplicit", EXPLICIT_VR_BIG_ENDIAN),
        ("=LocalEndianExplicit", EXPLICIT_VR_LITTLE_ENDIAN),
        ("1.2.3", "1.2.3"),
        ("1..2", "1..2"),
        ("CTImageStorage", CT),
    ],
)
def test_transfer_syntax_may_be_a_name_or_digits_and_dots(written: str, uid: str) -> None:
    profile = parse_profiles(changed("LittleEndianImplicit", written)).profile("P")
    assert profile.contexts[0].transfer_syntaxes[1] == uid


@pytest.mark.parametrize(
    ("written", "role"),
    [("scp", Role(scu=False, scp=True)), ("Both", Role(scu=True, scp=True)), ("SCU", Role(scu=True, scp=False))],
)
def test_role_word_is_not_case_sensitive(written: str, role: Role) -> None:
    assert parse_profiles(changed("\\SCU", f"\\{written}")).profile("P").roles == {CT: role}


@pytest.mark.parametrize("name", ["p", "P", " p ", "P\t"])
def test_profile_is_found_in_any_case_and_with_blanks(name: str) -> None:
    assert parse_profiles(WHOLE).profile(name).name == "P"


def error_of(text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        parse_profiles(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot find section [[TRANSFERSYNTAXES]] in config file"),
        (TRANSFER_SYNTAXES, "cannot find section [[PRESENTATIONCONTEXTS]] in config file"),
        (TRANSFER_SYNTAXES + CONTEXTS, "cannot find section [[PROFILES]] in config file"),
        (changed("= LittleEndianImplicit", "= Foo"), "not a valid transfer syntax UID: Foo"),
        (changed("= LittleEndianImplicit", "="), "not a valid transfer syntax UID: "),
        (
            changed("= LittleEndianImplicit", "= littleendianimplicit"),
            "not a valid transfer syntax UID: littleendianimplicit",
        ),
        (
            changed("LittleEndianImplicit\n", "LittleEndianImplicit \n"),
            "not a valid transfer syntax UID: LittleEndianImplicit ",
        ),
        (changed("= CTImageStorage\\U", "= Foo\\U"), "not a valid abstract syntax UID: Foo"),
        (changed("= CTImageStorage\\U", "= =1.2\\U"), "not a valid abstract syntax UID: =1.2"),
        (changed("= CTImageStorage\\U", "= \\U"), "Illegal call, perhaps wrong parameters"),
        (
            changed("CTImageStorage\\U", "CTImageStorage"),
            "syntax error: missing '\\' in entry PRESENTATIONCONTEXT1 in config file",
        ),
        (changed("CTImageStorage\\U", "Foo\\ x y"), "transfer syntax key undefined: XY"),
        (changed("[U]", "[V]"), "transfer syntax key undefined: U"),
        (changed("PresentationContexts = A", "PresentationContexts = q"), "presentation context key undefined: Q"),
        (changed("PresentationContexts = A\n", ""), "no PRESENTATIONCONTEXTS  entry in section P in config file"),
        (changed("CTImageStorage\\SCU", "CTImageStorage"), "syntax error: missing '\\' in entry ROLE1 in config file"),
        (changed("\\SCU", "\\FOO"), "syntax error: unknown role key in entry ROLE1 in config file"),
        (changed("\\SCU", "\\ SCU"), "syntax error: unknown role key in entry ROLE1 in config file"),
        (
            changed("\\SCU", "\\SCU\nRole2 = =CTImageStorage\\SCP"),
            "role selection defined twice for abstract syntax UID: =CTImageStorage",
        ),
        (changed("Selection = R", "Selection = q"), "role selection key undefined: Q"),
        (
            changed("CTImageStorage\\SCU", "MRImageStorage\\SCU"),
            NOT_OFFERED.format("R"),
        ),
        (changed("\\0102", ""), "syntax error: missing '\\' in entry EXTENDEDNEGOTIATION1 in config file"),
        (changed("0102", "010"), f"parse error in extended negotiation data {IN_EXTENDED}"),
        (changed("0102", "01 2"), f"parse error in extended negotiation data {IN_EXTENDED}"),
        (changed("0102", ""), "Illegal call, perhaps wrong parameters"),
        (
            changed("0102", "00" * 1024),
            f"extended negotiation data too long, cannot handle > 1024 bytes {IN_EXTENDED}",
        ),
        (
            changed("0102", "0102\nExtendedNegotiation2 = CTImageStorage\\01"),
            "extended negotiation defined twice for abstract syntax UID: CTImageStorage",
        ),
        (changed("Negotiation = E", "Negotiation = q"), "extended negotiation key undefined: Q"),
        (
            changed("CTImageStorage\\0102", "MRImageStorage\\0102"),
            NOT_OFFERED.format("E"),
        ),
        (WHOLE + "[p]\nPresentationContexts = A\n", "two profiles defined for key: A"),
        (
            changed(
                CONTEXTS.splitlines(keepends=True)[-1], lines("PresentationContext", ["1.2\\U"] * (MAX_ENTRIES + 1))
            ),
            "presentation context list too long (> 128 entries): A",
        ),
    ],
)
def test_error_is_told_in_the_words_of_dcmtk(text: str, message: str) -> None:
    assert error_of(text) == message


def test_list_too_long_to_be_proposed_can_still_be_accepted() -> None:
    text = changed("TransferSyntax2 = LittleEndianImplicit\n", "").replace(
        "TransferSyntax1 = LittleEndianExplicit\n", lines("TransferSyntax", ["1.2.3"] * (MAX_ENTRIES + 1))
    )
    profile = parse_profiles(text).acceptor_profile("P")
    with pytest.raises(ProfileError, match="transfer syntax list too long, cannot handle more than 128 entries: U"):
        profile.proposed_contexts()


class TestAcceptorProfile:
    def test_duplicate_abstract_syntax_is_for_requestors_only(self) -> None:
        file = parse_profiles(changed("Storage\\U\n", "Storage\\U\nPresentationContext2 = CTImageStorage\\U\n"))
        assert len(file.profile("P").proposed_contexts()) == 2
        with pytest.raises(ProfileError, match="Invalid or non-existing SCP Association Profile") as caught:
            file.acceptor_profile("p")
        assert caught.value.explanation == ('The association profile named "p" is not a valid SCP association profile')

    def test_unknown_name_is_told_as_written(self) -> None:
        with pytest.raises(ProfileError, match="Invalid or non-existing SCP Association Profile") as caught:
            parse_profiles(WHOLE).acceptor_profile("my P.")
        assert caught.value.explanation == (
            'No association profile named "my P." in association configuration, did you forget to add '
            "presentation contexts?"
        )

    def test_empty_name_is_an_illegal_parameter(self) -> None:
        with pytest.raises(ProfileError, match="Illegal parameter"):
            parse_profiles(WHOLE).acceptor_profile("")


def test_unknown_profile_is_told_folded() -> None:
    with pytest.raises(ProfileError, match="profile key undefined: MYP"):
        parse_profiles(WHOLE).profile("my p")


class TestFile:
    def test_missing_file_is_told(self, tmp_path: Path) -> None:
        path = str(tmp_path / "none.cfg")
        with pytest.raises(ProfileError) as caught:
            load_profiles(path)
        assert str(caught.value) == f"unable to open configuration file: {path}"
        assert caught.value.explanation == (
            f"Unable to parse association configuration file: {path}: unable to open configuration file: {path}"
        )

    def test_file_without_end_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ProfileError, match="unable to open configuration file: /dev/zero"):
            load_profiles("/dev/zero")
        with (tmp_path / "huge").open("wb") as file:
            file.truncate(1 << 40)
        with pytest.raises(ProfileError, match="configuration file is too large"):
            load_profiles(tmp_path / "huge")

    def test_folder_reads_as_an_empty_file(self, tmp_path: Path) -> None:
        with pytest.raises(ProfileError, match="cannot find section"):
            load_profiles(tmp_path)

    def test_empty_name_is_invalid(self) -> None:
        with pytest.raises(ProfileError, match="Invalid filename"):
            load_profiles("")

    def test_bytes_that_are_no_utf8_survive(self, tmp_path: Path) -> None:
        path = tmp_path / "odd.cfg"
        path.write_bytes(WHOLE.encode().replace(b"LittleEndianImplicit", b"Little\xff"))
        with pytest.raises(ProfileError) as caught:
            load_profiles(path)
        assert os.fsencode(str(caught.value)) == b"not a valid transfer syntax UID: Little\xff"


class TestShippedProfiles:
    @pytest.mark.parametrize("name", ["Default", "AllDICOM", "Everything"])
    def test_receiver_profile_is_valid_and_answers_verification(self, name: str) -> None:
        profile = load_profiles(resources_folder() / "storescp.cfg").acceptor_profile(name)
        assert profile.contexts[0].abstract_syntax == "1.2.840.10008.1.1"
        assert len(profile.contexts) == MAX_ENTRIES

    @pytest.mark.parametrize("name", ["Default", "AllDICOM", "Everything"])
    def test_receiver_profile_never_prefers_lossy(self, name: str) -> None:
        for context in load_profiles(resources_folder() / "storescp.cfg").profile(name).contexts:
            found = [find_transfer_syntax(uid) for uid in context.transfer_syntaxes]
            lossy = [syntax is not None and syntax.compression is Compression.LOSSY for syntax in found]
            assert lossy == sorted(lossy), context.abstract_syntax

    def test_sender_profile_proposes_lossy_contexts_last(self) -> None:
        contexts = load_profiles(resources_folder() / "storescu.cfg").profile("Default").proposed_contexts()
        assert len(contexts) == MAX_ENTRIES
        seen_lossy: set[str] = set()
        for context in contexts:
            syntax = find_transfer_syntax(context.transfer_syntaxes[0])
            if syntax is not None and syntax.compression is Compression.LOSSY:
                seen_lossy.add(context.abstract_syntax)
            else:
                assert context.abstract_syntax not in seen_lossy


LINES = [
    "[[TransferSyntaxes]]",
    "[U]",
    "TransferSyntax1 = LittleEndianExplicit",
    "[[PresentationContexts]]",
    "[A]",
    "PresentationContext1 = CTImageStorage\\U",
    "[[SCPSCURoleSelection]]",
    "[R]",
    "Role1 = CTImageStorage\\SCU",
    "[[ExtendedNegotiation]]",
    "[E]",
    "ExtendedNegotiation1 = CTImageStorage\\0102",
    "[[Profiles]]",
    "[P]",
    "PresentationContexts = A",
    "SCPSCURoleSelection = R",
    "ExtendedNegotiation = E",
]


@pytest.mark.parametrize(
    ("number", "changed", "line"),
    [
        (3, "TransferSyntax1 = Foo", 3),
        (6, "PresentationContext1 = Foo\\U", 6),
        (6, "PresentationContext1 = CTImageStorage\\Q", 6),
        (6, "PresentationContext1 = CTImageStorage", 6),
        (9, "Role1 = CTImageStorage\\XXX", 9),
        (9, "Role1 = CTImageStorage\\SCU\nRole2 = CTImageStorage\\SCP", 10),
        (9, "Role1 = MRImageStorage\\SCU", 16),
        (12, "ExtendedNegotiation1 = CTImageStorage\\012", 12),
        (12, "ExtendedNegotiation1 = MRImageStorage\\0102", 17),
        (14, "[P]\nPresentationContexts = A\n[P]", 16),
        (15, "PresentationContexts = Q", 15),
        (15, "# nothing", 14),
        (16, "SCPSCURoleSelection = Q", 16),
        (17, "ExtendedNegotiation = Q", 17),
        (1, "[[Other]]", None),
    ],
)
def test_error_says_in_which_line_of_which_file(tmp_path: Path, number: int, changed: str, line: int | None) -> None:
    file = tmp_path / "profile.cfg"
    file.write_text("\n".join([*LINES[: number - 1], changed, *LINES[number:]]))
    with pytest.raises(ProfileError) as raised:
        load_profiles(file)
    assert (raised.value.file, raised.value.line) == (str(file), line)
