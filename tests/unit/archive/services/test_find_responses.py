"""What stands in a response, byte by byte, in every transfer syntax and character set."""

import pytest

from dicomdesk.archive.matching.query_reader import read_find_query
from dicomdesk.archive.services.find_responses import (
    ResponseEncoder,
    ResponseFormat,
    UnencodableError,
    pending_status,
)
from dicomdesk.archive.setup.configuration import CharacterSetRule
from dicomdesk.dicom.query.identifier_reader import read_identifier
from dicomdesk.dicom.query.query import Match, Model
from dicomdesk.network.status import Status
from tests.helpers.archives.index_entries import study_query
from tests.helpers.data.datasets import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Builder

NAME, STUDY, REQUEST, ROWS = 0x00100010, 0x0020000D, 0x00400275, 0x00280010


def encode(
    name: str,
    *,
    asked: str = "",
    own: str = "",
    rule: CharacterSetRule | None = None,
    syntax: str = EXPLICIT,
) -> bytes:
    builder = Builder(EXPLICIT)
    data = b"".join(
        [
            builder.element(0x00080005, "CS", asked) if asked else b"",
            builder.element(0x00080052, "CS", "STUDY"),
            builder.element(NAME, "PN", ""),
            builder.element(STUDY, "UI", ""),
        ]
    )
    query = read_find_query(data, EXPLICIT, Model.STUDY_ROOT)
    response_format = ResponseFormat(
        transfer_syntax_uid=syntax, retrieve_ae_title="ARCHIVE", character_set=rule or CharacterSetRule()
    )
    match = Match(values={NAME: name, STUDY: "1.2.3"}, items={}, character_set=own)
    return ResponseEncoder(query, response_format).encode(match)


def test_a_response_holds_level_ae_title_and_the_keys_in_order() -> None:
    builder = Builder(IMPLICIT)
    assert encode("Doe^Jane", syntax=IMPLICIT) == b"".join(
        [
            builder.element(0x00080052, "CS", "STUDY"),
            builder.element(0x00080054, "AE", "ARCHIVE"),
            builder.element(NAME, "PN", "Doe^Jane"),
            builder.element(STUDY, "UI", "1.2.3"),
        ]
    )


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED])
def test_a_response_can_be_read_in_its_transfer_syntax(syntax: str) -> None:
    found = read_identifier(encode("Müller", asked="ISO_IR 192", syntax=syntax), syntax)
    assert found.values[NAME] == "Müller"
    assert found.character_set == "ISO_IR 192"


@pytest.mark.parametrize(
    ("name", "asked", "own", "rule", "wanted"),
    [
        ("Doe", "", "ISO_IR 100", CharacterSetRule(), ""),
        ("Doe", "ISO_IR 192", "", CharacterSetRule(), "ISO_IR 192"),
        ("Müller", "ISO_IR 100", "ISO_IR 192", CharacterSetRule(), "ISO_IR 100"),
        ("Müller", "ISO_IR 192", "ISO_IR 100", CharacterSetRule(), "ISO_IR 192"),
        ("Müller", "", "ISO_IR 100", CharacterSetRule(), "ISO_IR 100"),
        ("山田", "ISO_IR 100", "\\ISO 2022 IR 87", CharacterSetRule(), "\\ISO 2022 IR 87"),
        ("山田", "BOGUS", "", CharacterSetRule(), "ISO_IR 192"),
        ("Müller", "ISO_IR 100", "", CharacterSetRule(term="ISO_IR 192", overrides=True), "ISO_IR 192"),
        ("山田", "ISO_IR 100", "", CharacterSetRule(term="GB18030", falls_back=True), "GB18030"),
        ("山田", "GB18030", "", CharacterSetRule(term="ISO_IR 100", overrides=True, falls_back=True), "GB18030"),
    ],
)
def test_the_character_set_is_the_first_that_has_all(
    name: str, asked: str, own: str, rule: CharacterSetRule, wanted: str
) -> None:
    found = read_identifier(encode(name, asked=asked, own=own, rule=rule), EXPLICIT)
    assert found.character_set == wanted.strip()
    assert found.values[NAME] == name


