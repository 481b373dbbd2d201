"""All pictures of the window there are: each view empty, busy, failed and with a thousand rows, panels and dialogs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.helpers.window import (
    archive_scenes,
    dialog_scenes,
    frame_scenes,
    list_scenes,
    live_scenes,
    peer_scenes,
    query_scenes,
    receiving_scenes,
    retrieving_scenes,
    rule_scenes,
    sending_scenes,
)
from tests.helpers.window.live_stage import LiveStage
from tests.helpers.window.stage import Stage

SIZES = ((1024, 700), (1600, 1000))
THEMES = ("light", "dark")
PERCENTS = (100, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One state of one view."""

    view: str
    state: str
    play: Callable[..., None]
    stage: type[Stage] | type[LiveStage] = Stage
    is_window: bool = True
    """Whether the window itself is shown, in several sizes; a dialog has its own."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return f"{self.view}-{self.state}"


def _views(view: str, **states: Callable[[Stage], None]) -> Iterator[Shown]:
    for state, play in states.items():
        yield Shown(view=view, state=state.replace("_", "-"), play=play)


def _live(view: str, **states: Callable[[LiveStage], None]) -> Iterator[Shown]:
    for state, play in states.items():
        yield Shown(view=view, state=state.replace("_", "-"), play=play, stage=LiveStage)


def _dialogs(view: str, **states: Callable[[Stage], None]) -> Iterator[Shown]:
    for state, play in states.items():
        yield Shown(view=view, state=state.replace("_", "-"), play=play, is_window=False)


CATALOGUE: tuple[Shown, ...] = (
    *_views("send", first=sending_scenes.first_start, empty=sending_scenes.idle, ready=sending_scenes.waiting),
    *_live("send", busy=live_scenes.sending, failed=live_scenes.sending_failed),
    *_views(
        "send",
        large=sending_scenes.thousand_rows,
        peers=sending_scenes.several_peers,
        problem=sending_scenes.selected_problem,
        ended=sending_scenes.after_failures,
        keyboard=sending_scenes.keyboard,
        names=sending_scenes.long_names,
    ),
    *_views("receive", empty=receiving_scenes.receive_empty, waiting=receiving_scenes.receive_waiting),
    *_live("receive", busy=live_scenes.receiving, failed=live_scenes.receiving_failed),
    *_views(
        "receive",
        large=receiving_scenes.receive_thousand,
        again=receiving_scenes.receive_again,
        instances=receiving_scenes.receive_instances,
        low_disk=receiving_scenes.receive_low_disk,
    ),
    *_views("query", empty=query_scenes.query_empty, busy=query_scenes.query_busy),
    *_live("query", failed=live_scenes.query_failed, large=live_scenes.query_large),
    *_views(
        "query",
        nothing=query_scenes.query_nothing,
        levels=query_scenes.query_three_levels,
        peers=query_scenes.query_peers,
        retrieving=retrieving_scenes.retrieve_with_results,
        retrieves=retrieving_scenes.retrieves,
        diagnosis=retrieving_scenes.retrieve_diagnosis,
    ),
    *_live(
        "archive",
        empty=archive_scenes.archive_empty,
        busy=archive_scenes.archive_busy,
        failed=archive_scenes.archive_failed,
        large=archive_scenes.archive_large,
        usual=archive_scenes.archive_usual,
        new=archive_scenes.archive_new,
        patients=archive_scenes.archive_patients,
        conflicts=archive_scenes.archive_conflicts,
        correct=archive_scenes.archive_correct,
        remove=archive_scenes.archive_remove,
        corrections=archive_scenes.archive_corrections,
    ),
    *_views("associations", empty=receiving_scenes.associations_empty),
    *_live("associations", busy=live_scenes.associations_busy, failed=live_scenes.associations_failed),
    *_views(
        "associations",
        large=receiving_scenes.associations_many,
        contexts=receiving_scenes.associations,
        messages=receiving_scenes.associations_messages,
        agreement=receiving_scenes.associations_agreement,
        check=receiving_scenes.associations_check,
    ),
    *_views(
        "peers",
        empty=peer_scenes.peers_empty,
        busy=peer_scenes.peers_checking,
        failed=peer_scenes.peers_usual,
        large=peer_scenes.peers_many,
        selected=peer_scenes.peers_selected,
        removed=peer_scenes.peers_removed,
        damaged=peer_scenes.peers_damaged,
    ),
    *_views(
        "rules",
        empty=rule_scenes.rules_empty,
        busy=rule_scenes.rules_usual,
        failed=rule_scenes.rules_troubled,
        large=rule_scenes.rules_many,
        removed=rule_scenes.rules_removed,
        damaged=rule_scenes.rules_damaged,
    ),
    *_dialogs("history", empty=sending_scenes.history_empty, opened=sending_scenes.history),
    *_views(
        "panels",
        check=sending_scenes.preflight_mixed,
        check_fine=sending_scenes.preflight_fine,
        check_running=sending_scenes.preflight_running,
    ),
    *_views("log", lines=frame_scenes.log),
    *_dialogs(
        "dialogs",
        peer=peer_scenes.peer_dialog,
        peer_limits=peer_scenes.peer_dialog_limits,
        peer_plain=dialog_scenes.node_plain,
        peer_security=dialog_scenes.node_security,
        peer_problem=dialog_scenes.node_problem,
        peer_identity=dialog_scenes.node_identity,
        peer_choice=peer_scenes.peer_choice,
        peer_choice_several=peer_scenes.peer_choice_several,
        peers_import=peer_scenes.peers_import,
        passcode=peer_scenes.peer_secret,
        listener_tls=dialog_scenes.listener_tls,
        listener_access=dialog_scenes.listener_access,
        listener_files=receiving_scenes.listener_files,
        test_running=dialog_scenes.check_running,
        test_fine=dialog_scenes.check_ok,
        test_failed=dialog_scenes.check_failed,
        elements=receiving_scenes.elements,
        delete=receiving_scenes.delete_question,
        look=retrieving_scenes.look_at_image,
        look_failed=retrieving_scenes.look_fails,
        list_preview=list_scenes.list_preview,
        list_half_done=list_scenes.list_half_done,
        list_waiting=list_scenes.list_waiting,
        list_stopped=list_scenes.list_stopped,
        list_offer=list_scenes.list_offer,
        rule=rule_scenes.rule_dialog,
        rule_folder=rule_scenes.rule_dialog_folder,
        rule_test=rule_scenes.rules_test,
        rule_history=rule_scenes.rule_history,
        problems=frame_scenes.problems,
        problems_none=frame_scenes.problems_none,
        settings_general=frame_scenes.settings_general,
        settings_appearance=frame_scenes.settings_appearance,
        settings_network=frame_scenes.settings_network,
        settings_storage=frame_scenes.settings_storage,
        settings_log=frame_scenes.settings_log,
        settings_keyboard=frame_scenes.settings_keyboard,
        about=frame_scenes.about,
        first_start=frame_scenes.first_start,
        fault=frame_scenes.fault,
        help=frame_scenes.help_page,
        closing=frame_scenes.closing_running,
        closing_waiting=frame_scenes.closing_waiting,
    ),
)


def chosen(patterns: Sequence[str]) -> list[Shown]:
    """Return the states that are named: "send" is all of a view, "send-busy" is one, "*-failed" is any that fits."""
    if not patterns:
        return list(CATALOGUE)
    return [each for each in CATALOGUE if any(fnmatchcase(each.name, p) or each.view == p for p in patterns)]
