from pathlib import Path

from dicomdesk.archive.administration.figures import figures_of
from dicomdesk.archive.administration.opening import opened_areas
from dicomdesk.archive.administration.place import ArchivePlace
from tests.helpers.archives.served_archives import encoded, running


def test_figures_count_by_modality_and_month(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"), encoded("2.1", study="1.2.4", series="1.2.4.1", patient="P2"))
        size = sum(len(content) for content in archive.files().values())
        with opened_areas(ArchivePlace(folder=tmp_path)) as (opened,):
            received = max(found.received for found in opened.index.find_instances("ARCHIVE"))
            figures = figures_of(opened, received + 60)
            later = figures_of(opened, received + 40 * 86_400)
    assert (figures.totals.patients, figures.totals.studies, figures.totals.instances) == (2, 2, 3)
    part = figures.by_modality["CT"]
    assert (part.studies, part.instances, part.size_bytes) == (2, 3, size)
    assert list(figures.by_month.values()) == [part] == [figures.last_30_days]
    assert figures.full_in_days is not None
    assert later.last_30_days.studies == 0
    assert later.full_in_days is None
    assert figures.index_bytes
