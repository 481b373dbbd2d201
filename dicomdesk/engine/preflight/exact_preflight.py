"""The pre-flight of an exact send job: its one association opened and released, each file made ready as there."""

from collections.abc import Sequence

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.files.scan import FoundInstance
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.delivery.delivery import NoContextError, SendFailure
from dicomdesk.engine.events import EventSink
from dicomdesk.engine.forecast import Help, Verdict
from dicomdesk.engine.outgoing_association import NotOpenedError
from dicomdesk.engine.preflight.advice import Way, help_for_exact_refusal
from dicomdesk.engine.preflight.forecast_groups import Fate
from dicomdesk.engine.preflight.preflight import PreflightJob, fate_of_prepared, fate_of_unreadable
from dicomdesk.engine.preparation import failure_reason
from dicomdesk.engine.send_exactly.exact_choice import ExactShaper
from dicomdesk.engine.send_exactly.exact_files import FileToSend
from dicomdesk.engine.send_exactly.exact_inputs import check_inputs, list_inputs
from dicomdesk.engine.send_exactly.exact_proposal import load_profile_file, make_proposal
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.errors import ConversionError, DataError, DicomdeskError, PeerError, ProfileError, ProposalError
from dicomdesk.network.negotiation import NegotiatedContext

__all__ = ["ExactPreflightJob"]

_NO_WAY = Way("", ())


class ExactPreflightJob(PreflightJob):
    """Finds out how an exact send job would go. Built by the engine."""

    def __init__(self, request: ExactSendRequest, sink: EventSink) -> None:
        super().__init__(request, sink)
        self._exact_request = request
        self._shaper = ExactShaper(request)
        self._in_archives: dict[tuple[str, str], InstanceHeader] = {}
        """What the members of archives are, by place."""

    def _look(self) -> None:
        proposal = self._exact_request.proposal
        try:
            profiles = load_profile_file(proposal)
        except ProfileError as error:
            self._fail(SendFailure.PROFILE_FILE, error)
            return
        listed = list_inputs(self._exact_request, self._intake)
        files, sop_classes, fatal = check_inputs(self._exact_request, self._intake, listed)
        self._in_archives = {found.place: found.header for found in listed if isinstance(found, FoundInstance)}
        size_bytes = sum(file.size_bytes for file in files)
        self._gauges.set_totals(len(files), size_bytes)
        self._intake.finish(len(files), size_bytes)
        if fatal:
            self._fail(SendFailure.INVALID_INPUT_FILE, DataError(fatal))
        if not files or self._control.is_stopping:
            return
        try:
            contexts, extensions = make_proposal(proposal, sop_classes, profiles)
        except ProposalError as error:
            helps = () if proposal.combine or proposal.profile is not None else (Help.COMBINE_CONTEXTS,)
            advice = "Combine the contexts of each SOP class." if helps else "Use dcmsend, or send fewer files at once."
            self._refuse_all(files, SendFailure.PROPOSAL, error, Way(advice, helps))
            return
        except ProfileError as error:
            self._refuse_all(files, SendFailure.PROPOSAL, error, _NO_WAY)
            return
        try:
            negotiated = self._negotiate(contexts, extensions)
        except NotOpenedError as failed:
            advice = getattr(failed.error, "advice", "")
            self._refuse_all(files, SendFailure.ASSOCIATION, failed.error, Way(advice, ()))
            return
        if not any(context.is_accepted for context in negotiated):
            self._fail(SendFailure.NO_PRESENTATION_CONTEXT, PeerError("No Acceptable Presentation Contexts"))
        self._try_all(files, negotiated)

    def _try_all(self, files: Sequence[FileToSend], negotiated: Sequence[NegotiatedContext]) -> None:
        self._shaper.contexts = negotiated
        for file in files:
            if self._control.is_stopping:
                return
            self._shaper.begin()
            fate = self._try(file, negotiated)
            self._add(file, self._shaper.header or self._read_header(file), fate)
            if fate.verdict is Verdict.CANNOT_GO and self._exact_request.halt_on_error:
                self._fail(SendFailure.SEND, DataError(fate.reason))

    def _try(self, file: FileToSend, negotiated: Sequence[NegotiatedContext]) -> Fate:
        shaper = self._shaper
        try:
            prepared = self._preparing.prepare_file(file.path, shaper.choose, file.archive_member)
        except (DataError, OSError) as error:
            header = shaper.header
            if header is None or not isinstance(error, NoContextError | ConversionError):
                return fate_of_unreadable(error, 1)
            way = help_for_exact_refusal(header, negotiated, self._exact_request.proposal)
            return Fate(Verdict.CANNOT_GO, "", failure_reason(error), way.advice, way.helps, 1)
        prepared.close()
        wanted = shaper.context.accepted_transfer_syntax if shaper.context is not None else ""
        return fate_of_prepared(prepared, wanted or "", "The peer takes it in this transfer syntax.", 1)

    def _refuse_all(self, files: Sequence[FileToSend], failure: SendFailure, error: DicomdeskError, way: Way) -> None:
        """Nothing can go, for a reason that is not the files'."""
        self._fail(failure, error)
        for file in files:
            fate = Fate(Verdict.CANNOT_GO, "", str(error), way.advice, way.helps, 0)
            self._add(file, self._read_header(file), fate)

    def _add(self, file: FileToSend, header: InstanceHeader | None, fate: Fate) -> None:
        if header is None:
            self._groups.add_input(file.name, fate.reason)
        else:
            found = FoundInstance(path=file.path, header=header, archive_member=file.archive_member)
            self._groups.add(fate, found)
        self._gauges.advance(header.data_set_length if header is not None else 0)

    def _read_header(self, file: FileToSend) -> InstanceHeader | None:
        if file.archive_member:
            return self._in_archives[file.path, file.archive_member]
        try:
            return read_header(file.path, self._exact_request.inputs.format)
        except (DataError, OSError):
            return None
