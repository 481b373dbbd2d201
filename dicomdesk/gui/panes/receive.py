"""The Receive view: listen, and watch studies arrive."""

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMenu

from dicomdesk.engine.reach.calling_card import address_words, calling_card
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest
from dicomdesk.errors import DicomdeskError, KeyPassPhraseError, SettingsError
from dicomdesk.gui.commands.command import FIND, FIND_KEYS, REFRESH, Offer, offer_commands
from dicomdesk.gui.controls.buttons import PrimaryButton, menu_button, plain_button
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field, line_of_fields, word_before
from dicomdesk.gui.dialogs.access_words import access_sentence
from dicomdesk.gui.dialogs.listener import ListenerDialog
from dicomdesk.gui.dialogs.profile import ProfileDialog
from dicomdesk.gui.entries.checks import ae_title_problem, folder_problem, port_problem
from dicomdesk.gui.entries.storing_entry import storage_of
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.panels.details import Action, Details, DetailsStrip
from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.panes import receive_details
from dicomdesk.gui.panes.peer_setup import settings_problem
from dicomdesk.gui.panes.receive_flow import ReceiveFlow
from dicomdesk.gui.peers.choice import PeerChoice
from dicomdesk.gui.questions.file_dialogs import ask_folder
from dicomdesk.gui.receive.picture_box import PictureBox
from dicomdesk.gui.receive.received_list import ReceivedList
from dicomdesk.gui.receive.row_actions import widest
from dicomdesk.gui.receive.senders import SenderNames
from dicomdesk.gui.retrieve.listening import ListenerTerms
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import Badge, View, WantedAssociation
from dicomdesk.gui.window_state import WindowState
from dicomdesk.gui.wording import plain_tip
from dicomdesk.settings import LARGE_MAX_PDU_BYTES, ProfileSelection, TlsSettings

EVERYTHING, ECHO_ONLY, PROFILE = "everything", "echo", "profile"
_DETAILS_HEIGHT = 150
"""For three lines and a picture beside them."""
_ACCEPT = (EVERYTHING, ECHO_ONLY, PROFILE)


