"""Scan of dropped inputs, in batches that a worker thread reads and the Qt thread shows."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace

from dicomdesk.dicom.files.scan import ScanResult, scan
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection
from dicomdesk.errors import CancelledError

BATCH_S = 0.05
MOST_PER_BATCH = 500


def selection_of(paths: tuple[str, ...]) -> InputSelection:
    """Return what the window takes: folders with all below, DICOMDIRs, ZIP archives, files also without preamble."""
    return InputSelection(
        paths=paths,
        format=InputFormat.FILE_OR_DATA_SET,
        read_dicomdir=True,
        scan_directories=True,
        recurse=True,
        open_archives=True,
    )


class InputScan:
    """One scan under way. ``read`` is called on worker threads, never by two at once; ``cancel`` on any thread."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self._results: Iterator[ScanResult] = scan(selection_of(paths), self._require_going_on)
        self.is_cancelled = False
        self._texts: dict[str, str] = {}
        """So that instances of one study have its texts together."""

    def read(self) -> list[ScanResult]:
        """Return what was found in the next moment; nothing when the scan is over."""
        batch: list[ScanResult] = []
        deadline = time.monotonic() + BATCH_S
        with contextlib.suppress(CancelledError):
            for result in self._results:
                self._require_going_on()
                batch.append(self._shared(result))
                if len(batch) >= MOST_PER_BATCH or time.monotonic() >= deadline:
                    break
        return batch

    def cancel(self) -> None:
        """End the scan, also in the middle of a file; what is read until then is still returned."""
        self.is_cancelled = True

    def _shared(self, result: ScanResult) -> ScanResult:
        if not isinstance(result, FoundInstance):
            return result
        header, text = result.header, self._text
        shared = replace(
            header,
            sop_class_uid=text(header.sop_class_uid),
            transfer_syntax_uid=text(header.transfer_syntax_uid),
            media_sop_class_uid=text(header.media_sop_class_uid),
            media_sop_instance_uid=header.sop_instance_uid
            if header.media_sop_instance_uid == header.sop_instance_uid
            else header.media_sop_instance_uid,
            patient_id=text(header.patient_id),
            patient_name=text(header.patient_name),
            study_instance_uid=text(header.study_instance_uid),
            study_date=text(header.study_date),
            study_description=text(header.study_description),
            accession_number=text(header.accession_number),
            series_instance_uid=text(header.series_instance_uid),
            series_number=text(header.series_number),
            series_description=text(header.series_description),
            series_date=text(header.series_date),
            modality=text(header.modality),
        )
        return replace(result, header=shared, id=result.id)

    def _text(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def _require_going_on(self) -> None:
        if self.is_cancelled:
            raise CancelledError("The scan was cancelled")
