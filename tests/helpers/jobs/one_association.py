"""One association of a planned send job, as the job would run it."""

from collections import deque
from pathlib import Path

from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection
from dicomdesk.engine.delivery.delivery import Delivery, End
from dicomdesk.engine.delivery.instance_sender import InstanceSender
from dicomdesk.engine.delivery.ledger import MemoryLedger
from dicomdesk.engine.delivery.transfer_list import TransferList
from dicomdesk.engine.events import (
    Event,
)
from dicomdesk.engine.job import EventRelay, JobControl, JobState
from dicomdesk.engine.preparation import InstancePreparer
from dicomdesk.engine.send.planned_policy import PlannedPolicy, SendQueue
from dicomdesk.engine.stats import TransferStats
from dicomdesk.network.presentation.context_planning import PlanOptions, plan_associations
from tests.helpers.jobs.sending import send_request

RLE = "1.2.840.10008.1.2.5"
"""What can be decompressed here."""


class OneAssociation:
    """What a send job prepares before its first association."""

    def __init__(self, folder: Path, port: int, **options: object) -> None:
        self.events: list[Event] = []
        report, stats, control = EventRelay(self.events.append), TransferStats(), JobControl()
        control.advance(JobState.RUNNING)
        self.transfer = TransferList("job", report, MemoryLedger(), stats)
        for found in scan(InputSelection(paths=(str(folder),), scan_directories=True)):
            assert isinstance(found, FoundInstance)
            self.transfer.add(found)
        self.transfer.complete()
        request = send_request(port, [folder], **options)
        self.retries = request.retries
        self.delivery = Delivery(
            job_id="job",
            request=request,
            control=control,
            report=report,
            transfer=self.transfer,
            stats=stats,
            preparer=InstancePreparer(InputFormat.FILE_ONLY, 6),
        )
        self.queue = SendQueue(items=deque(self.transfer.items))
        plan = plan_associations(self.transfer.planned_instances, options=PlanOptions(decodable=frozenset({RLE})))
        self.planned = plan.associations[0]

    def run(self, number: int = 1) -> End:
        """Run one association."""
        policy = PlannedPolicy(self.delivery, self.queue, self.planned, self.retries)
        return InstanceSender(self.delivery, policy, number).run(self.planned.contexts)
