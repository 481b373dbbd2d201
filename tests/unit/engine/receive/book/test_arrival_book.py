from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.facts.reception import ArrivalKind, StudySender
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook, Arrived
from dicomdesk.engine.receive.book.completeness import CompletenessState, CountSource
from dicomdesk.engine.receive.request import DuplicatePolicy


def header(study: str, series: str = "9", uid: str = "1") -> InstanceHeader:
    return InstanceHeader(
        sop_class_uid="1.2",
        sop_instance_uid=uid,
        transfer_syntax_uid="1.2",
        data_set_offset=0,
        data_set_length=0,
        study_instance_uid=study,
        series_instance_uid=series,
    )


def arrived(
    uid: str, study: str = "1", wanted: ArrivalKind = ArrivalKind.NEW, path: str | None = None, association: int = 1
) -> Arrived:
    return Arrived(
        sop_instance_uid=uid,
        header=header(study, uid=uid),
        association=("job", association),
        path=f"/in/CT.{uid}" if path is None else path,
        size_bytes=100,
        wanted=wanted,
    )


def sender(title: str) -> StudySender:
    return StudySender(calling_ae_title=title, called_ae_title="US", host="h", address="10.0.0.1")


def test_sixty_of_a_hundred_with_forty_sent_again_are_sixty() -> None:
    book = ArrivalBook()
    for number in [*range(60), *range(40)]:
        known = book.find("1")
        is_again = known is not None and known.here == 60
        book.take(arrived(f"1.{number}", wanted=ArrivalKind.OVERWRITTEN if is_again else ArrivalKind.NEW), 5.0)
    study = book.find("1")
    assert study is not None
    assert (study.here, study.again, study.size_bytes, len(book.files("1"))) == (60, 40, 6000, 60)
    assert (book.here, book.new, book.again) == (60, 60, 40)
    assert [file.times for file in book.files("1")] == [2] * 40 + [1] * 20


def test_every_sender_of_a_study_is_kept_and_it_is_open_until_the_last_is_gone() -> None:
    book = ArrivalBook()
    for number, title in ((1, "CT1"), (2, "CT2")):
        book.opened(("job", number), sender(title))
        book.take(arrived(f"1.{number}", association=number), 1.0)
    study = book.find("1")
    assert study is not None
    assert [(each.calling_ae_title, count) for each, count in study.senders.items()] == [("CT1", 1), ("CT2", 1)]
    book.closed(("job", 1))
    book.closed(("job", 1))
    assert study.is_open
    book.closed(("job", 2))
    assert not study.is_open


def test_what_another_study_takes_the_name_of_is_here_no_longer() -> None:
    book = ArrivalBook()
    book.take(arrived("1.1", "1"), 1.0)
    assert book.take(arrived("1.1", "2", ArrivalKind.OVERWRITTEN), 2.0) is ArrivalKind.OVERWRITTEN
    again = arrived("1.1", "1", ArrivalKind.OVERWRITTEN)
    again.replaced_study_uid = "2"
    assert book.take(again, 2.0) is ArrivalKind.NEW
    first, second = book.find("1"), book.find("2")
    assert first is not None
    assert second is not None
    assert (first.here, first.replaced_by_others, second.here, second.replaced_by_others) == (1, 1, 0, 1)
    assert book.here == 1


def test_a_file_of_the_folder_that_was_counted_as_new_meanwhile_came_again() -> None:
    book = ArrivalBook()
    book.scan_begun(8.0)
    assert book.take(arrived("1.1", path="/in/CT.X.77"), 9.0) is ArrivalKind.NEW
    for _ in range(2):
        book.found(header("1", uid="1.1"), "1.1", "/in/CT.X.3", 100, 4.0)
    book.scan_ended()
    study = book.find("1")
    assert study is not None
    assert (study.here, study.new, study.again, study.earlier) == (1, 0, 1, 1)
    assert [file.path for file in book.files("1")] == ["/in/CT.X.3", "/in/CT.X.77"]


def test_a_file_that_is_found_before_its_arrival_is_counted_is_new() -> None:
    book = ArrivalBook()
    book.scan_begun(3.9)
    book.found(header("1", uid="1.1"), "1.1", "/in/CT.1.1", 100, 4.0)
    book.scan_ended()
    assert book.take(arrived("1.1"), 5.0) is ArrivalKind.NEW
    study = book.find("1")
    assert study is not None
    assert (study.here, study.new, study.again, study.earlier) == (1, 1, 0, 0)


