"""Format of stored files: as received, or in another encoding."""

from dataclasses import replace

from dicomdesk.dicom.data_sets.rewriting import GroupLengths
from dicomdesk.records import dataclass

__all__ = ["StoringFormat"]

_DEFAULT_COMPRESSION_LEVEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class StoringFormat:
    """Format of stored files."""

    is_bit_preserving: bool = False
    """Data sets stay byte for byte as they came; nothing below but the file format counts then."""
    is_file_format: bool = True
    """With preamble and file meta information (PS3.10 7.1); else the data set alone."""
    transfer_syntax_uid: str = ""
    """What data sets are converted to; "" leaves them in the transfer syntax that they came in."""
    group_lengths: GroupLengths = GroupLengths.RECALCULATED
    has_undefined_lengths: bool = False
    """Sequences and items have delimiters instead of lengths."""
    allows_new_vrs: bool = True
    """Whether VRs that are younger than the standard of 1993 are written."""
    padded_file_bytes: int = 0
    """Files become a multiple of this long; with 0 they have no padding."""
    padded_item_bytes: int = 0
    """The same for the items of sequences."""
    compression_level: int = _DEFAULT_COMPRESSION_LEVEL
    """zlib level 0 to 9 where data sets are deflated."""

    @property
    def keeps_plain_data_sets(self) -> bool:
        """Whether data sets with explicit lengths and without group lengths stay as they are, unless converted."""
        is_padded = self.padded_file_bytes or self.padded_item_bytes
        is_common = self.allows_new_vrs and not self.has_undefined_lengths and not is_padded
        return is_common and self.group_lengths is not GroupLengths.CREATED

    @property
    def is_usual(self) -> bool:
        """Whether files are as a receiver stores them: Part 10, and explicit lengths or data sets as they came."""
        is_common = replace(self, compression_level=_DEFAULT_COMPRESSION_LEVEL) == StoringFormat()
        return is_common or (self.is_bit_preserving and self.is_file_format)

    def converts(self, transfer_syntax_uid: str) -> bool:
        """Whether data sets in this transfer syntax are stored in another one."""
        wanted = self.transfer_syntax_uid
        return bool(wanted) and wanted != transfer_syntax_uid and not self.is_bit_preserving
