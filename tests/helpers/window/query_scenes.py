"""The Query/Retrieve view in its states: fed with answers instead of asking."""

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.query.cuts import Cut, CutSign
from dicomdesk.engine.query.facts import QueryAnswered, QueryEnded
from dicomdesk.engine.query.query import QueryFailure, QueryOutcome
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.errors import PeerUnreachableError
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.query.asking import Asking, Question
from dicomdesk.gui.query.flow import AskingEnded
from dicomdesk.gui.query.form.form_values import FormValues, Period
from dicomdesk.gui.query.results.matches import read_match
from dicomdesk.gui.query.results.result_nodes import ResultNode
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.data.datasets import EXPLICIT, Builder
from tests.helpers.window.stage import Stage

_FAMILIES = ("DOE", "ROE", "MILLER", "GARCIA", "NOVAK", "TANAKA", "IVANOV", "SMITH", "KELLER", "ROSSI")
_GIVEN = ("JANE", "RICK", "ANNA", "LUIS", "PETR", "YUKI", "OLGA", "JOHN", "MAX", "GINA")
_KINDS = (
    ("CT", "CT ABDOMEN W CONTRAST"),
    ("MR", "MR BRAIN"),
    ("US", "US ABDOMEN"),
    ("CR", "CHEST PA"),
    ("CT\\SR", "CT CHEST LOW DOSE"),
    ("MG", "SCREENING MAMMOGRAPHY"),
)


def asked(title: str, port: int = 104) -> AskedPeer:
    """A peer."""
    peer = Peer(host=f"{title.lower()}.example", port=port, ae_title=title)
    return AskedPeer(peer=peer, association=AssociationSettings(calling_ae_title="WS1"))


