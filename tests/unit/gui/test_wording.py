import pytest
from PySide6.QtGui import QTextDocument

from dicomdesk.engine.events import ContextResult, NegotiatedContext
from dicomdesk.gui import wording

CT = "1.2.840.10008.5.1.4.1.1.2"
JPEG_2000 = "1.2.840.10008.1.2.4.91"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("DOE^JANE", "DOE, JANE"),
        ("DOE^JANE^M^Dr.^PhD", "DOE, JANE M Dr. PhD"),
        ("DOE", "DOE"),
        ("^JANE", "JANE"),
        ("", ""),
        ("^^^^", ""),
        ("=山田^太郎", "山田, 太郎"),
        ("A^B=C^D", "A, B"),
        ("A\nB^C", "A\\nB, C"),
    ],
)
def test_person_names_are_read_as_people_do(value: str, text: str) -> None:
    assert wording.person_name_text(value) == text


@pytest.mark.parametrize(
    ("text", "said"), [("", ""), ("gone", "gone."), ("Gone.", "Gone."), ("Why?", "Why?"), ("No!", "No!")]
)
def test_a_sentence_ends_once(text: str, said: str) -> None:
    assert wording.sentence(text) == said


@pytest.mark.parametrize(("count", "text"), [(0, "0 instances"), (1, "1 instance"), (1200, "1,200 instances")])
def test_one_is_no_plural(count: int, text: str) -> None:
    assert wording.instances_text(count) == text


def test_only_the_first_letter_is_made_a_capital() -> None:
    assert [wording.capitalised(text) for text in ("", "the Peer", "/a")] == ["", "The Peer", "/a"]


@pytest.mark.parametrize(("value", "text"), [("20261120", "2026-11-20"), ("", ""), ("2026.11.20", "2026.11.20")])
def test_dates_have_dashes(value: str, text: str) -> None:
    assert wording.date_text(value) == text


def test_sop_classes_have_names() -> None:
    assert wording.sop_class_text(CT) == "CT Image"
    assert wording.sop_class_text("1.2.3") == "1.2.3"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 ms"), (0.012, "12 ms"), (1.26, "1.3 s"), (59.96, "1:00"), (185, "3:05"), (3723, "1:02:03")],
)
def test_elapsed_time_takes_the_unit_that_fits(seconds: float, text: str) -> None:
    assert wording.elapsed_text(seconds) == text


@pytest.mark.parametrize("result", list(ContextResult))
@pytest.mark.parametrize("by_us", [True, False])
def test_each_result_has_a_word_and_a_sentence(result: ContextResult, *, by_us: bool) -> None:
    context = NegotiatedContext(
        context_id=1,
        abstract_syntax=CT,
        proposed_transfer_syntaxes=(JPEG_2000,),
        result=result,
        accepted_transfer_syntax=JPEG_2000 if result is ContextResult.ACCEPTED else None,
    )
    sentence = wording.context_reason(context, by_us=by_us)
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert wording.context_result_word(context)
    assert context.is_accepted or sentence.startswith("We" if by_us else "The peer")


def test_encoding_refused_names_the_encoding() -> None:
    context = NegotiatedContext(
        context_id=1,
        abstract_syntax=CT,
        proposed_transfer_syntaxes=(JPEG_2000,),
        result=ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED,
        accepted_transfer_syntax=None,
    )
    assert "JPEG 2000" in wording.context_reason(context, by_us=False)


@pytest.mark.parametrize(("status", "text"), [(0, "0000"), (0x0122, "0122"), (0xA700, "A700"), (None, "")])
def test_status_is_written_as_in_the_standard(status: int | None, text: str) -> None:
    assert wording.status_code_text(status) == text


def test_counts_and_transfer_syntaxes_have_words() -> None:
    assert wording.count_text(12400) == "12,400"
    assert wording.transfer_syntax_text("1.2.840.10008.1.2.1") != ""


@pytest.mark.parametrize("text", ["<img src='file:///x'>", "a &lt; b", "<b>bold</b>\nsecond line"])
def test_words_of_a_peer_are_no_html_in_a_tip(text: str) -> None:
    document = QTextDocument()
    document.setHtml(wording.plain_tip(text))
    assert document.toPlainText().replace("\u2028", "\n") == text


def test_usual_words_are_their_own_tip() -> None:
    assert wording.plain_tip("Refused: OutOfResources\n5 > 4") == "Refused: OutOfResources\n5 > 4"