class ReceivePane(View):
    """View that starts the listener and shows the studies that arrive."""

    key = "receive"
    archive_wanted = Signal(int)
    """The archive is to receive, on this port where its configuration says none."""

    def __init__(
        self, theme: Theme, session: Session, tasks: Tasks, state: WindowState, access: SecurityAccess
    ) -> None:
        super().__init__()
        self._access = access
        self._is_preparing = False
        self._is_editing = False
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._names = SenderNames(access.peers.book.peers)
        self._chosen: list[Node] = []
        """Rows that are selected, without those that are below others."""
        self._notice: Details | None = None
        self._is_listening = False
        self._has_listened = state.has_listened
        self._listens_at_start = state.listens_at_start
        self._storing = storage_of(state)
        """How files are named and sorted; the folder is that of the header."""
        self._is_program_start = False
        """Whether nobody has pressed Start: the program wishes to listen."""
        self._profile = (state.profile_file, state.profile_name)
        self.flow = ReceiveFlow(session, tasks, self)
        self.ae_title = Field(self.tr("Our own AE title"), ae_title_problem, text=state.listen_ae_title)
        self.port = Field(self.tr("Port to listen on"), port_problem, text=state.listen_port)
        self.folder = Field(
            self.tr("Folder for what is received"), folder_problem, text=state.listen_folder, hint=self.tr("folder")
        )
        self._listens_as = (self.ae_title.value(), access.store.settings.listener)
        """AE title and security of the listener as it was begun, whatever is typed or saved since."""
        self._fields = (self.ae_title, self.port, self.folder)
        self.accept = Combo(theme, [self.tr("Everything"), self.tr("Echo only"), self.tr("Profile…")])
        self.accept.setCurrentIndex(_ACCEPT.index(state.accept) if state.accept in _ACCEPT else 0)
        self.list = ReceivedList(theme, tasks, self.flow.model, self.flow.studies, access.peers)
        self.view, self.filters, self.area = self.list.view, self.list.filters, self.list.area
        self.picture = PictureBox(theme)
        self.details = DetailsStrip(theme, self.picture)
        self.details.setFixedHeight(_DETAILS_HEIGHT)
        self._lay_out()
        self._connect()
        self.flow.watch_folder(self.folder.value())
        self._show_security()
        self._show_all()

    def badge(self) -> Badge:
        return Badge(count=self.flow.studies.arriving)

    def end(self) -> None:
        self.list.end()
        self.flow.save_totals()

    def add_figures(self, figures: Figures) -> Figures:
        return replace(figures, listening_as=self.listening_as, free_bytes=self.flow.free_bytes)

    def adopt(self, state: WindowState) -> None:
        self._listens_at_start, self._storing = state.listens_at_start, storage_of(state)
        texts = (state.listen_ae_title, state.listen_port, state.listen_folder)
        for field, text in zip(self._fields, texts, strict=True):
            if field.value() != text:
                field.setText(text)
        if not self._session.is_receiving:
            self.flow.watch_folder(self.folder.value())
        self._show_all()

    def remember(self, state: WindowState) -> WindowState:
        return replace(
            state,
            listen_ae_title=self.ae_title.value(),
            listen_port=self.port.value(),
            listen_folder=self.folder.value(),
            has_listened=self._has_listened,
            listens_at_start=self._listens_at_start,
            listen_sub_folders=self._storing.sub_folders.value,
            listen_extension=self._storing.extension,
            accept=_ACCEPT[self.accept.currentIndex()],
            profile_file=self._profile[0],
            profile_name=self._profile[1],
        )

    @property
    def listening_as(self) -> str:
        """ "AE:port", or "" while nobody listens."""
        return f"{self._listens_as[0]}:{self._session.listening_port}" if self._session.is_receiving else ""

    def show_problem(self, row: Hashable) -> None:
        if isinstance(row, Node):
            self.filters.search.clear()
            self.filters.chips.choose(0)
            self.view.select_node(row)

    # Building.

    def _lay_out(self) -> None:
        places = QMenu(self)
        places.addAction(self.tr("Choose the &folder…"), self._on_choose)
        places.addAction(self.tr("Receive into the &archive"), self._on_archive)
        self.choose = menu_button(self._theme, "", "folder", places, self.tr("Where what is received goes"))
        self.primary = PrimaryButton(self._theme, self._on_primary)
        self.security_button = plain_button(self._theme, "", "lock-open", self._on_security, self.tr("Settings"))
        fields = (
            (self.tr("Listen &as"), self.ae_title, 90, 150),
            (self.tr("&port"), self.port, 62, 62),
            (self.tr("&into"), self.folder, 110, 420),
        )
        header = line_of_fields(fields)
        self.port.fit_port()
        header.addWidget(self.choose)
        self.accept.setAccessibleName(self.tr("What is accepted"))
        header.addWidget(word_before(self.tr("ta&ke"), self.accept))
        header.addWidget(self.accept)
        header.addWidget(self.security_button)
        header.addStretch(1)
        header.addWidget(self.primary)
        top = column_of(header, self.filters, margins=HEADER_MARGINS, spacing=12)
        self.empty = self.list.empty
        self.empty_button = plain_button(self._theme, self.tr("&Start listening"), "start", self._on_primary)
        self.empty.set_buttons([self.empty_button])
        column_of(top, (self.list, 1), self.details, inside=self)

    def _connect(self) -> None:
        self.flow.changed.connect(self._show_all)
        self.flow.failed.connect(self._on_failed)
        self._session.changed.connect(self._on_session)
        self._session.second_passed.connect(self._on_second)
        self.flow.refused.connect(self._on_refused)
        self._access.store.changed.connect(self._show_security)
        self._access.peers.changed.connect(self._on_book)
        self.view.selection_changed.connect(self._on_selected)
        self.list.actions_of_rows.clearing_wanted.connect(self._on_clear)
        self.list.actions_of_rows.told.connect(self._on_told)
        self.list.actions_of_rows.sending_wanted.connect(self.sending_wanted)
        self.list.actions_of_rows.book_wanted.connect(self.peers_wanted)
        self.list.pictures_changed.connect(self._show_picture)
        self.list.warning.folder_wanted.connect(self._on_disk)
        for field in self._fields:
            field.checked.connect(self._on_typed)
        self.folder.editingFinished.connect(lambda: self.flow.watch_folder(self.folder.value()))
        self.accept.activated.connect(self._on_accept)
        offers = (
            Offer("listen", self.tr("&Start or stop listening"), self._on_primary, "Ctrl+Return"),
            Offer("settings", self.tr("Settings of the &listener…"), self._on_security, "Ctrl+K"),
            Offer("choose-folder", self.tr("&Choose the folder…"), self._on_choose),
            Offer("into-archive", self.tr("Receive into the &archive"), self._on_archive),
            Offer("open-folder", self.tr("&Open the folder"), self._on_disk),
            Offer("clear", self.tr("Clear &finished"), self._on_clear),
            Offer("copy-card", self.tr("Copy what the other side has to &enter"), self._copy_card),
            Offer(REFRESH, self.tr("See &again how much room is left"), self.flow.look_at_disk, "F5"),
            Offer(FIND, self.tr("F&ind in the list"), self.filters.search.setFocus, FIND_KEYS),
        )
        offer_commands(self, offers)

    # Showing.

    def _on_session(self) -> None:
        is_listening = self._session.is_receiving
        if is_listening and not self._is_listening:
            self._listens_as = (self.ae_title.value(), self._access.store.settings.listener)
            if self.flow.is_wanted:
                self._has_listened = True
                self.state_changed.emit()
        self._is_listening = is_listening
        self._show_all()

    def _show_all(self) -> None:
        is_listening = self._session.is_receiving
        self.list.show_counts()
        for widget in (self.ae_title, self.port, self.folder, self.choose, self.accept, self.security_button):
            widget.setEnabled(not is_listening and not self.flow.is_starting)
        self._show_primary()
        self._show_empty()
        self._show_details()

    def _show_primary(self) -> None:
        if not self._session.is_receiving:
            tip = self.tr("Listen for associations (Ctrl+Return)")
            is_enabled = not self.flow.is_starting
            self.primary.show_action(self.tr("Start"), "start", tip, is_enabled=is_enabled)
        elif self._session.is_stopping_receive:
            self.primary.show_action(self.tr("Stop now"), "stop", self.tr("Abort all associations"))
        else:
            tip = self.tr("Take no more associations, let open ones end (Ctrl+Return)")
            self.primary.show_action(self.tr("Stop"), "stop", tip)

    def _show_empty(self) -> None:
        if self.listening_as:
            self.empty.set_words(
                self.tr("Waiting for the first study"),
                self.tr("What arrives is shown here while it arrives."),
            )
        else:
            self.empty.set_words(
                self.tr("Receive studies from modalities and PACS"),
                self.tr("Start listening, then let the other side send to this AE title and port."),
            )
        self.empty_button.setVisible(not self.listening_as)

    def _show_details(self) -> None:
        self._show_picture()
        node = self._chosen[0] if self._chosen else None
        if self._notice is not None:
            self.details.show_details(self._notice)
        elif len(self._chosen) > 1:
            self.details.show_details(self.list.actions_of_rows.describe_many(self._chosen))
        elif node is not None:
            described = receive_details.describe_received(node, self._names)
            self.details.show_details(replace(described, actions=self.list.actions_of_rows.offered(node)))
        else:
            progress = self._session.receive_progress()
            associations = progress.associations if progress else 0
            is_stopping = self._session.is_stopping_receive
            described = receive_details.describe_listener(
                self.listening_as,
                associations,
                self.flow.studies,
                self._listens_as[1],
                is_stopping=is_stopping,
                addresses=self.flow.addresses,
            )
            copy = Action(word=self.tr("Copy for the other side"), run=self._copy_card, icon="copy")
            offers = [copy] if self.listening_as and not is_stopping else []
            self.details.show_details(replace(described, actions=offers))

    def _copy_card(self) -> None:
        """Copy what the administrator of the other side has to enter."""
        ae_title, security = self._listens_as
        address = address_words(self.flow.addresses)
        card = calling_card(ae_title, address, self._session.listening_port, has_tls=security.uses_tls)
        QGuiApplication.clipboard().setText(card)

    # Doing.

    def start_with_program(self) -> None:
        """Listen as before, where that is wished for: whatever prevents it is said, and nothing is asked."""
        is_ready = not any(field.problem() for field in self._fields) and not self._session.is_receiving
        if self._has_listened and self._listens_at_start and is_ready:
            self._is_program_start = True
            self._begin()

    def _on_primary(self) -> None:
        self._is_program_start = False
        self._begin()

    def _begin(self) -> None:
        self._notice = None
        store = self._access.store
        if self._session.is_receiving:
            self.flow.stop()
        elif not all(field.insist() for field in self._fields):
            problem = next(field.problem() for field in self._fields if field.problem())
            self._notice = Details(title=problem, icon="warning", tone=Tone.WARNING)
            self._show_all()
        elif store.problem:
            self._notice = replace(
                receive_details.describe_lost_security(store.problem),
                actions=[Action(word=self.tr("Security…"), run=self._on_security, icon="lock")],
            )
            self._show_all()
        elif store.settings.listener.uses_tls:
            if not self._is_preparing:
                self._tasks.start(self._prepare())
        else:
            self._listen(None)

    async def _prepare(self) -> None:
        """Load certificate and key, asking for a pass phrase where one is needed, then listen."""
        self._is_preparing = True
        try:
            settings = self._access.store.settings.listener.tls
            if self._is_program_start and not await self._is_key_at_hand(settings):
                return
            tls = await self._access.credentials.open_tls(settings, self, is_acceptor=True)
        except SettingsError as error:
            self._notice = settings_problem(str(error))
            self._show_all()
        else:
            if tls is not None and not self._session.is_receiving:
                self._listen(tls)
        finally:
            self._is_preparing = False

    async def _is_key_at_hand(self, settings: TlsSettings) -> bool:
        """Whether the listener's key opens without a question; else that is said."""
        try:
            await self._access.credentials.try_tls(settings, is_acceptor=True)
        except KeyPassPhraseError:
            self._notice = receive_details.describe_locked_key()
            self._show_all()
            return False
        return True

    def _listen(self, tls: TlsSettings | None) -> None:
        self.flow.watch_folder(self.folder.value())
        request = self.request()
        self.flow.listen(replace(request, acceptance=replace(request.acceptance, tls=tls)))
        self.state_changed.emit()

    def _on_security(self) -> None:
        if self.security_button.isEnabled() and not self._is_editing:
            self._tasks.start(self._edit_security())

    async def _edit_security(self) -> None:
        self._is_editing = True
        try:
            listener = self._access.store.settings.listener
            storage = replace(self._storing, folder=Path(self.folder.value()))
            credentials = self._access.credentials
            dialog = ListenerDialog(self._theme, self._tasks, credentials, listener, self, storage=storage)
            choice = PeerChoice(self._theme, self._access.peers, keeps_word=False)
            choice.chosen.connect(lambda peer: dialog.access.add_title(peer.ae_title))
            choice.book_wanted.connect(self.peers_wanted)
            dialog.access.put_choice(choice)
            dialog.starts.setChecked(self._listens_at_start)
            if await self._tasks.ask(dialog):
                self._access.store.keep_listener(dialog.security())
                self._listens_at_start, self._storing = dialog.starts.isChecked(), dialog.storing.value()
                self.state_changed.emit()
                self._notice = None
                self._show_all()
        finally:
            self._is_editing = False

    def _on_refused(self, details: Details, wanted: WantedAssociation) -> None:
        show = Action(
            word=self.tr("Show associations"), run=lambda: self.association_wanted.emit(wanted), icon="associations"
        )
        self._notice = replace(details, actions=[show])
        self._show_all()

    def _show_security(self) -> None:
        listener = self._access.store.settings.listener
        tone = Tone.ACTIVE if listener.uses_tls else Tone.QUIET
        self._theme.keep_icon(self.security_button, "lock" if listener.uses_tls else "lock-open", tone)
        said = access_sentence(listener)
        what = self.tr("Settings of the listener: encryption, who may send, names of files (Ctrl+K)")
        self.security_button.setToolTip(plain_tip(f"{what}\n{said}"))
        self.security_button.setAccessibleName(self.tr("Settings of the listener"))
        self.security_button.setAccessibleDescription(said)

    def request(self) -> ReceiveRequest:
        """Return the request as typed; only when the fields are well."""
        accept = _ACCEPT[self.accept.currentIndex()]
        file, name = self._profile
        return ReceiveRequest(
            port=int(self.port.value()),
            acceptance=Acceptance(
                accept_all=accept == EVERYTHING,
                profile=ProfileSelection(file=Path(file).expanduser(), name=name) if accept == PROFILE else None,
                max_pdu_bytes=LARGE_MAX_PDU_BYTES,
                access=self._access.store.settings.listener.access,
            ),
            storage=replace(self._storing, folder=Path(self.folder.value()).expanduser()),
        )

    def listener_terms(self) -> ListenerTerms | None:
        """Return how this machine listens, or would listen; None where something that is typed is wrong."""
        if any(field.problem() for field in self._fields):
            return None
        return ListenerTerms(ae_title=self.ae_title.value(), request=self.request())

    async def prepare_listener(self) -> ReceiveRequest | None:
        """Return the request with its secrets, which may be asked for; None where that was given up.

        Raises SettingsError where a file of the listener's security cannot be used.
        """
        store = self._access.store
        if store.problem:
            raise SettingsError(store.problem)
        request, tls = self.request(), None
        if store.settings.listener.uses_tls:
            tls = await self._access.credentials.open_tls(store.settings.listener.tls, self, is_acceptor=True)
            if tls is None:
                return None
        return replace(request, acceptance=replace(request.acceptance, tls=tls))

    def _on_failed(self, error: DicomdeskError | OSError) -> None:
        details = receive_details.describe_start_failure(error)
        if self._is_program_start:
            said = self.tr("It was to listen with the program.")
            details = replace(details, text=f"{said} {details.text}")
        self._notice = details
        self._show_all()

    def _on_typed(self) -> None:
        """What was said of other entries holds no longer."""
        self._notice = None
        self._show_details()
        self.state_changed.emit()

    def _on_selected(self) -> None:
        chosen = widest(self.view.selected_nodes())
        if chosen != self._chosen:
            self._chosen, self._notice = chosen, None
            self._show_details()

    def _on_archive(self) -> None:
        self.archive_wanted.emit(int(self.port.value()) if not self.port.problem() else 0)

    def _on_choose(self) -> None:
        self._tasks.start(self._choose())

    async def _choose(self) -> None:
        title = self.tr("Folder for what is received")
        folder = await ask_folder(self._tasks, self, title, self.folder.value())
        if folder:
            self.folder.setText(folder)
            self.flow.watch_folder(folder)

    def _on_accept(self, number: int) -> None:
        self._notice = None
        self._show_details()
        if _ACCEPT[number] == PROFILE:
            self._tasks.start(self._choose_profile())
        self.state_changed.emit()

    async def _choose_profile(self) -> None:
        dialog = ProfileDialog(self._theme, self._tasks, *self._profile, self)
        if await self._tasks.ask(dialog):
            self._profile = (dialog.file.value(), dialog.name.value())
        elif not all(self._profile):
            self.accept.setCurrentIndex(0)
        self.state_changed.emit()

    def _on_clear(self) -> None:
        self.flow.studies.clear_finished()
        self._show_all()

    def _on_second(self) -> None:
        self.list.show_later_rows()
        self.list.warning.show_disk(self.flow.free_bytes, self.folder.value(), self.flow.storage)
        self._show_all()

    def _on_book(self) -> None:
        self._names = SenderNames(self._access.peers.book.peers)
        self._show_details()

    def _on_told(self, details: Details) -> None:
        self._notice = details
        self._show_all()

    def _on_disk(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.folder.value()))

    def _show_picture(self) -> None:
        node = self._chosen[0] if len(self._chosen) == 1 else None
        if node is None or self._notice is not None:
            self.picture.hide()
        else:
            self.picture.show_picture(*self.list.pictures.large(node))