def test_refusals_and_losses_are_counted_with_their_reasons() -> None:
    book = ArrivalBook()
    for kind in (ArrivalKind.REFUSED, ArrivalKind.LOST):
        lost = arrived("1.1", wanted=kind, path="")
        lost.reason = kind.value
        assert book.take(lost, 1.0) is kind
    study = book.find("1")
    assert study is not None
    assert (study.here, study.not_stored, study.again, study.reasons) == (0, 2, 0, ["refused", "lost"])


def test_what_was_not_stored_is_missing_until_it_comes() -> None:
    book = ArrivalBook()
    for uid in ("1.1", "1.2", "1.1"):
        book.take(arrived(uid, wanted=ArrivalKind.REFUSED, path=""), 1.0)
    study = book.find("1")
    assert study is not None
    missing = [(book.missing, study.missing, study.series["9"].missing)]
    for uid in ("1.1", "1.2"):
        book.take(arrived(uid), 2.0)
        missing.append((book.missing, study.missing, study.series["9"].missing))
    assert missing == [(2, 2, 2), (1, 1, 1), (0, 0, 0)]
    assert study.not_stored == 3


def test_an_expected_count_makes_a_study_complete() -> None:
    book = ArrivalBook()
    assert not book.expect("1", 2, CountSource.USER)
    book.take(arrived("1.1"), 1.0)
    assert book.expect("1", 9, CountSource.RETRIEVE)
    study = book.find("1")
    assert study is not None
    assert (study.expected, study.expected_from) == (2, CountSource.USER)
    states = [study.completeness.state]
    book.take(arrived("1.2"), 1.0)
    states.append(study.completeness.state)
    assert states == [CompletenessState.INCOMPLETE, CompletenessState.COMPLETE]


def test_the_study_that_is_quiet_for_the_longest_is_dropped_first() -> None:
    book = ArrivalBook(most_studies=2)
    for study in ("1", "2", "1", "3"):
        book.take(arrived(f"{study}.1", study), 1.0)
    assert [study.uid for study in book.studies()] == ["1", "3"]
    assert (book.dropped_studies, book.here) == (1, 3)
    book.found(header("4"), "4.1", "/in/CT.4.1", 1, 0.5)
    assert [study.uid for study in book.studies()] == ["1", "3"]


def test_what_is_kept_of_instances_is_bounded_and_counts_stay_right() -> None:
    book = ArrivalBook(most_instances=20)
    for study in range(10):
        for number in range(5):
            book.take(arrived(f"{study}.{number}", str(study)), float(study))
    assert [study.here for study in book.studies()] == [5] * 10
    assert (book.here, book.new) == (50, 50)
    assert sum(len(book.files(str(study))) for study in range(10)) <= 20
    assert book.take(arrived("0.1", "0", ArrivalKind.OVERWRITTEN), 99.0) is ArrivalKind.OVERWRITTEN
    assert book.take(arrived("0.7", "0"), 99.0) is ArrivalKind.NEW
    oldest = book.find("0")
    assert oldest is not None
    assert (oldest.is_summed_up, oldest.here, oldest.again) == (True, 6, 1)


def test_a_study_that_was_forgotten_begins_anew() -> None:
    book = ArrivalBook()
    book.take(arrived("1.1"), 1.0)
    old = book.find("1")
    book.forget("1")
    book.take(arrived("1.1", wanted=ArrivalKind.OVERWRITTEN), 1.0)
    new = book.find("1")
    assert old is not None
    assert new is not None
    assert (old.is_dropped, new is old, new.here, new.earlier, new.again) == (True, False, 1, 1, 1)


