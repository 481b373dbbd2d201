"""Renders the window in its states to PNG files: ``python -m tests.helpers.window.screenshots FOLDER``.

Runs under Xvfb (``QT_QPA_PLATFORM=xcb``) or without any display (``QT_QPA_PLATFORM=offscreen``). Nothing is sent: the
views are fed with event lists.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import qasync
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.assets import load_assets
from dicomdesk.gui.main_window import SMALLEST
from dicomdesk.gui.theme import Theme
from tests.helpers.window.dialog_scenes import (
    check_failed,
    check_ok,
    check_running,
    listener_access,
    listener_tls,
    node_identity,
    node_plain,
    node_problem,
    node_security,
)
from tests.helpers.window.frame_scenes import closing_running, closing_waiting, problems, problems_none
from tests.helpers.window.list_scenes import (
    list_half_done,
    list_offer,
    list_preview,
    list_stopped,
    list_waiting,
)
from tests.helpers.window.peer_scenes import (
    peer_choice,
    peer_choice_several,
    peer_dialog,
    peer_dialog_limits,
    peer_secret,
    peers_checking,
    peers_damaged,
    peers_empty,
    peers_import,
    peers_many,
    peers_removed,
    peers_selected,
    peers_usual,
)
from tests.helpers.window.query_scenes import (
    query_alone_failed,
    query_busy,
    query_cut,
    query_empty,
    query_failed,
    query_huge,
    query_nothing,
    query_peers,
    query_three_levels,
)
from tests.helpers.window.receiving_scenes import (
    association_rejected,
    associations,
    associations_agreement,
    associations_check,
    associations_empty,
    associations_messages,
    associations_secure,
    delete_question,
    elements,
    listener_files,
    receive_again,
    receive_empty,
    receive_instances,
    receive_low_disk,
    receive_pictures,
    receive_secure,
    receive_thousand,
    receive_waiting,
    receiving,
)
from tests.helpers.window.retrieving_scenes import (
    look_at_image,
    look_fails,
    retrieve_diagnosis,
    retrieve_partly,
    retrieve_running,
    retrieve_with_results,
    retrieves,
)
from tests.helpers.window.rule_scenes import (
    rule_dialog,
    rule_dialog_folder,
    rule_history,
    rules_damaged,
    rules_empty,
    rules_many,
    rules_removed,
    rules_test,
    rules_troubled,
    rules_usual,
)
from tests.helpers.window.sending_scenes import (
    after_failures,
    all_held,
    busy,
    failed_row,
    first_start,
    history,
    history_empty,
    idle,
    keyboard,
    long_names,
    preflight_fine,
    preflight_mixed,
    preflight_running,
    retry_selected,
    selected_problem,
    send_secure,
    several_peers,
    several_selected,
    thousand_rows,
    waiting,
)
from tests.helpers.window.stage import Stage

USUAL = (1280, 800)
ENLARGED = (960, 540)
"""A full HD screen at 200 %."""


_PREFERRED_FONTS = ("Inter", "Noto Sans", "Cantarell", "DejaVu Sans")


SCENES: tuple[tuple[str, Callable[[Stage], None], tuple[int, int]], ...] = (
    ("first-start", first_start, USUAL),
    ("idle", idle, USUAL),
    ("waiting", waiting, USUAL),
    ("busy", busy, USUAL),
    ("send-peers", several_peers, USUAL),
    ("send-peers-narrow", several_peers, SMALLEST),
    ("send-peers-enlarged", several_peers, ENLARGED),
    ("send-retry", retry_selected, USUAL),
    ("send-selected", several_selected, USUAL),
    ("send-held", all_held, USUAL),
    ("history", history, USUAL),
    ("history-empty", history_empty, USUAL),
    ("busy-selected", selected_problem, USUAL),
    ("after-failures", after_failures, USUAL),
    ("keyboard", keyboard, USUAL),
    ("failed-row", failed_row, USUAL),
    ("thousand-rows", thousand_rows, USUAL),
    ("long-names", long_names, SMALLEST),
    ("narrow", selected_problem, SMALLEST),
    ("receive-empty", receive_empty, USUAL),
    ("receive-waiting", receive_waiting, SMALLEST),
    ("receive-busy", receiving, USUAL),
    ("receive-narrow", receiving, SMALLEST),
    ("receive-pictures", receive_pictures, USUAL),
    ("receive-again", receive_again, USUAL),
    ("receive-again-narrow", receive_again, SMALLEST),
    ("receive-again-enlarged", receive_again, ENLARGED),
    ("receive-instances", receive_instances, USUAL),
    ("receive-low-disk", receive_low_disk, USUAL),
    ("receive-low-disk-narrow", receive_low_disk, SMALLEST),
    ("receive-thousand", receive_thousand, USUAL),
    ("elements", elements, USUAL),
    ("delete-question", delete_question, USUAL),
    ("listener-files", listener_files, USUAL),
    ("associations-empty", associations_empty, USUAL),
    ("associations", associations, USUAL),
    ("associations-messages", associations_messages, USUAL),
    ("association-rejected", association_rejected, USUAL),
    ("associations-narrow", associations, SMALLEST),
    ("associations-check", associations_check, USUAL),
    ("associations-secure", associations_secure, USUAL),
    ("associations-agreement", associations_agreement, USUAL),
    ("associations-agreement-narrow", associations_agreement, SMALLEST),
    ("query-empty", query_empty, USUAL),
    ("query-nothing", query_nothing, USUAL),
    ("query-busy", query_busy, USUAL),
    ("query-three-levels", query_three_levels, USUAL),
    ("query-three-levels-narrow", query_three_levels, SMALLEST),
    ("query-peers", query_peers, USUAL),
    ("query-cut", query_cut, USUAL),
    ("query-cut-narrow", query_cut, SMALLEST),
    ("query-cut-enlarged", query_cut, ENLARGED),
    ("query-failed", query_failed, USUAL),
    ("query-alone-failed", query_alone_failed, USUAL),
    ("query-huge", query_huge, USUAL),
    ("retrieve-running", retrieve_running, USUAL),
    ("retrieve-with-results", retrieve_with_results, USUAL),
    ("retrieve-with-results-narrow", retrieve_with_results, SMALLEST),
    ("retrieves", retrieves, USUAL),
    ("retrieves-narrow", retrieves, SMALLEST),
    ("retrieve-diagnosis", retrieve_diagnosis, USUAL),
    ("retrieve-diagnosis-narrow", retrieve_diagnosis, SMALLEST),
    ("retrieve-diagnosis-enlarged", retrieve_diagnosis, ENLARGED),
    ("retrieve-partly", retrieve_partly, USUAL),
    ("look-at-image", look_at_image, USUAL),
    ("look-fails", look_fails, USUAL),
    ("node-plain", node_plain, USUAL),
    ("node-security", node_security, USUAL),
    ("node-problem", node_problem, USUAL),
    ("node-identity", node_identity, USUAL),
    ("listener-tls", listener_tls, USUAL),
    ("listener-access", listener_access, USUAL),
    ("receive-secure", receive_secure, SMALLEST),
    ("send-secure", send_secure, USUAL),
    ("check-running", check_running, USUAL),
    ("check-ok", check_ok, USUAL),
    ("check-failed", check_failed, USUAL),
    ("preflight-mixed", preflight_mixed, USUAL),
    ("preflight-narrow", preflight_mixed, SMALLEST),
    ("preflight-fine", preflight_fine, USUAL),
    ("preflight-running", preflight_running, USUAL),
    ("list-offer", list_offer, USUAL),
    ("list-preview", list_preview, USUAL),
    ("list-half-done", list_half_done, USUAL),
    ("list-waiting", list_waiting, USUAL),
    ("list-stopped", list_stopped, USUAL),
    ("peers", peers_usual, USUAL),
    ("peers-narrow", peers_usual, SMALLEST),
    ("peers-enlarged", peers_usual, ENLARGED),
    ("peers-selected", peers_selected, USUAL),
    ("rules-empty", rules_empty, USUAL),
    ("rules-usual", rules_usual, USUAL),
    ("rules-troubled", rules_troubled, SMALLEST),
    ("rules-removed", rules_removed, USUAL),
    ("rules-damaged", rules_damaged, USUAL),
    ("rules-many", rules_many, USUAL),
    ("rule-dialog", rule_dialog, USUAL),
    ("rule-dialog-folder", rule_dialog_folder, USUAL),
    ("rules-test", rules_test, USUAL),
    ("rule-history", rule_history, USUAL),
    ("peers-empty", peers_empty, USUAL),
    ("peers-checking", peers_checking, USUAL),
    ("peers-removed", peers_removed, SMALLEST),
    ("peers-many", peers_many, USUAL),
    ("peers-damaged", peers_damaged, SMALLEST),
    ("peers-import", peers_import, USUAL),
    ("peer-choice", peer_choice, USUAL),
    ("peer-choice-several", peer_choice_several, USUAL),
    ("peer-dialog", peer_dialog, USUAL),
    ("peer-secret", peer_secret, USUAL),
    ("peer-dialog-limits", peer_dialog_limits, USUAL),
    ("problems", problems, USUAL),
    ("problems-none", problems_none, USUAL),
    ("closing-running", closing_running, USUAL),
    ("closing-waiting", closing_waiting, USUAL),
)


def shoot_all(application: QApplication, folder: Path, names: set[str] | None = None) -> list[Path]:
    """Write a PNG of each scene in each theme; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_event_loop()
    theme = Theme(application, load_assets())
    written = []
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark):
        for name, play, size in SCENES:
            if names and name not in names:
                continue
            theme.follow(scheme)
            stage = Stage(application, theme, loop)
            stage.show(size)
            play(stage)
            stage.show(size)
            path = folder / f"{name}-{scheme.name.lower()}.png"
            stage.shoot(path)
            stage.close()
            written.append(path)
    return written


def use_decent_font(application: QApplication) -> None:
    """Take the first font of a desktop's kind that is installed."""
    families = set(QFontDatabase.families())
    for family in _PREFERRED_FONTS:
        if family in families:
            application.setFont(QFont(family, 10))
            return


def main() -> int:
    """Write all screenshots to the folder given; further arguments name scenes."""
    application = QApplication(sys.argv[:1])
    use_decent_font(application)
    asyncio.set_event_loop(qasync.QEventLoop(application))
    for path in shoot_all(application, Path(sys.argv[1]), set(sys.argv[2:])):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