@pytest.mark.parametrize(
    ("asked", "told"),
    [("", ""), ("ISO_IR 192", "ISO_IR 192"), ("BOGUS", ""), ("ISO_IR 6", ""), ("\\ISO 2022 IR 87", "")],
)
def test_ascii_needs_no_character_set_and_one_that_nobody_knows_is_not_repeated(asked: str, told: str) -> None:
    assert read_identifier(encode("Doe^Jane", asked=asked), EXPLICIT).character_set == told


def test_a_value_that_fits_nowhere_ends_the_query_where_the_configuration_says_so() -> None:
    with pytest.raises(UnencodableError):
        encode("山田", rule=CharacterSetRule(term="ISO_IR 100", overrides=True, aborts=True))


def test_what_does_not_fit_is_left_out_or_written_similarly_where_the_configuration_says_so() -> None:
    rule = CharacterSetRule(term="ISO_IR 6", overrides=True, discards=True)
    assert read_identifier(encode("Müller", rule=rule), EXPLICIT).values[NAME] == "Mller"
    rule = CharacterSetRule(term="ISO_IR 6", overrides=True, transliterates=True)
    assert read_identifier(encode("Müller^山Ø", rule=rule), EXPLICIT).values[NAME] == "Muller^?O"


def test_items_and_numbers_are_written_as_asked() -> None:
    builder = Builder(EXPLICIT)
    data = b"".join(
        [
            builder.element(0x00080052, "CS", "IMAGE"),
            builder.element(0x00080056, "CS", ""),
            builder.element(STUDY, "UI", "1"),
            builder.element(0x0020000E, "UI", "2"),
            builder.element(ROWS, "US", b""),
            builder.sequence(REQUEST, builder.item(builder.element(0x00401001, "SH", ""))),
        ]
    )
    query = read_find_query(data, EXPLICIT, Model.STUDY_ROOT)
    encoder = ResponseEncoder(
        query,
        ResponseFormat(transfer_syntax_uid=BIG_ENDIAN, retrieve_ae_title="A", character_set=CharacterSetRule()),
    )
    match = Match(
        values={ROWS: "512", STUDY: "1", 0x0020000E: "2"},
        items={REQUEST: ({0x00401001: "Rü", 0x00400009: "S"}, {0x00400009: "T"})},
        character_set="ISO_IR 100",
    )
    big = Builder(BIG_ENDIAN)
    items = [big.item(big.element(0x00401001, "SH", value)) for value in (b"R\xfc", b"")]
    encoded = encoder.encode(match)
    assert encoded.endswith(big.element(ROWS, "US", 512) + big.sequence(REQUEST, *items))
    assert big.element(0x00080056, "CS", "ONLINE") in encoded
    empty = Match(values={ROWS: "", STUDY: "1"}, items={}, character_set="")
    assert encoder.encode(empty).endswith(big.element(ROWS, "US", b"") + big.sequence(REQUEST))


def test_of_whole_items_there_is_what_they_have() -> None:
    builder = Builder(EXPLICIT)
    head = builder.element(0x00080052, "CS", "SERIES") + builder.element(STUDY, "UI", "1")
    response_format = ResponseFormat(
        transfer_syntax_uid=EXPLICIT, retrieve_ae_title="A", character_set=CharacterSetRule()
    )
    match = Match(
        values={STUDY: "1"}, items={REQUEST: ({0x00400009: "S", 0x00401001: "R"}, {0x00400009: "T"})}, character_set=""
    )
    step, procedure = builder.element(0x00400009, "SH", "S"), builder.element(0x00401001, "SH", "R")
    whole = builder.sequence(
        REQUEST, builder.item(step + procedure), builder.item(builder.element(0x00400009, "SH", "T"))
    )
    private = builder.element(0x00091001, "LO", "x")
    for items, wanted in (
        ((), whole),
        ((builder.item(),), whole),
        ((builder.item(private),), builder.sequence(REQUEST)),
    ):
        query = read_find_query(head + builder.sequence(REQUEST, *items), EXPLICIT, Model.STUDY_ROOT)
        assert ResponseEncoder(query, response_format).encode(match).endswith(wanted)


def test_unsupported_keys_have_a_status_of_their_own() -> None:
    assert pending_status(study_query({"study": ""})) == Status.PENDING
    assert pending_status(study_query({"study": "", "modality": ""})) == Status.PENDING_WITH_UNSUPPORTED_KEYS
