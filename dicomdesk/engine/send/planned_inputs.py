"""Scan and plan options of a send job and of its pre-flight."""

from collections.abc import Iterable, Sequence

from dicomdesk.dicom.files.scan import ScanResult, scan
from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.dicom.pixels.codecs import decodable_transfer_syntaxes
from dicomdesk.dicom.transfer_syntaxes import UNCOMPRESSED
from dicomdesk.engine.delivery.delivery import SendFailure
from dicomdesk.engine.delivery.intake import Intake
from dicomdesk.engine.delivery.transfer_list import TransferList
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import CancelledError, DataError
from dicomdesk.network.presentation.context_planning import PlannedInstance, PlanOptions

__all__ = ["NOTHING_TO_PROPOSE", "find_instances", "plan_options"]

NOTHING_TO_PROPOSE = "No presentation context may be proposed for it"
"""Why the plan has no association for an instance."""


def find_instances(request: SendRequest, intake: Intake, transfer: TransferList) -> bool:
    """List each instance that is to be sent; return whether all inputs were looked at, which a cancel prevents.

    The list is complete in any case. What ``intake.end`` raises passes.
    """
    is_whole = False
    try:
        for result in _results(request, intake):
            if intake.control.is_stopping:
                break
            if isinstance(result, FoundInstance):
                transfer.add(result)
                continue
            intake.skip(result)
            if result.is_failure and request.halt_on_error:
                text = f"bad DICOM file: {result.name}: {result.reason}"
                intake.end(SendFailure.INVALID_INPUT_FILE, DataError(text))
        else:
            is_whole = True
    except CancelledError:
        pass  # in the middle of a long file; what was found before stays listed
    finally:
        size_bytes = transfer.complete()
    intake.finish(len(transfer.items), size_bytes)
    if not transfer.items and not intake.control.is_stopping:
        if any(skipped.is_failure for skipped in intake.skipped):
            intake.end(SendFailure.NO_VALID_INPUT_FILES, DataError("no valid input files to be processed"))
        else:
            intake.end(SendFailure.NO_INPUT_FILES, DataError("no input files to be processed"))
    return is_whole


def _results(request: SendRequest, intake: Intake) -> Iterable[ScanResult]:
    return scan(request.inputs, intake.control.require_going_on) if request.found is None else request.found


def plan_options(request: SendRequest, instances: Sequence[PlannedInstance]) -> PlanOptions:
    """Return the request's plan options; what can be decompressed is looked up only where something is compressed."""
    is_plain = all(instance.transfer_syntax_uid in UNCOMPRESSED for instance in instances)
    return PlanOptions(
        decompression=request.decompression,
        decodable=frozenset() if is_plain else frozenset(decodable_transfer_syntaxes()),
        only_legal=request.propose_only_legal_contexts,
        halt_on_refusal=request.halt_on_error,
        multiple_associations=request.multiple_associations,
        fallback=request.fallback_contexts,
    )
