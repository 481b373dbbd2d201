"""Options that say how received instances are written, as dcmqrscp and movescu have them."""

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, group, option
from dicomdesk.cli.options.proposal import PREFERRED_BY_ACCEPTOR, PREFERRED_TRANSFER_SYNTAXES
from dicomdesk.dicom.data_sets.rewriting import GroupLengths
from dicomdesk.dicom.files.storing_format import StoringFormat

__all__ = ["STORING_GROUPS", "read_storing_format"]

_OUTPUT_SYNTAXES = {
    "--write-xfer-same": "",
    "--write-xfer-little": "1.2.840.10008.1.2.1",
    "--write-xfer-big": "1.2.840.10008.1.2.2",
    "--write-xfer-implicit": "1.2.840.10008.1.2",
    "--write-xfer-deflated": "1.2.840.10008.1.2.1.99",
}
_GROUP_LENGTHS = {
    "--group-length-recalc": GroupLengths.RECALCULATED,
    "--group-length-create": GroupLengths.CREATED,
    "--group-length-remove": GroupLengths.REMOVED,
}
_PLAIN_PREFERENCES = frozenset(
    ("", "--prefer-uncompr", "--prefer-little", "--prefer-big", "--prefer-deflated", "--implicit")
)
"""With these what is stored may be written in another transfer syntax."""
_DEFLATING = "--propose-deflated, --write-xfer-deflated or --write-xfer-same"
STORING_GROUPS = (
    group("bit preserving mode", *shared.STORAGE_MODES),
    group(
        "output file format",
        option("+F --write-file", "write DICOM files (default)"),
        option("-F --write-dataset", "write bare data sets"),
    ),
    group(
        "output transfer syntax (not with --bit-preserving or compressed transmission)",
        option("+t= --write-xfer-same", "write as received (default)"),
        option("+te --write-xfer-little", "write explicit VR little endian"),
        option("+tb --write-xfer-big", "write explicit VR big endian"),
        option("+ti --write-xfer-implicit", "write implicit VR little endian"),
        option("+td --write-xfer-deflated", "write deflated explicit VR little endian"),
    ),
    shared.NEW_VRS,
    group(
        "group length encoding (not with --bit-preserving)",
        option("+g= --group-length-recalc", "correct group lengths that are there (default)"),
        option("+g --group-length-create", "write group lengths always"),
        option("-g --group-length-remove", "write no group lengths"),
    ),
    group(
        "length encoding in sequences and items (not with --bit-preserving)",
        option("+e --length-explicit", "write lengths (default)"),
        option("-e --length-undefined", "write delimiters instead of lengths"),
    ),
    group(
        "data set trailing padding (not with --write-dataset or --bit-preserving)",
        option("-p --padding-off", "no padding (default)"),
        option(
            "+p --padding-create",
            "make files a multiple of f bytes long",
            "and items a multiple of i bytes",
            argument="[f]ile-pad [i]tem-pad: integer",
            values=2,
        ),
    ),
    group("deflate compression level (only with -xd or --write-xfer-deflated/same)", shared.COMPRESSION_LEVEL),
)
"""For the output options of a tool."""


def read_storing_format(line: CommandLine) -> StoringFormat:
    """Read the format of stored files; raises CommandLineError."""
    is_bit_preserving = line.last_of("--normal", "--bit-preserving") == "--bit-preserving"
    syntax = _read_output_syntax(line, is_bit_preserving=is_bit_preserving)
    group_lengths = _read_unless_preserved(line, tuple(_GROUP_LENGTHS), is_bit_preserving=is_bit_preserving)
    lengths = _read_unless_preserved(
        line, ("--length-explicit", "--length-undefined"), is_bit_preserving=is_bit_preserving
    )
    is_file_format = line.last_of("--write-file", "--write-dataset") != "--write-dataset"
    file_pad, item_pad = 0, 0
    if line.last_of("--padding-off", "--padding-create") == "--padding-create":
        line.check_conflict("--padding-create", "--write-dataset", is_given=not is_file_format)
        line.check_conflict("--padding-create", "--bit-preserving", is_given=is_bit_preserving)
        file_pad, item_pad = line.integers("--padding-create", 0) or (0, 0)
    if line.has("--compression-level"):
        deflates = line.last_of(*PREFERRED_TRANSFER_SYNTAXES) == "--propose-deflated"
        deflates = deflates or syntax in ("--write-xfer-deflated", "--write-xfer-same")
        line.check_dependency("--compression-level", _DEFLATING, is_met=deflates)
    level = line.integer("--compression-level", 0, 9)
    return StoringFormat(
        is_bit_preserving=is_bit_preserving,
        is_file_format=is_file_format,
        transfer_syntax_uid=_OUTPUT_SYNTAXES[syntax],
        group_lengths=_GROUP_LENGTHS.get(group_lengths, GroupLengths.RECALCULATED),
        has_undefined_lengths=lengths == "--length-undefined",
        allows_new_vrs=line.last_of("--enable-new-vr", "--disable-new-vr") != "--disable-new-vr",
        padded_file_bytes=file_pad,
        padded_item_bytes=item_pad,
        compression_level=6 if level is None else level,
    )


def _read_output_syntax(line: CommandLine, *, is_bit_preserving: bool) -> str:
    given = line.alternatives(*_OUTPUT_SYNTAXES)
    preferred = line.last_of(*PREFERRED_BY_ACCEPTOR, "--accept-all")
    for long in given:
        if long != "--write-xfer-same":
            line.check_conflict(long, "--bit-preserving", is_given=is_bit_preserving)
            line.check_conflict(long, preferred, is_given=preferred not in _PLAIN_PREFERENCES)
    return given[-1] if given else "--write-xfer-same"


def _read_unless_preserved(line: CommandLine, longs: tuple[str, ...], *, is_bit_preserving: bool) -> str:
    """The last of exclusive options that exclude bit preservation, "" for none."""
    given = line.alternatives(*longs)
    for long in given:
        line.check_conflict(long, "--bit-preserving", is_given=is_bit_preserving)
    return given[-1] if given else ""
