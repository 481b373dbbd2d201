"""What users do with errands while they run, against peers of this machine."""

import threading
from pathlib import Path

import pytest

from dicomdesk.engine.journal.records import ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import OutboxLimits
from dicomdesk.engine.outbox.facts import ErrandRemoved, InstanceEnded
from tests.helpers.jobs.outbox import OpenOutbox, errand_for, open_outbox
from tests.helpers.jobs.sending import write_instance, write_instances
from tests.helpers.peers.fake_peer import FakePeer, Hold, Reject, Silence, Status


class Stepped:
    """A peer that answers its first object only when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.peer = FakePeer(stores=[Hold(self.go_on, Status(0)), Status(0)])

    def uids(self) -> list[str]:
        """What has come, in order."""
        return [store.sop_instance_uid for store in self.peer.stores]


def uid_of(name: str) -> str:
    return "1.2.3." + str(int.from_bytes(name.encode(), "big"))[:40]


def add_studies(opened: OpenOutbox, folder: Path, names: str) -> dict[str, int]:
    """An errand of two instances for each letter, in one run."""
    ids = {}
    for name in names:
        paths = [write_instance(folder, f"{name}{number}") for number in range(2)]
        ids[name] = opened.outbox.add(errand_for("PACS", paths, title=name, is_held=True))
    opened.outbox.release(ids.values())
    return ids


def sent(stepped: Stepped) -> list[str]:
    """Studies in the order in which their instances came."""
    names = {uid_of(f"{name}{number}"): name for name in "ABCDE" for number in range(2)}
    return [names[uid] for uid in stepped.uids()]


@pytest.mark.parametrize("wish", ["hold", "cancel", "remove", "redirect"])
def test_one_of_a_run_is_taken_out_at_once_and_the_rest_goes_over_the_same_association(
    tmp_path: Path, wish: str
) -> None:
    stepped = Stepped()
    with stepped.peer as peer, FakePeer() as other, open_outbox(PACS=peer.port, OTHER=other.port) as opened:
        ids = add_studies(opened, tmp_path, "ABC")
        peer.wait_for("associated")
        if wish == "redirect":
            opened.outbox.redirect([ids["B"]], "OTHER")
        else:
            getattr(opened.outbox, wish)([ids["B"]])
        if wish != "remove":
            assert opened.outbox.errand(ids["B"]).state is not ErrandState.RUNNING
        stepped.go_on.set()
        opened.wait_for(ids["C"], lambda errand: errand.is_ended)
        opened.wait_for(ids["A"], lambda errand: errand.is_ended)
        assert sent(stepped) == list("AACC")
        assert len(peer.associations) == 1
        if wish == "redirect":
            opened.wait_for_end()
            assert len(other.stores) == 2


def test_the_instance_that_is_under_way_ends_and_counts(tmp_path: Path) -> None:
    stepped = Stepped()
    with stepped.peer as peer, open_outbox(PACS=peer.port) as opened:
        ids = add_studies(opened, tmp_path, "AB")
        opened.wait_for(ids["A"], lambda errand: errand.counts.get(InstanceState.UNDER_WAY, 0) == 1)
        opened.outbox.cancel([ids["A"]])
        assert opened.outbox.errand(ids["A"]).state is ErrandState.CANCELLED
        stepped.go_on.set()
        opened.wait_for(ids["A"], lambda errand: errand.stored >= 1)
        opened.wait_for(ids["B"], lambda errand: errand.is_ended)
        stored = opened.outbox.errand(ids["A"]).stored
        assert sent(stepped) == ["A"] * stored + ["B", "B"]
        opened.outbox.retry([ids["A"]])
        opened.wait_for(ids["A"], lambda errand: errand.stored == 2)
        assert sorted(sent(stepped)) == list("AABB")


def test_what_is_sent_first_goes_before_the_rest_of_the_run(tmp_path: Path) -> None:
    stepped = Stepped()
    with stepped.peer as peer, open_outbox(PACS=peer.port) as opened:
        ids = add_studies(opened, tmp_path, "ABCD")
        peer.wait_for("associated")
        opened.wait_for(ids["A"], lambda errand: errand.counts.get(InstanceState.UNDER_WAY, 0) == 1)
        opened.outbox.send_first([ids["D"]])
        opened.outbox.move([ids["C"]], ids["B"])
        stepped.go_on.set()
        opened.wait_for_end()
        order = sent(stepped)
        assert sorted(order) == sorted("AABBCCDD")
        assert order.index("D") < order.index("C") < order.index("B")
        assert [errand.record.title for errand in opened.outbox.errands()] == ["D", "A", "C", "B"]


def test_what_hangs_is_broken_off_and_goes_again(tmp_path: Path) -> None:
    peer = FakePeer(stores=[Silence(), Status(0)])
    with peer, open_outbox(limits=OutboxLimits(longest_pause_s=0.02), PACS=peer.port) as opened:
        ids = add_studies(opened, tmp_path, "A")
        opened.wait_for(ids["A"], lambda errand: errand.counts.get(InstanceState.UNDER_WAY, 0) == 1)
        opened.outbox.abort([ids["A"]])
        (errand,) = opened.wait_for_end()
        assert errand.stored == 2


def test_a_user_tries_again_at_once_also_what_was_refused(tmp_path: Path) -> None:
    stores = [Status(0), Status(0xA900), Status(0)]
    with FakePeer(stores=stores) as peer, open_outbox(PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", write_instances(tmp_path, 2)))
        opened.wait_for_end()
        opened.outbox.retry([errand_id])
        opened.wait_for(errand_id, lambda errand: errand.stored == 2)
        assert len(peer.stores) == 3


def test_a_retry_does_not_wait_for_the_next_try(tmp_path: Path) -> None:
    busy = Reject(result=2, source=3, reason=2)
    limits = OutboxLimits(longest_pause_s=3600.0)
    with FakePeer(associate=[busy]) as peer, open_outbox(limits=limits, PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", write_instances(tmp_path, 1)))
        opened.wait_for(errand_id, lambda errand: errand.state is ErrandState.RETRYING)
        opened.peers.ports["PACS"] = (good := FakePeer()).port
        with good:
            opened.outbox.retry([errand_id])
            opened.wait_for(errand_id, lambda errand: errand.is_ended)
            assert len(good.stores) == 1


def test_a_study_goes_to_another_peer_as_well_and_keeps_its_first_result(tmp_path: Path) -> None:
    one, two = FakePeer(stores=[Status(0), Status(0xC000)]), FakePeer()
    with one, two, open_outbox(ONE=one.port, TWO=two.port) as opened:
        errand_id = opened.outbox.add(errand_for("ONE", write_instances(tmp_path, 2)))
        opened.wait_for_end()
        new = opened.outbox.redirect([errand_id], "TWO")[errand_id]
        opened.wait_for(new, lambda errand: errand.is_ended)
        assert opened.outbox.errand(new).stored == 2
        assert opened.outbox.errand(new).record.redirected_from == errand_id
        assert opened.outbox.errand(errand_id).counts == {InstanceState.STORED: 1, InstanceState.REFUSED: 1}


def test_what_waits_without_a_peer_only_gets_one(tmp_path: Path) -> None:
    with FakePeer() as peer, open_outbox(PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("", write_instances(tmp_path, 1)))
        assert opened.outbox.errand(errand_id).state is ErrandState.HELD
        assert opened.outbox.redirect([errand_id], "PACS") == {errand_id: errand_id}
        opened.outbox.release([errand_id])
        assert opened.wait_for_end()[0].stored == 1


def test_files_that_vanish_change_or_are_cut_are_told_one_by_one_and_the_rest_goes_on(tmp_path: Path) -> None:
    paths = [Path(path) for path in write_instances(tmp_path, 5)]
    with FakePeer() as peer, open_outbox(PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", paths, is_held=True))
        paths[0].unlink()
        paths[1].write_bytes(paths[2].read_bytes())
        paths[3].write_bytes(paths[3].read_bytes()[:-3])
        opened.outbox.release([errand_id])
        (errand,) = opened.wait_for_end()
        assert errand.counts == {InstanceState.NOT_SENT: 3, InstanceState.STORED: 2}
        reasons = [record.reason for record in opened.journal.instances(errand_id)]
        assert [bool(reason) for reason in reasons] == [True, True, False, True, False]
        assert "No such file" in reasons[0]
        opened.facts.wait_for(InstanceEnded, 5)


def test_a_folder_that_goes_away_costs_its_own_errand_only(tmp_path: Path) -> None:
    (stick := tmp_path / "stick").mkdir()
    (here := tmp_path / "here").mkdir()
    gone, stays = write_instances(stick, 3), write_instances(here, 2)
    with FakePeer() as peer, open_outbox(PACS=peer.port) as opened:
        ids = [opened.outbox.add(errand_for("PACS", paths, is_held=True)) for paths in (gone, stays)]
        for path in gone:
            Path(path).unlink()
        stick.rmdir()
        opened.outbox.release(ids)
        lost, stored = opened.wait_for_end()
        assert lost.counts == {InstanceState.NOT_SENT: 3}
        assert stored.stored == 2
        stick.mkdir()
        write_instances(stick, 3)
        opened.outbox.retry([lost.id])
        opened.wait_for(lost.id, lambda errand: errand.stored == 3)


def test_what_is_removed_while_it_runs_is_gone_once_what_is_under_way_has_ended(tmp_path: Path) -> None:
    stepped = Stepped()
    with stepped.peer as peer, open_outbox(PACS=peer.port) as opened:
        ids = add_studies(opened, tmp_path, "A")
        opened.wait_for(ids["A"], lambda errand: errand.counts.get(InstanceState.UNDER_WAY, 0) == 1)
        opened.outbox.remove(ids.values())
        assert not opened.facts.of(ErrandRemoved)
        stepped.go_on.set()
        opened.facts.wait_for(ErrandRemoved)
        assert not opened.outbox.errands()
        assert len(peer.associations) == 1


@pytest.mark.long
def test_thousands_of_studies_of_one_instance_are_few_associations_and_few_threads(tmp_path: Path) -> None:
    (path,) = write_instances(tmp_path, 1)
    with FakePeer() as peer, open_outbox(limits=OutboxLimits(run_instances=400), PACS=peer.port) as opened:
        ids = [opened.outbox.add(errand_for("PACS", [path], is_held=True)) for _ in range(1000)]
        before = threading.active_count()
        opened.outbox.release(ids)
        peer.wait_for("associated")
        assert threading.active_count() <= before + 4
        assert sum(errand.stored for errand in opened.wait_for_end()) == 1000
        assert len(peer.associations) == 3
