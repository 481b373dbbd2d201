"""Chooses for a file of an exact send job: presentation context, conversion, identity."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    PRIVATE_GE_IMPLICIT,
    find_transfer_syntax,
)
from dicomdesk.engine.delivery.delivery import NoContextError
from dicomdesk.engine.invented_identities import InventedIdentity, Inventor
from dicomdesk.engine.preparation import Shape
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.errors import ConversionError
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.presentation.assignment import describe_sop_class
from dicomdesk.network.presentation.proposals import choose_context

if TYPE_CHECKING:
    from dicomdesk.dicom.data_sets.editing import DataSetChanges

__all__ = ["ExactShaper"]

_SOP_CLASS_UID, _SOP_INSTANCE_UID = 0x00080016, 0x00080018

_WRITTEN = frozenset(
    (
        IMPLICIT_VR_LITTLE_ENDIAN,
        EXPLICIT_VR_LITTLE_ENDIAN,
        EXPLICIT_VR_BIG_ENDIAN,
        DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    )
)
_READ = _WRITTEN | {PRIVATE_GE_IMPLICIT}
"""From these to those all is converted; pixel data of others goes as it is or not at all, as with DCMTK's storescu."""


class ExactShaper:
    """Choice for one file after the other; used by the thread that sends.

    What was learnt of the file that was tried last stays in ``header``, ``context`` and ``invented``, also where it
    cannot go.
    """

    def __init__(self, request: ExactSendRequest) -> None:
        self.contexts: Sequence[NegotiatedContext] = ()
        """To be set once they are negotiated."""
        self.header: InstanceHeader | None = None
        """With the invented instance UID, where one was invented."""
        self.context: NegotiatedContext | None = None
        self.invented: InventedIdentity | None = None
        self._has_only_old_vrs = not request.allows_new_vrs
        self._trims_uids = request.trims_uid_padding
        proposal, invention = request.proposal, request.invention
        self._prefers_deflated = (
            proposal.profile is None and proposal.preferred_transfer_syntax == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN
        )
        self._inventor: Inventor | None = None
        if invention is not None:
            self._inventor = Inventor(
                images_per_series=invention.images_per_series,
                series_per_study=invention.series_per_study,
                studies_per_patient=invention.studies_per_patient,
            )
        self._known: dict[tuple[str, str], NegotiatedContext | None] = {}

    def begin(self) -> None:
        """Forget the last file: the next one is about to be opened."""
        self.header = self.context = self.invented = None

    def choose(self, header: InstanceHeader) -> Shape:
        """Return how the file goes; raises NoContextError, or ConversionError for what it would have to become."""
        if self._inventor is not None:
            self.invented = self._inventor.invent()
        self.header = header
        if self.invented is not None:
            self.header = replace(header, sop_instance_uid=self.invented.sop_instance_uid)
        context = self.context = self._find_context(header)
        if context is None or not context.accepted_transfer_syntax:
            sop_class = describe_sop_class(header.sop_class_uid)
            raise NoContextError(f"The peer accepted no presentation context for {sop_class}.")
        own, wanted = header.transfer_syntax_uid, context.accepted_transfer_syntax
        if own != wanted and (find_transfer_syntax(own) is None or find_transfer_syntax(wanted) is None):
            raise ConversionError(f"{own} is not converted to {wanted}: nothing is known of the one or the other")
        return Shape(
            transfer_syntax_uid=wanted,
            changes=self._changes(header, wanted),
            converts_pixel_data=own == wanted or (own in _READ and wanted in _WRITTEN),
        )

    def _find_context(self, header: InstanceHeader) -> NegotiatedContext | None:
        key = (header.sop_class_uid, header.transfer_syntax_uid)
        if key not in self._known:
            self._known[key] = choose_context(self.contexts, *key, prefers_deflated=self._prefers_deflated)
        return self._known[key]

    def _changes(self, header: InstanceHeader, wanted: str) -> "DataSetChanges | None":
        values: dict[int, str] = {}
        if self._trims_uids and header.has_blanks_in_uids:
            values = {_SOP_CLASS_UID: header.sop_class_uid, _SOP_INSTANCE_UID: header.sop_instance_uid}
        if self.invented is not None:
            values |= self.invented.values()
        has_only_old_vrs = self._has_only_old_vrs and wanted != IMPLICIT_VR_LITTLE_ENDIAN
        if not (values or has_only_old_vrs):
            return None
        from dicomdesk.dicom.data_sets.editing import DataSetChanges  # noqa: PLC0415 - most transfers change nothing

        return DataSetChanges(values=values, has_only_old_vrs=has_only_old_vrs)
