"""Presentation contexts that are proposed by rule, whatever is sent, and the choice among what the peer took.

The rules are those of DCMTK's ``storescu``: a fixed list of common storage SOP classes, or a list given, each with a
preferred transfer syntax and the uncompressed ones, in two contexts or combined in one.
"""

from collections.abc import Iterable, Sequence

from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES
from dicomdesk.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    find_transfer_syntax,
)
from dicomdesk.errors import ProposalError
from dicomdesk.network.negotiation import MAX_CONTEXTS, NegotiatedContext, ProposedContext, number_contexts

__all__ = [
    "COMMON_SOP_CLASSES",
    "NO_CONTEXTS",
    "TOO_MANY_CONTEXTS",
    "choose_context",
    "propose_contexts",
]

TOO_MANY_CONTEXTS = "0006:0101 ASC Bad presentation context ID"
NO_CONTEXTS = "0006:0103 ASC Coding error in ASC_requestAssociation: missing presentation contexts"

_UNCOMPRESSED = (EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
_EXPLICIT = frozenset((EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN))
_ALONE = frozenset((IMPLICIT_VR_LITTLE_ENDIAN, *(f"1.2.840.10008.1.2.4.{number}" for number in range(100, 109))))
"""Proposed without the uncompressed ones: implicit VR, and videos, which nobody decompresses."""

_COMMON = """
AmbulatoryECGWaveformStorage BasicTextSRStorage BasicVoiceAudioWaveformStorage BlendingSoftcopyPresentationStateStorage
CardiacElectrophysiologyWaveformStorage ChestCADSRStorage ColonCADSRStorage ColorSoftcopyPresentationStateStorage
ComprehensiveSRStorage ComputedRadiographyImageStorage CTImageStorage DigitalIntraOralXRayImageStorageForPresentation
DigitalIntraOralXRayImageStorageForProcessing DigitalMammographyXRayImageStorageForPresentation
DigitalMammographyXRayImageStorageForProcessing DigitalXRayImageStorageForPresentation
DigitalXRayImageStorageForProcessing EncapsulatedPDFStorage EnhancedCTImageStorage EnhancedMRImageStorage
EnhancedSRStorage EnhancedXAImageStorage EnhancedXRFImageStorage GeneralECGWaveformStorage
GrayscaleSoftcopyPresentationStateStorage HemodynamicWaveformStorage KeyObjectSelectionDocumentStorage
MammographyCADSRStorage MRImageStorage MRSpectroscopyStorage MultiframeGrayscaleByteSecondaryCaptureImageStorage
MultiframeGrayscaleWordSecondaryCaptureImageStorage MultiframeSingleBitSecondaryCaptureImageStorage
MultiframeTrueColorSecondaryCaptureImageStorage NuclearMedicineImageStorage OphthalmicPhotography16BitImageStorage
OphthalmicPhotography8BitImageStorage OphthalmicTomographyImageStorage PositronEmissionTomographyImageStorage
ProcedureLogStorage PseudoColorSoftcopyPresentationStateStorage RawDataStorage RealWorldValueMappingStorage
RTBeamsTreatmentRecordStorage RTBrachyTreatmentRecordStorage RTDoseStorage RTImageStorage RTPlanStorage
RTStructureSetStorage RTTreatmentSummaryRecordStorage SecondaryCaptureImageStorage SpatialFiducialsStorage
SpatialRegistrationStorage StereometricRelationshipStorage TwelveLeadECGWaveformStorage UltrasoundImageStorage
UltrasoundMultiframeImageStorage VLEndoscopicImageStorage VLMicroscopicImageStorage VLPhotographicImageStorage
VLSlideCoordinatesMicroscopicImageStorage XRayAngiographicImageStorage XRayRadiationDoseSRStorage
XRayRadiofluoroscopicImageStorage
"""


def _uids(symbols: Iterable[str]) -> tuple[str, ...]:
    by_symbol = {sop_class.symbol: sop_class.uid for sop_class in STORAGE_SOP_CLASSES}
    return tuple(by_symbol[symbol] for symbol in symbols)


COMMON_SOP_CLASSES = _uids(_COMMON.split())
"""The 64 storage SOP classes that storescu proposes unless told otherwise, in its order."""


def propose_contexts(
    sop_classes: Iterable[str], *, preferred_transfer_syntax: str = EXPLICIT_VR_LITTLE_ENDIAN, combine: bool = False
) -> tuple[ProposedContext, ...]:
    """Return the contexts for these SOP classes; ``combine`` makes one of the two that each would have.

    Raises ProposalError when they are more than 128.
    """
    lists = _transfer_syntax_lists(preferred_transfer_syntax, combine=combine)
    pairs = [(sop_class_uid, offered) for sop_class_uid in dict.fromkeys(sop_classes) for offered in lists]
    if len(pairs) > MAX_CONTEXTS:
        raise ProposalError("Too many presentation contexts", condition=TOO_MANY_CONTEXTS)
    return number_contexts(pairs)


def _transfer_syntax_lists(preferred: str, *, combine: bool) -> tuple[tuple[str, ...], ...]:
    if preferred in _ALONE:
        return ((preferred,),)
    others = tuple(uid for uid in _UNCOMPRESSED if uid != preferred)
    return ((preferred, *others),) if combine else ((preferred,), others)


def choose_context(
    contexts: Sequence[NegotiatedContext],
    sop_class_uid: str,
    transfer_syntax_uid: str,
    *,
    prefers_deflated: bool = False,
) -> NegotiatedContext | None:
    """Return the accepted context that a data set goes in, None where the peer took none of its SOP class.

    The first that there is of: deflated, where that is preferred and the data set is not compressed; the data set's
    own transfer syntax; explicit VR uncompressed; implicit VR; any. Whether it can be converted is not asked.
    """
    usable = [context for context in contexts if context.abstract_syntax == sop_class_uid and context.is_accepted]
    wanted: list[frozenset[str]] = []
    if prefers_deflated and _is_native(transfer_syntax_uid):
        wanted.append(frozenset((DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,)))
    wanted += [frozenset((transfer_syntax_uid,)), _EXPLICIT, frozenset((IMPLICIT_VR_LITTLE_ENDIAN,))]
    for uids in wanted:
        for context in usable:
            if context.accepted_transfer_syntax in uids:
                return context
    return usable[0] if usable else None


def _is_native(transfer_syntax_uid: str) -> bool:
    syntax = find_transfer_syntax(transfer_syntax_uid)
    return syntax is not None and not syntax.is_encapsulated
