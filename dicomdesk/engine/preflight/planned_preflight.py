"""The pre-flight of a send job: scanned and planned as there, each planned association opened and released."""

from dicomdesk.dicom.files.scan import FoundInstance
from dicomdesk.engine.events import EventSink
from dicomdesk.engine.forecast import Verdict
from dicomdesk.engine.preflight.advice import help_for_conversion
from dicomdesk.engine.preflight.forecast_groups import Fate
from dicomdesk.engine.preflight.planned_forecast import Decision, PlannedForecast
from dicomdesk.engine.preflight.preflight import PreflightJob, fate_of_prepared, fate_of_unreadable
from dicomdesk.engine.send.planned_inputs import find_instances
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import ConversionError, DataError

__all__ = ["PlannedPreflightJob"]


class PlannedPreflightJob(PreflightJob):
    """Finds out how a send job would go. Built by the engine."""

    def __init__(self, request: SendRequest, sink: EventSink) -> None:
        super().__init__(request, sink)
        self._send_request = request
        self._found: list[FoundInstance] = []

    def _look(self) -> None:
        find_instances(self._send_request, self._intake, self._found.append, self._complete)
        if not self._found or self._control.is_stopping:
            return
        for decision in PlannedForecast(self._send_request, self._negotiate).decide(self._found):
            if self._control.is_stopping:
                return
            found = self._found[decision.position]
            fate = self._try(found, decision)
            self._groups.add(fate, found)
            self._gauges.advance(found.header.data_set_length)
            if fate.verdict is Verdict.CANNOT_GO and decision.failure is not None:
                self._fail(decision.failure, decision.error or DataError(fate.reason))

    def _complete(self) -> tuple[int, int]:
        """Nothing more is found; return instances and bytes."""
        size_bytes = sum(found.header.data_set_length for found in self._found)
        self._gauges.set_totals(len(self._found), size_bytes)
        return len(self._found), size_bytes

    def _try(self, found: FoundInstance, decision: Decision) -> Fate:
        """Make the instance ready as it would be sent, where it would be."""
        wanted = decision.transfer_syntax_uid
        if not wanted:
            return decision.refusal()
        try:
            prepared = self._preparing.prepare(found, wanted)
        except ConversionError as error:
            way = help_for_conversion(found.header.transfer_syntax_uid)
            return Fate(Verdict.CANNOT_GO, "", str(error), way.advice, way.helps, decision.association)
        except (DataError, OSError) as error:
            return fate_of_unreadable(error, decision.association)
        prepared.close()
        return fate_of_prepared(prepared, wanted, decision.reason, decision.association)
