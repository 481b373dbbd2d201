import json
from pathlib import Path

import pytest

from dicomdesk.gui.window_state import (
    MOST_RECENT_PEERS,
    LoadedState,
    TypedPeer,
    WindowState,
    from_json,
    load_window_state,
    save_window_state,
    state_file,
    to_json,
    with_default_folder,
)

PACS = TypedPeer(ae_title="PACS", host="pacs.example", port="104")


def test_state_survives_its_file(tmp_path: Path) -> None:
    state = WindowState(view="receive", peer_ae_title="PACS", recent_peers=(PACS,), send_at_once=True)
    path = tmp_path / "new" / "window.json"
    save_window_state(path, state)
    assert load_window_state(path) == LoadedState(state=state)
    assert [found.name for found in path.parent.iterdir()] == ["window.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 100_000, "null", '{"view": 3, "recent_peers": "x"}', '{"recent_peers": [1, {}]}']
)
def test_rubbish_is_a_first_start(text: str) -> None:
    assert from_json(text) == WindowState()


def test_wrong_fields_lose_only_themselves() -> None:
    found = json.loads(to_json(WindowState(peer_host="a", view="receive")))
    found["view"] = None
    found["unknown"] = 1
    assert from_json(json.dumps(found)) == WindowState(peer_host="a")


def test_no_file_is_a_first_start(tmp_path: Path) -> None:
    assert load_window_state(tmp_path / "missing") == LoadedState(state=WindowState(), is_new=True)


@pytest.mark.parametrize(
    ("content", "view", "word"),
    [
        (b"\xff\xfe", "send", "is damaged"),
        (b"{", "send", "is damaged"),
        (b'{"format": 2, "view": "receive", "more": []}', "receive", "was written by another version"),
    ],
)
def test_file_that_is_damaged_or_newer_is_kept_aside_and_said(
    tmp_path: Path, content: bytes, view: str, word: str
) -> None:
    path = tmp_path / "window.json"
    path.write_bytes(content)
    loaded = load_window_state(path)
    assert loaded.state == WindowState(view=view)
    assert f"window.json {word}. It is kept as window.json.kept-" in loaded.problem
    assert not path.exists()
    (aside,) = tmp_path.iterdir()
    assert aside.read_bytes() == content


def test_state_of_before_files_had_a_format_is_read(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_text('{"view": "peers"}')
    assert load_window_state(path) == LoadedState(state=WindowState(view="peers"))


def test_recent_peers_are_few_and_each_is_listed_once() -> None:
    state = WindowState()
    for number in range(MOST_RECENT_PEERS + 3):
        state = state.with_recent_peer(TypedPeer(ae_title="A", host="h", port=str(number)))
    state = state.with_recent_peer(TypedPeer(ae_title="A", host="h", port="5"))
    assert len(state.recent_peers) == MOST_RECENT_PEERS
    assert [peer.port for peer in state.recent_peers][:2] == ["5", "12"]
    assert str(state.recent_peers[0]) == "A@h:5"


def test_folder_lies_in_the_home_at_first() -> None:
    assert with_default_folder(WindowState(), Path("/home/x")).listen_folder == str(Path("/home/x/DICOM"))
    assert state_file().name == "window.json"
