"""All targets by their names."""

from collections.abc import Callable
from importlib.util import find_spec
from random import Random

from tests.fuzz import data_sets, files, lists, pixels, queries, texts, wire
from tests.fuzz.generating import build_data_set, build_deflated, build_part10, data_set_of_file
from tests.fuzz.mutations import mutate_data_set, mutate_part10, mutation_of_bytes, mutation_of_text
from tests.fuzz.targets import Target


def _text(text: bytes, words: tuple[bytes, ...]) -> Callable[[Random], bytes]:
    """Builds a text like this one: some of its lines, and a word in another place."""

    def build(random: Random) -> bytes:
        lines = text.splitlines(keepends=True)
        kept = [line for line in lines if random.random() < 0.95]
        if random.random() < 0.3:
            kept.insert(random.randint(0, len(kept)), random.choice(words) + b"\n")
        return b"".join(kept)

    return build


def _whole_file(content: bytes) -> bytes:
    return content


_ALL = (
    Target(
        name="structure",
        reader="check of a data set's lengths, in memory, in a file and through windows (dicom.structure)",
        harness=data_sets.check_structure,
        build=build_data_set,
        mutate=mutate_data_set,
        steps_per_byte=30,
        take_file=data_set_of_file,
    ),
    Target(
        name="rewriting",
        reader="conversion between native encodings (dicom.transcode, dicom.rewriting, dicom.elements)",
        harness=data_sets.rewrite,
        build=build_data_set,
        mutate=mutate_data_set,
        steps_per_byte=150,
        memory_per_byte=300,
        take_file=data_set_of_file,
    ),
    Target(
        name="editing",
        reader="other values in data sets that are sent (dicom.editing)",
        harness=data_sets.edit,
        build=build_data_set,
        mutate=mutate_data_set,
        steps_per_byte=60,
        memory_per_byte=300,
        take_file=data_set_of_file,
    ),
    Target(
        name="part10",
        reader="header of files (dicom.part10)",
        harness=data_sets.read_header,
        build=build_part10,
        mutate=mutate_part10,
        steps_per_byte=30,
        take_file=_whole_file,
    ),
    Target(
        name="archive-entry",
        reader="what the archive's index keeps of a data set (archive.areas.entry_reader)",
        harness=data_sets.read_archive_entry,
        build=build_data_set,
        mutate=mutate_data_set,
        take_file=data_set_of_file,
    ),
    Target(
        name="deflate",
        reader="deflated data sets (dicom.deflate, dicom.inflating)",
        harness=data_sets.inflate_bytes,
        build=build_deflated,
        mutate=mutation_of_bytes(most=1 << 12),
        size_of=data_sets.inflated_size,
        steps_per_byte=60,
        memory_allowance=16 << 20,
    ),
    Target(
        name="dicomdir",
        reader="DICOMDIR (dicom.dicomdir)",
        harness=files.list_dicomdir,
        build=files.build_dicomdir,
        mutate=mutate_part10,
        take_file=_whole_file,
    ),
    Target(
        name="zip",
        reader="ZIP archives (dicom.archives)",
        harness=files.list_archive,
        build=files.build_archive,
        mutate=mutation_of_bytes(files.ZIP_WORDS),
        steps_per_byte=100,
        memory_allowance=80 << 20,  # an LZMA dictionary
    ),
    Target(
        name="scan",
        reader="folders with files of any kind (dicom.scan)",
        harness=files.scan_folder,
        build=lambda random: random.choice((build_part10, files.build_dicomdir, files.build_archive))(random),
        mutate=mutate_part10,
        steps_per_byte=100,
        memory_allowance=80 << 20,  # an LZMA dictionary
        take_file=_whole_file,
    ),
    Target(
        name="pdu",
        reader="PDUs of a connection that we accept (network.pdu_reader)",
        harness=wire.read_pdus,
        build=wire.build_pdus,
        mutate=mutation_of_bytes(wire.PDU_WORDS, 1 << 12),
        steps_per_byte=60,
    ),
    Target(
        name="association",
        reader="A-ASSOCIATE-RQ (network.association_pdus, network.association_items, network.answering)",
        harness=wire.read_request,
        build=wire.build_request_body,
        mutate=mutation_of_bytes((b"\x50\0", b"\x20\0\0\4", b"\x58\0\0\0", b"\xff\xff", b"\0\0")),
    ),
    Target(
        name="accept",
        reader="A-ASSOCIATE-AC (network.associate_accepts)",
        harness=wire.read_accept,
        build=wire.build_accept,
        mutate=mutation_of_bytes((b"\x50\0", b"\x21\0\0\4", b"\x59\0\0\0", b"\xff\xff", b"\0\0")),
    ),
    Target(
        name="requestor",
        reader="all that a peer answers: A-ASSOCIATE-AC, responses (network.association, .negotiation, .streaming)",
        harness=wire.requestor_side,
        build=wire.build_answers,
        mutate=mutation_of_bytes(wire.PDU_WORDS),
        steps_per_byte=200,
        steps_allowance=100_000,
    ),
    Target(
        name="acceptor",
        reader="all that a peer sends over an association (network.reception)",
        harness=wire.acceptor_side,
        build=wire.build_messages,
        mutate=mutation_of_bytes(wire.PDU_WORDS),
    ),
    Target(
        name="command",
        reader="command sets (network.command_sets)",
        harness=wire.read_command,
        build=wire.build_command,
        mutate=mutation_of_bytes((b"\0\0\0\1\2\0\0\0", b"\0\0\x10\1\2\0\0\0", b"\0\0\0\x10", b"\xff\xff\xff\xff")),
    ),
    Target(
        name="identifier",
        reader="identifiers of C-FIND, C-MOVE and C-GET (archive.identifiers, archive.identifier_reading)",
        harness=wire.read_identifiers,
        build=wire.build_identifier,
        mutate=mutate_data_set,
        steps_per_byte=300,
    ),
    Target(
        name="match",
        reader="matches of queries, lists of failed instances (dicom.query, engine.query, engine.retrieve)",
        harness=queries.read_match,
        build=wire.build_identifier,
        mutate=mutate_data_set,
        steps_per_byte=300,
    ),
    Target(
        name="query-requestor",
        reader="all that a peer answers to C-FIND, C-MOVE and C-GET (network.requestor.exchange)",
        harness=queries.requestor_of_queries,
        build=queries.build_exchange,
        mutate=mutation_of_bytes(wire.PDU_WORDS),
        steps_per_byte=400,
        steps_allowance=200_000,
    ),
    Target(
        name="peer-list",
        reader="lists of peers of other programs (engine.peers, archive.setup.host_table)",
        harness=queries.import_peers,
        build=queries.build_peers,
        mutate=mutation_of_bytes(queries.PEER_WORDS),
        steps_per_byte=300,
        memory_per_byte=1000,
    ),
    Target(
        name="document",
        reader="responses to queries, as dumps, XML and JSON (dicom.documents)",
        harness=wire.read_document,
        build=wire.build_identifier,
        mutate=mutate_data_set,
        steps_per_byte=600,
    ),
    Target(
        name="commitment",
        reader="requests for storage commitment (archive.commitment)",
        harness=wire.read_commitment,
        build=wire.build_commitment,
        mutate=mutate_data_set,
    ),
    Target(
        name="codestream",
        reader="headers of compressed frames (dicom.codestreams)",
        harness=pixels.read_codestream,
        build=pixels.build_codestream,
        mutate=mutation_of_bytes(pixels.CODESTREAM_WORDS),
    ),
    Target(
        name="pixels",
        reader="compressed pixel data (dicom.pixel_decoding, dicom.frames, dicom.frame_decoding, dicom.run_length)",
        harness=pixels.decompress,
        build=pixels.build_compressed,
        mutate=mutation_of_bytes(pixels.CODESTREAM_WORDS),
        memory_per_byte=1000,
        memory_allowance=16 << 20,
    ),
    Target(
        name="characters",
        reader="text in any character set (dicom.character_sets, dicom.character_encoding)",
        harness=texts.decode_characters,
        build=texts.build_characters,
        mutate=mutation_of_bytes(texts.CHARACTER_WORDS),
    ),
    Target(
        name="profiles",
        reader="association negotiation profiles (network.profiles, network.profile_syntax)",
        harness=texts.read_profiles,
        build=_text(texts.PROFILE, texts.PROFILE_WORDS),
        mutate=mutation_of_text(texts.PROFILE_WORDS),
        steps_per_byte=60,
        memory_allowance=24 << 20,
    ),
    Target(
        name="configuration",
        reader="the archive's configuration (archive.configuration, archive.configuration_syntax)",
        harness=texts.read_archive_configuration,
        build=_text(texts.CONFIGURATION, texts.CONFIGURATION_WORDS),
        mutate=mutation_of_text(texts.CONFIGURATION_WORDS),
        steps_per_byte=60,
        memory_allowance=24 << 20,
    ),
    Target(
        name="log-configuration",
        reader="log configurations (cli.log_configuration, cli.log_layouts, cli.log_appenders)",
        harness=texts.read_log_configuration,
        build=_text(texts.LOG_CONFIGURATION, texts.LOG_WORDS),
        mutate=mutation_of_text(texts.LOG_WORDS),
        steps_per_byte=100,
    ),
    Target(
        name="command-file",
        reader="files of command line arguments, @file (cli.grammar)",
        harness=texts.read_command_file,
        build=_text(texts.COMMAND_FILE, texts.COMMAND_WORDS),
        mutate=mutation_of_text(texts.COMMAND_WORDS),
        steps_per_byte=100,
        steps_allowance=100_000,
    ),
    Target(
        name="users",
        reader="files of users and passcodes (engine.user_file, network.passcodes)",
        harness=texts.read_users,
        build=_text(texts.USERS, texts.USER_WORDS),
        mutate=mutation_of_text(texts.USER_WORDS),
        memory_allowance=24 << 20,
    ),
    Target(
        name="dictionary",
        reader="data dictionaries (dicom.dictionary)",
        harness=texts.read_dictionary,
        build=_text(texts.DICTIONARY, texts.DICTIONARY_WORDS),
        mutate=mutation_of_text(texts.DICTIONARY_WORDS),
    ),
    Target(
        name="certificates",
        reader="certificates and revocation lists (network.certificates)",
        harness=texts.read_certificate_file,
        build=texts.build_certificates,
        mutate=mutation_of_text(texts.PEM_WORDS),
    ),
    Target(
        name="tls-files",
        reader="keys, certificates, revocation lists, parameters (network.tls_files, engine.certificate_check)",
        harness=texts.read_tls_files,
        build=texts.build_tls_file,
        mutate=mutation_of_text(texts.PEM_WORDS),
    ),
    Target(
        name="list",
        reader="lists as delimited text (dicom.lists, engine.lists.report)",
        harness=lists.read_list,
        build=lists.build_list,
        mutate=mutation_of_bytes(lists.WORDS),
        steps_per_byte=200,
        memory_per_byte=1500,
    ),
    Target(
        name="spreadsheet",
        reader="lists as spreadsheets (dicom.lists.spreadsheet_rows)",
        harness=lists.read_sheet,
        build=lists.build_sheet,
        mutate=mutation_of_bytes(lists.SHEET_WORDS, 1 << 15),  # a book has 18 KB
        steps_per_byte=100,
        memory_allowance=32 << 20,
    ),
    Target(
        name="open-document",
        reader="lists as OpenDocument spreadsheets (dicom.lists.open_document_rows)",
        harness=lists.read_open_content,
        build=lists.build_open_document,
        mutate=mutation_of_bytes(lists.OPEN_DOCUMENT_WORDS, 1 << 12),
        steps_per_byte=200,
        steps_allowance=8_000_000,  # a row may stand for two hundred thousand
        memory_per_byte=1000,
        memory_allowance=160 << 20,
    ),
    Target(
        name="list-state",
        reader="state files of lists (engine.lists.state_file)",
        harness=lists.read_state,
        build=lists.build_state,
        mutate=mutation_of_bytes((b"SQLite format 3", b"line", b"CREATE TABLE", b"\0\0\0\1"), most=1 << 14),
    ),
    Target(
        name="kept-state",
        reader="what was kept on disk by the window and the archive (gui, archive.kept_reports)",
        harness=texts.read_kept_state,
        build=texts.build_kept_state,
        mutate=mutation_of_text(texts.STATE_WORDS),
    ),
)

_NEEDED = {"spreadsheet": "openpyxl"}
"""What has to be installed for a target to be tried."""

TARGETS = {target.name: target for target in _ALL if find_spec(_NEEDED.get(target.name, "dicomdesk")) is not None}