@dataclass
class PlainModel:
    """A folder, and what a receiver that names files by instance UID, or by nothing, does in it."""

    policy: DuplicatePolicy | None
    """None names files by a number."""
    files: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Study, series and instance by path."""
    made: int = 0
    new: dict[str, int] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)

    def store(self, study: str, series: str, uid: str) -> Arrived:
        was_here = any((one, three) == (study, uid) for one, _, three in self.files.values())
        name = f"/in/CT.{uid}"
        kind, holder = ArrivalKind.NEW, self.files.get(name)
        if self.policy is None:
            self.made += 1
            name = f"/in/X{self.made}"
        elif holder is not None:
            kind = {
                DuplicatePolicy.OVERWRITE: ArrivalKind.OVERWRITTEN,
                DuplicatePolicy.KEEP_BOTH: ArrivalKind.KEPT_BOTH,
                DuplicatePolicy.REFUSE: ArrivalKind.REFUSED_AGAIN if holder[0] == study else ArrivalKind.REFUSED,
            }[self.policy]
            if kind is ArrivalKind.KEPT_BOTH:
                self.made += 1
                name = f"{name}_{self.made}"
        if kind not in {ArrivalKind.REFUSED, ArrivalKind.REFUSED_AGAIN}:
            self.files[name] = (study, series, uid)
        if kind is not ArrivalKind.REFUSED:
            counted = self.again if was_here else self.new
            counted[study] = counted.get(study, 0) + 1
        return Arrived(
            sop_instance_uid=uid,
            header=header(study, series, uid),
            association=("job", 1),
            path=name if kind is not ArrivalKind.REFUSED else "",
            wanted=kind,
            replaced_study_uid=holder[0] if holder and self.policy is not None else None,
        )

    def here(self, study: str | None = None) -> int:
        return len({uid for one, _, uid in self.files.values() if study in (None, one)})


class Compared:
    """A book and a plain model that the same happens to."""

    def __init__(self, policy: DuplicatePolicy | None) -> None:
        self.model, self.book = PlainModel(policy), ArrivalBook()
        self.has_restarted = False
        self.unseen: list[str] = []
        """Files of earlier runs that nobody has looked at."""

    def store(self, study: str, series: str, uid: str) -> None:
        self.book.take(self.model.store(study, series, uid), 1.0)

    def store_seen(self, study: str, series: str, uid: str) -> None:
        """Who looks through the folder comes upon the file before its arrival is counted."""
        one = self.model.store(study, series, uid)
        if self.has_restarted and one.path in self.model.files:
            self.unseen = [path for path in self.unseen if path != one.path]
            self.book.found(header(*self.model.files[one.path]), uid, one.path, 0, 1.0)
        self.book.take(one, 1.0)

    def refuse(self, study: str, _series: str, uid: str) -> None:
        assert self.book.take(arrived(uid, study, ArrivalKind.REFUSED, ""), 1.0) is ArrivalKind.REFUSED

    def restart(self, *_: str) -> None:
        self.book, self.unseen = ArrivalBook(), sorted(self.model.files)
        self.book.scan_begun(0.9)
        self.has_restarted = True
        self.model.new, self.model.again = {}, {}

    def look(self, *_: str) -> None:
        path = self.unseen.pop() if self.unseen else ""
        if path in self.model.files:
            study, series, uid = self.model.files[path]
            self.book.found(header(study, series, uid), uid, path, 0, 0.5)

    def delete(self, study: str, _series: str, uid: str) -> None:
        gone = [file for file in self.book.files(study) if file.sop_instance_uid == uid]
        for file in gone:
            del self.model.files[file.path]
        self.book.removed(gone)

    def check(self) -> None:
        files = self.model.files
        for study in ("S0", "S1", "S2"):
            found = self.book.find(study)
            assert (found.here if found else 0) == self.model.here(study)
            if found is None:
                continue
            assert (found.new, found.again) == (self.model.new.get(study, 0), self.model.again.get(study, 0))
            assert {file.path for file in self.book.files(study)} == {p for p, f in files.items() if f[0] == study}
            for uid, series in found.series.items():
                assert series.here == len({three for one, two, three in files.values() if (one, two) == (study, uid)})
        assert self.book.here == self.model.here()
        assert self.book.arrivals == sum(study.arrivals for study in self.book.studies())


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["store", "store_seen"] * 3 + ["refuse", "restart", "look", "delete"]),
        st.integers(0, 2).map("S{}".format),
        st.integers(0, 1).map("R{}".format),
        st.integers(0, 3).map("1.{}".format),
    ),
    max_size=40,
)


@pytest.mark.long
@settings(deadline=None, max_examples=200)
@given(steps=STEPS, policy=st.sampled_from([*DuplicatePolicy, None]))
def test_counts_are_those_of_a_plain_model_and_of_the_files_of_the_folder(
    steps: list[tuple[str, str, str, str]], policy: DuplicatePolicy | None
) -> None:
    compared = Compared(policy)
    for action, *names in steps:
        getattr(compared, action)(*names)
    while compared.unseen:
        compared.look()
    compared.check()
