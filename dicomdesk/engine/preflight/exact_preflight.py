"""The pre-flight of an exact send job: its one association opened and released, each file made ready as there."""

from collections.abc import Sequence

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.files.scan import FoundInstance, SkippedInput, list_files, name_of
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.events import EventSink
from dicomdesk.engine.forecast import Help, Verdict
from dicomdesk.engine.outgoing_association import NotOpenedError
from dicomdesk.engine.preflight.advice import Way, help_for_exact_refusal
from dicomdesk.engine.preflight.forecast_groups import Fate
from dicomdesk.engine.preflight.preflight import PreflightJob, fate_of_prepared, fate_of_unreadable
from dicomdesk.engine.preparation import failure_reason
from dicomdesk.engine.send_exactly.exact_choice import ExactShaper, NoContextError
from dicomdesk.engine.send_exactly.exact_files import ExactSendFailure
from dicomdesk.engine.send_exactly.exact_inputs import InputChecker, as_skipped, place_of
from dicomdesk.engine.send_exactly.exact_proposal import load_profile_file, make_proposal
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.errors import ConversionError, DataError, DicomdeskError, PeerError, ProfileError, ProposalError
from dicomdesk.network.negotiation import NegotiatedContext

__all__ = ["ExactPreflightJob"]

_NO_WAY = Way("", ())

_Place = tuple[str, str]
"""Path, and name of the member where it is that of an archive."""


class ExactPreflightJob(PreflightJob):
    """Finds out how an exact send job would go. Built by the engine."""

    def __init__(self, request: ExactSendRequest, sink: EventSink) -> None:
        super().__init__(request, sink)
        self._exact_request = request
        self._shaper = ExactShaper(request)
        self._in_archives: dict[_Place, InstanceHeader] = {}
        """What the members of archives are."""

    def _look(self) -> None:
        proposal = self._exact_request.proposal
        try:
            profiles = load_profile_file(proposal)
        except ProfileError as error:
            self._fail(ExactSendFailure.PROFILE_FILE, error)
            return
        places, sop_classes = self._check_files()
        if not places or self._control.is_stopping:
            return
        try:
            contexts, extensions = make_proposal(proposal, sop_classes, profiles)
        except ProposalError as error:
            helps = () if proposal.combine or proposal.profile is not None else (Help.COMBINE_CONTEXTS,)
            advice = "Combine the contexts of each SOP class." if helps else "Use dcmsend, or send fewer files at once."
            self._refuse_all(places, ExactSendFailure.PROPOSAL, error, Way(advice, helps))
            return
        except ProfileError as error:
            self._refuse_all(places, ExactSendFailure.PROPOSAL, error, _NO_WAY)
            return
        try:
            negotiated = self._negotiate(contexts, extensions)
        except NotOpenedError as failed:
            advice = getattr(failed.error, "advice", "")
            self._refuse_all(places, ExactSendFailure.ASSOCIATION, failed.error, Way(advice, ()))
            return
        if not any(context.is_accepted for context in negotiated):
            self._fail(ExactSendFailure.NO_PRESENTATION_CONTEXT, PeerError("No Acceptable Presentation Contexts"))
        self._try_all(places, negotiated)

    def _check_files(self) -> tuple[list[_Place], list[str]]:
        """Files that would be sent, and the SOP classes that the proposal is made of."""
        request = self._exact_request
        checker = InputChecker(request, self._control.require_going_on)
        places, sop_classes, size_bytes = [], [], 0
        has_files = False
        for listed in list_files(request.inputs):
            if self._control.is_stopping:
                break
            if isinstance(listed, SkippedInput) and not listed.is_failure:
                self._skip(listed)
                continue
            has_files = True
            checked = checker.check(listed)
            place = place_of(listed)
            if isinstance(listed, FoundInstance):
                self._in_archives[place] = listed.header
            if checked.problem:
                self._skip(as_skipped(listed, checked.problem))
                if request.halt_on_error:
                    self._fail(ExactSendFailure.INVALID_INPUT_FILE, DataError(checked.words))
                continue
            places.append(place)
            size_bytes += checked.size_bytes
            if checked.sop_class_uid:
                sop_classes.append(checked.sop_class_uid)
        self._note_scanned(len(places), size_bytes)
        if not has_files:
            self._fail(ExactSendFailure.NO_INPUT_FILES, DataError("no input files to be sent"))
        return places, sop_classes

    def _try_all(self, places: Sequence[_Place], negotiated: Sequence[NegotiatedContext]) -> None:
        self._shaper.contexts = negotiated
        for place in places:
            if self._control.is_stopping:
                return
            self._shaper.begin()
            fate = self._try(place, negotiated)
            self._add(place, self._shaper.header or self._read_header(place), fate)
            if fate.verdict is Verdict.CANNOT_GO and self._exact_request.halt_on_error:
                self._fail(ExactSendFailure.INSTANCE, DataError(fate.reason))

    def _try(self, place: _Place, negotiated: Sequence[NegotiatedContext]) -> Fate:
        shaper = self._shaper
        try:
            path, member = place
            prepared = self._preparing.prepare_file(path, shaper.choose, member)
        except (DataError, OSError) as error:
            header = shaper.header
            if header is None or not isinstance(error, NoContextError | ConversionError):
                return fate_of_unreadable(error, 1)
            way = help_for_exact_refusal(header, negotiated, self._exact_request.proposal)
            return Fate(Verdict.CANNOT_GO, "", failure_reason(error), way.advice, way.helps, 1)
        prepared.close()
        wanted = shaper.context.accepted_transfer_syntax if shaper.context is not None else ""
        return fate_of_prepared(prepared, wanted or "", "The peer takes it in this transfer syntax.", 1)

    def _refuse_all(self, places: Sequence[_Place], failure: ExactSendFailure, error: DicomdeskError, way: Way) -> None:
        """Nothing can go, for a reason that is not the files'."""
        self._fail(failure, error)
        for place in places:
            fate = Fate(Verdict.CANNOT_GO, "", str(error), way.advice, way.helps, 0)
            self._add(place, self._read_header(place), fate)

    def _add(self, place: _Place, header: InstanceHeader | None, fate: Fate) -> None:
        path, member = place
        if header is None:
            self._groups.add_input(name_of(path, member), fate.reason)
        else:
            self._groups.add(fate, FoundInstance(path=path, header=header, archive_member=member))
        self._gauges.advance(header.data_set_length if header is not None else 0)

    def _read_header(self, place: _Place) -> InstanceHeader | None:
        path, member = place
        if member:
            return self._in_archives[place]
        try:
            return read_header(path, self._exact_request.inputs.format)
        except (DataError, OSError):
            return None
