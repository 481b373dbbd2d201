"""Pre-flight of a send job: scanned and planned as there, each planned association opened and released."""

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.events import EventSink
from dicomdesk.engine.forecast import Verdict
from dicomdesk.engine.preflight.advice import help_for_conversion
from dicomdesk.engine.preflight.forecast_groups import Prediction
from dicomdesk.engine.preflight.planned_forecast import Decision, PlannedForecast
from dicomdesk.engine.preflight.preflight import PreflightJob, predict_prepared, predict_unreadable
from dicomdesk.engine.send.planned_inputs import find_instances
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import ConversionError, DataError

__all__ = ["PlannedPreflightJob"]


class PlannedPreflightJob(PreflightJob):
    """Predicts the outcome of a send job. Built by the engine."""

    def __init__(self, request: SendRequest, sink: EventSink) -> None:
        super().__init__(request, sink)
        self._request = request

    def _deliver(self) -> None:
        find_instances(self._request, self._intake, self._transfer)
        if not self._transfer.items or self._control.is_stopping:
            return
        forecast = PlannedForecast(self._request, self._negotiate)
        for decision in forecast.decide(self._transfer.planned_instances):
            if self._control.is_stopping:
                return
            found = self._transfer.items[decision.position].found
            prediction = self._try(found, decision)
            self._groups.add(prediction, found)
            self._stats.pass_over(found.header.data_set_length)
            if prediction.verdict is Verdict.CANNOT_GO and decision.failure is not None:
                self._fail(decision.failure, decision.error or DataError(prediction.reason))

    def _try(self, found: FoundInstance, decision: Decision) -> Prediction:
        """Make the instance ready as it would be sent, where it would be."""
        wanted = decision.transfer_syntax_uid
        if not wanted:
            return decision.refusal()
        try:
            prepared = self._delivery.preparer.prepare(found, wanted)
        except ConversionError as error:
            advice = help_for_conversion(found.header.transfer_syntax_uid)
            return Prediction(Verdict.CANNOT_GO, "", str(error), advice.text, advice.helps, decision.association)
        except (DataError, OSError) as error:
            return predict_unreadable(error, decision.association)
        prepared.close()
        return predict_prepared(prepared, wanted, decision.reason, decision.association)