def study(
    number: int, instances: int | None = None, kind_number: int | None = None, series: int | None = None
) -> bytes:
    """An answer at study level; all people are invented."""
    kind, description = _KINDS[(number if kind_number is None else kind_number) % len(_KINDS)]
    day, hour = 1 + number * 7 % 28, 7 + number % 11
    elements = {
        0x00080020: ("DA", f"2026{1 + number * 5 % 11:02}{day:02}"),
        0x00080030: ("TM", f"{hour:02}{number * 13 % 60:02}00"),
        0x00080050: ("SH", f"A{20260000 + number}"),
        0x00080061: ("CS", kind),
        0x00081030: ("LO", description),
        0x00100010: ("PN", f"{_FAMILIES[number % 10]}^{_GIVEN[number // 10 % 10]}"),
        0x00100020: ("LO", f"{100000 + number * 37 % 900000}"),
        0x00100030: ("DA", f"19{40 + number % 55}0{1 + number % 9}{10 + number % 18}"),
        0x00100040: ("CS", "FM"[number // 10 % 10 in {1, 3, 4, 7, 8}]),
        0x0020000D: ("UI", f"2.25.1{number:06}"),
        0x00201206: ("IS", str(series if series is not None else 1 + number % 7)),
        0x00201208: ("IS", str(instances if instances is not None else 1 + number * 91 % 900)),
    }
    return _encoded(elements)


def _encoded(elements: dict[int, tuple[str, str]]) -> bytes:
    build = Builder(EXPLICIT)
    return b"".join(build.element(tag, vr, value) for tag, (vr, value) in elements.items())


def _answer(stage: Stage, asking: Asking, answers: list[bytes]) -> None:
    facts = [QueryAnswered("q", 1, 0, number, 1, 1, 0xFF00, data, EXPLICIT) for number, data in enumerate(answers, 1)]
    _take(stage, *(read_match(asking, fact) for fact in facts))


def _take(stage: Stage, *found: object) -> None:
    flow = stage.window.query.flow
    flow.take([Arrival(0.0, each) for each in found])
    while flow.is_showing:
        stage.settle()


def _end(stage: Stage, asking: Asking, cut: Cut | None = None, error: PeerUnreachableError | None = None) -> None:
    outcome = QueryOutcome(
        outcome=JobOutcome.FAILED if error else JobOutcome.COMPLETED,
        ended=(QueryEnded(job_id="q", association=1, query=0, message_id=1, status=0),),
        matches=0,
        cuts=(cut,) if cut else (),
        failure=QueryFailure.ASSOCIATION if error else None,
        error=error,
    )
    _take(stage, AskingEnded(asking, outcome))


def _begin(stage: Stage, *titles: str, values: FormValues | None = None) -> list[Asking]:
    window = stage.window
    query_empty(stage)
    window.query.header.form.set_values(values or FormValues())
    question = Question(identifier=Identifier(), level=Level.STUDY, model=QueryModel.STUDY_ROOT)
    window.query.flow.ask(question, [asked(title) for title in titles])
    return window.query.flow.askings


def _know(stage: Stage, *titles: str) -> None:
    """Peers that the address book has, and that are chosen."""
    header = stage.window.query.header
    for title in titles:
        header.access.peers.book.add(KnownPeer(name=title, ae_title=title, host=f"{title.lower()}.example", port=104))
    header.choice.choose(*titles)


def query_empty(stage: Stage) -> None:
    """Nothing was asked."""
    stage.window.sidebar.choose(stage.window.views.indexOf(stage.window.query))


def query_nothing(stage: Stage) -> None:
    """The peer has nothing that fits."""
    (asking,) = _begin(stage, "PACS", values=FormValues(patient_name="Zz", period=Period.TODAY))
    _end(stage, asking)


def query_busy(stage: Stage) -> None:
    """Answers come."""
    _know(stage, "PACS", "ARCHIVE")
    one, _ = _begin(stage, "PACS", "ARCHIVE", values=FormValues(period=Period.YEAR))
    _answer(stage, one, [study(number) for number in range(34)])


def query_three_levels(stage: Stage) -> None:
    """A study and a series are open."""
    (asking,) = _begin(stage, "PACS", values=FormValues(patient_name="Doe", period=Period.YEAR, modalities=("CT",)))
    opened = study(90, 11, 0, 3)
    _answer(stage, asking, [opened if number == 90 else study(number, None, 0) for number in range(0, 140, 10)])
    _end(stage, asking)
    query = stage.window.query
    first = next(node for node in query.flow.tree.tops() if node.unique_value(Level.STUDY) == "2.25.1000090")
    _open(stage, first, [_series(first, number) for number in (1, 2, 3)])
    series = list(first.by_key.values())[1]
    _open(stage, series, [_image(series, number) for number in range(1, 7)])
    query.view.select_node(series)


def query_peers(stage: Stage) -> None:
    """Three peers, of which two have the same studies."""
    _know(stage, "PACS", "ARCHIVE", "CLINIC")
    one, two, three = _begin(stage, "PACS", "ARCHIVE", "CLINIC", values=FormValues(period=Period.YEAR))
    _answer(stage, one, [study(number) for number in range(14)])
    _answer(stage, two, [study(number, instances=60) for number in range(8, 26)])
    _answer(stage, three, [study(number) for number in range(30, 34)])
    for asking in (one, two, three):
        _end(stage, asking)


def query_cut(stage: Stage) -> None:
    """Exactly five hundred answers."""
    (asking,) = _begin(stage, "PACS", values=FormValues(period=Period.YEAR))
    _answer(stage, asking, [study(number) for number in range(500)])
    text = "Exactly 500 answers: there may be more"
    _end(stage, asking, cut=Cut(sign=CutSign.ROUND, matches=500, text=text))


def query_failed(stage: Stage) -> None:
    """One peer cannot be reached, the other answers."""
    _know(stage, "PACS", "ARCHIVE")
    one, two = _begin(stage, "PACS", "ARCHIVE", values=FormValues(patient_name="Doe"))
    _answer(stage, two, [study(number) for number in (0, 10, 20)])
    _end(stage, two)
    _end(stage, one, error=PeerUnreachableError("nobody listens at pacs.example, port 104: connection refused"))


def query_alone_failed(stage: Stage) -> None:
    """The only peer cannot be reached."""
    (asking,) = _begin(stage, "PACS", values=FormValues(patient_id="123"))
    _end(stage, asking, error=PeerUnreachableError("nobody listens at pacs.example, port 104: connection refused"))


def query_huge(stage: Stage) -> None:
    """Ten thousand studies."""
    (asking,) = _begin(stage, "PACS", values=FormValues(further="StationName=CT1"))
    _answer(stage, asking, [study(number) for number in range(10_000)])
    _end(stage, asking)
    stage.window.query.view.select_nodes(list(stage.window.query.flow.tree.ordered()[2:6]))


def _open(stage: Stage, node: ResultNode, answers: list[bytes]) -> None:
    query = stage.window.query
    query.view.expand_node(node)
    (asking,) = query.flow.askings_below(node)
    _answer(stage, asking, answers)
    _end(stage, asking)


def _series(node: ResultNode, number: int) -> bytes:
    descriptions = ("Topogram", "Abdomen 1.0 B30f", "Abdomen 5.0 cor")
    elements = {
        0x00080060: ("CS", "CT"),
        0x0008103E: ("LO", descriptions[number - 1]),
        0x0020000D: ("UI", node.unique_value(Level.STUDY)),
        0x0020000E: ("UI", f"{node.unique_value(Level.STUDY)}.{number}"),
        0x00200011: ("IS", str(number)),
        0x00201209: ("IS", str((1, 6, 4)[number - 1])),
    }
    return _encoded(elements)


def _image(node: ResultNode, number: int) -> bytes:
    uid = node.unique_value(Level.SERIES)
    elements = {
        0x00080016: ("UI", "1.2.840.10008.5.1.4.1.1.2"),
        0x00080018: ("UI", f"{uid}.{number}"),
        0x0020000E: ("UI", uid),
        0x00200013: ("IS", str(number)),
    }
    return _encoded(elements)
