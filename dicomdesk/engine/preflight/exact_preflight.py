"""Pre-flight of an exact send job: its one association is opened and released, each file prepared as there."""

from collections.abc import Sequence

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.delivery.delivery import NONE_ACCEPTED, EndedError, NoContextError, SendFailure
from dicomdesk.engine.events import EventSink
from dicomdesk.engine.forecast import Help, Verdict
from dicomdesk.engine.preflight.advice import Advice, help_for_exact_refusal
from dicomdesk.engine.preflight.forecast_groups import Prediction
from dicomdesk.engine.preflight.preflight import PreflightJob, predict_prepared, predict_unreadable
from dicomdesk.engine.preparation import failure_reason
from dicomdesk.engine.send_exactly.exact_choice import ExactShaper
from dicomdesk.engine.send_exactly.exact_files import FileToSend
from dicomdesk.engine.send_exactly.exact_inputs import propose_for_inputs
from dicomdesk.engine.send_exactly.request import ExactSendRequest, Proposal
from dicomdesk.errors import ConversionError, DataError, DicomdeskError, PeerError, ProposalError
from dicomdesk.network.negotiation import NegotiatedContext

__all__ = ["ExactPreflightJob"]


class ExactPreflightJob(PreflightJob):
    """Predicts the outcome of an exact send job. Built by the engine."""

    def __init__(self, request: ExactSendRequest, sink: EventSink) -> None:
        super().__init__(request, sink)
        self._request = request
        self._shaper = ExactShaper(request)
        self._files: Sequence[FileToSend] = ()

    def _deliver(self) -> None:
        try:
            proposed = propose_for_inputs(self._request, self._intake, self._begin)
            if proposed is None:
                return
            negotiated = self._negotiate(*proposed)
        except EndedError as ended:
            self._refuse_all(ended)
            return
        if not any(context.is_accepted for context in negotiated):
            self._fail(SendFailure.NO_PRESENTATION_CONTEXT, PeerError(NONE_ACCEPTED))
        self._try_all(negotiated)

    def _begin(self, files: Sequence[FileToSend]) -> tuple[int, int]:
        """Take all files, each of which is tried once; return instances and bytes."""
        self._files = files
        size_bytes = sum(file.size_bytes for file in files)
        self._stats.set_totals(len(files), size_bytes)
        return len(files), size_bytes

    def _try_all(self, negotiated: Sequence[NegotiatedContext]) -> None:
        self._shaper.contexts = negotiated
        for file in self._files:
            if self._control.is_stopping:
                return
            self._shaper.begin()
            prediction = self._try(file, negotiated)
            self._add(file, self._shaper.header or self._read_header(file), prediction)
            if prediction.verdict is Verdict.CANNOT_GO and self._request.halt_on_error:
                self._fail(SendFailure.SEND, DataError(prediction.reason))

    def _try(self, file: FileToSend, negotiated: Sequence[NegotiatedContext]) -> Prediction:
        shaper = self._shaper
        try:
            prepared = self._delivery.preparer.prepare_file(file.path, shaper.choose, file.archive_member)
        except (DataError, OSError) as error:
            header = shaper.header
            if header is None or not isinstance(error, NoContextError | ConversionError):
                return predict_unreadable(error, 1)
            advice = help_for_exact_refusal(header, negotiated, self._request.proposal)
            return Prediction(Verdict.CANNOT_GO, "", failure_reason(error), advice.text, advice.helps, 1)
        prepared.close()
        wanted = shaper.context.accepted_transfer_syntax if shaper.context is not None else ""
        return predict_prepared(prepared, wanted or "", "The peer takes it in this transfer syntax.", 1)

    def _refuse_all(self, ended: EndedError) -> None:
        """Predict for all files that they cannot go, for a reason that is not theirs."""
        self._fail(ended.failure, ended.error)
        advice = _advise(ended.error, self._request.proposal)
        for file in self._files:
            prediction = Prediction(Verdict.CANNOT_GO, "", str(ended.error), advice.text, advice.helps, 0)
            self._add(file, self._read_header(file), prediction)

    def _add(self, file: FileToSend, header: InstanceHeader | None, prediction: Prediction) -> None:
        if header is None:
            self._groups.add_input(file.name, prediction.reason)
        else:
            found = FoundInstance(path=file.path, header=header, archive_member=file.archive_member)
            self._groups.add(prediction, found)
        self._stats.pass_over(header.data_set_length if header is not None else 0)

    def _read_header(self, file: FileToSend) -> InstanceHeader | None:
        if file.header is not None:
            return file.header
        try:
            return read_header(file.path, self._request.inputs.format)
        except (DataError, OSError):
            return None


def _advise(error: DicomdeskError, proposal: Proposal) -> Advice:
    """Return what would help where there is no association."""
    if not isinstance(error, ProposalError):
        return Advice(getattr(error, "advice", ""), ())
    if proposal.combine or proposal.profile is not None:
        return Advice("Use dcmsend, or send fewer files at once.", ())
    return Advice("Combine the contexts of each SOP class.", (Help.COMBINE_CONTEXTS,))
