"""The report as a page: the summary first, nothing from elsewhere, nothing of others that is more than text."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.states import CommitmentState, judge_outcome
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.delivery.report_page import page_pieces
from dicomdesk.engine.events import InputSkipped, ItemOutcome, JobOutcome
from tests.helpers.jobs.sample_reports import AT, CT, record, report

HOSTILE = st.text(max_size=30) | st.sampled_from(
    ("<script>alert(1)</script>", "</td></tr></table>", '" onload="x', "&amp;<b>", "\u202eevil", "<!--", "\x00\x1b[2J")
)
VOID = {"meta", "br"}
KNOWN = {
    "html",
    "head",
    "title",
    "style",
    "body",
    "h1",
    "h2",
    "p",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "bdi",
    "span",
}


class Reader(HTMLParser):
    """Reads a page, which must be balanced and made of known elements; collects its text by element."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN | VOID, tag
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(some: Report) -> Reader:
    reader = Reader()
    reader.feed("".join(page_pieces(some, AT)))
    reader.close()
    assert reader.open == []
    return reader


def text_of(some: Report) -> str:
    return " ".join(text for element, text in read(some).texts if element != "style")


def test_the_summary_comes_first_then_what_needs_attention_then_all() -> None:
    refused = record(
        2, path="bad.dcm", outcome=ItemOutcome.REFUSED, status=0xA700, reason="The peer is out of resources."
    )
    skipped = InputSkipped(job_id="j", path="x.txt", reason="no DICOM file")
    text = text_of(report(record(), refused, skipped=(skipped,), job_outcome=JobOutcome.FAILED, failure="It broke"))
    parts = ["1 of 2 instances stored by the peer.", "It broke", "What needs attention (1)", "bad.dcm"]
    parts += ["Inputs that were not taken (1)", "x.txt", "All instances (2)", "d/ct.dcm", "bad.dcm"]
    place = 0
    for part in parts:
        place = text.index(part, place) + 1


def test_sent_stored_and_committed_are_told_apart() -> None:
    commitments = {Reference(CT, "1.2.3"): judge_outcome(0, "", may_come=False)}
    some = report(
        record(), record(2, sop_instance_uid="1.2.4"), record(3, outcome=ItemOutcome.NOT_SENT), commitments=commitments
    )
    text = text_of(some)
    assert "2 of 3 instances stored by the peer, 1 committed." in text
    assert some.count_commitments()[CommitmentState.NOT_ASKED] == 2


def test_a_page_has_no_part_from_elsewhere() -> None:
    page = "".join(page_pieces(report(record()), AT))
    assert "default-src 'none'" in page
    assert not {"src", "href", "onload", "onclick"} & read(report(record())).attributes
    assert "http://" not in page
    assert "https://" not in page
    assert "url(" not in page


@given(HOSTILE, HOSTILE, HOSTILE)
def test_text_of_others_is_text(path: str, uid: str, reason: str) -> None:
    skipped = InputSkipped(job_id="j", path=path, reason=reason)
    item = record(path=path, sop_instance_uid=uid, reason=reason, outcome=ItemOutcome.REFUSED)
    reader = read(report(item, skipped=(skipped,), failure=reason, called_ae_title=uid))
    assert reader.attributes <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "cellspacing",
        "cellpadding",
    }
    assert all(character.isprintable() or character == "\n" for element, text in reader.texts for character in text)
