"""What is removed from an area whose files are in an object store is in the trash, and comes back."""

from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.administration.keeping.removal import plan_removal, remove_planned, restore_from_trash
from dicomdesk.archive.administration.opening import opened_areas, working_on
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.archive.setup.configuration import ObjectPlace
from tests.helpers.archives.served_archives import encoded, make_settings, serving


def test_a_file_that_only_the_store_has_is_fetched_before_it_goes(tmp_path: Path) -> None:
    area, store = tmp_path / "area", tmp_path / "store"
    store.mkdir()
    settings = make_settings(area)
    in_store = replace(settings.configuration.areas[0], objects=ObjectPlace(url=store.as_uri(), folder_bytes=None))
    settings = replace(settings, configuration=replace(settings.configuration, areas=(in_store,)))
    configuration = tmp_path / "a.cfg"
    configuration.write_text(
        f"AETable BEGIN\nARCHIVE {area} RW (unlimited, unlimited) ANY\nAETable END\n"
        f"ObjectTable BEGIN\nARCHIVE {store.as_uri()} unlimited\nObjectTable END\n"
    )
    with serving(settings) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        paths = sorted(archive.indexed())
        contents = [(store / path).read_bytes() for path in paths]
        for path in paths:
            (area / path).unlink()
        with opened_areas(ArchivePlace(configuration_file=configuration)) as (opened,), working_on(opened) as keeper:
            removal = remove_planned(keeper, plan_removal(opened, read_selection(["1.2.3"])), by="test")
            assert len(removal.removed) == 2
            assert not any((store / path).exists() for path in paths)
            assert archive.indexed() == {}
            assert removal.entry is not None
            assert restore_from_trash(keeper, removal.entry).restored == 2
        assert sorted((store / path).read_bytes() for path in archive.indexed()) == sorted(contents)
