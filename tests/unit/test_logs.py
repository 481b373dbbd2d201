import threading

import pytest

from dicomdesk.logs import (
    ConsoleAppender,
    Explanation,
    Level,
    Log,
    Record,
    Route,
    console_log,
    find_level,
    prefixed_lines,
)


class Kept:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.flushes = 0
        self.is_closed = False

    def append(self, record: Record) -> None:
        self.lines.append(f"{record.level.name[0]} {record.logger} {record.text}")

    def flush(self) -> None:
        self.flushes += 1

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("name", ["fatal", "error", "warn", "info", "debug", "trace", "INFO", "Off", "all"])
def test_level_is_found_in_any_case(name: str) -> None:
    assert find_level(name) is Level[name.upper()]


@pytest.mark.parametrize("name", ["", "info ", "inherit", "NOT_SET", "warning", "verbose"])
def test_unknown_level_is_none(name: str) -> None:
    assert find_level(name) is None


def test_each_line_has_the_letter_of_its_level() -> None:
    assert prefixed_lines(Level.ERROR, "one\n\ntwo") == "E: one\nE: \nE: two\n"


@pytest.mark.parametrize(("level", "letters"), [(Level.FATAL, "F"), (Level.WARN, "FEW"), (Level.ALL, "FEWIDT")])
def test_console_shows_its_level_and_above(level: Level, letters: str, capsys: pytest.CaptureFixture[str]) -> None:
    logger = console_log(level).logger("dcmtk.apps.dcmsend")
    for write in (logger.fatal, logger.error, logger.warn, logger.info, logger.debug, logger.trace):
        write("text")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "".join(f"{letter}: text\n" for letter in letters)


def test_console_shows_lines_of_one_text_together(capsys: pytest.CaptureFixture[str]) -> None:
    console_log(Level.INFO).logger("x").info("a\nb")
    assert capsys.readouterr().err == "I: a\nI: b\n"


def test_console_appender_may_write_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    appender = ConsoleAppender(is_error_stream=False)
    appender.append(Record(Level.INFO, "x", "text", 0.0))
    appender.close()
    assert capsys.readouterr().out == "I: text\n"


def test_logger_inherits_level_and_appenders() -> None:
    root, own = Kept(), Kept()
    log = Log({"": Route(level=Level.WARN, appenders=(root,)), "dcmtk.apps": Route(appenders=(own,))})
    log.logger("dcmtk.apps.dcmsend").info("quiet")
    log.logger("dcmtk.apps.dcmsend").warn("loud")
    log.logger("dcmtk.dcmnet").error("elsewhere")
    assert own.lines == ["W dcmtk.apps.dcmsend loud"]
    assert root.lines == ["W dcmtk.apps.dcmsend loud", "E dcmtk.dcmnet elsewhere"]


def test_nearest_level_counts() -> None:
    log = Log({"": Route(level=Level.ERROR), "a": Route(level=Level.DEBUG), "a.b": Route()})
    assert log.logger("a.b.c").is_enabled(Level.DEBUG)
    assert not log.logger("x").is_enabled(Level.WARN)


def test_route_that_is_not_additive_keeps_records_to_itself() -> None:
    root, own = Kept(), Kept()
    log = Log({"": Route(level=Level.INFO, appenders=(root,)), "a": Route(appenders=(own,), is_additive=False)})
    log.logger("a.b").info("text")
    assert own.lines == ["I a.b text"]
    assert root.lines == []


def test_log_without_root_level_shows_warnings() -> None:
    assert Log({}).logger("x").level is Level.WARN


def test_batch_flushes_once() -> None:
    kept = Kept()
    log = Log({"": Route(level=Level.INFO, appenders=(kept,))})
    with log.batch():
        for number in range(5):
            log.logger("x").info(str(number))
        assert kept.flushes == 0
    assert kept.flushes == 1
    log.logger("x").info("alone")
    assert kept.flushes == 2


def test_close_closes_each_appender_once() -> None:
    kept = Kept()
    log = Log({"": Route(level=Level.INFO, appenders=(kept,)), "a": Route(appenders=(kept,))})
    log.close()
    assert kept.is_closed


def test_lines_of_two_threads_do_not_mix() -> None:
    kept = Kept()
    logger = Log({"": Route(level=Level.INFO, appenders=(kept,))}).logger("x")

    def write(letter: str) -> None:
        for _ in range(200):
            logger.info(f"{letter}\n{letter}")

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pairs = list(zip(kept.lines[::2], kept.lines[1::2], strict=True))
    assert len(pairs) == 400
    assert all(first == second for first, second in pairs)


def test_a_logger_can_have_another_level(capsys: pytest.CaptureFixture[str]) -> None:
    logger = console_log(Level.WARN).logger("a.b").with_level(Level.INFO)
    logger.info("told")
    assert (logger.name, capsys.readouterr().err) == ("a.b", "I: told\n")


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def explained_log(level: Level = Level.WARN) -> Log:
    log = console_log(level)
    log.explainer = lambda text: Explanation("Why.", "What to do.") if "known" in text else Explanation("", "")
    return log


def test_a_failure_is_followed_by_what_explains_it_once(capsys: pytest.CaptureFixture[str]) -> None:
    tool = explained_log().logger("tool")
    for text in ("unheard of", "known", "known again"):
        tool.error(text)
    assert told(capsys) == ["E: unheard of", "E: known", "W:   Why. What to do.", "E: known again"]


def test_in_a_batch_the_explanation_follows_the_last_line_of_the_failure(capsys: pytest.CaptureFixture[str]) -> None:
    log = explained_log(Level.INFO)
    tool = log.logger("tool")
    with log.batch():
        tool.error("known")
        tool.fatal("and so it ends")
        tool.info("next")
    assert told(capsys) == ["E: known", "F: and so it ends", "W:   Why. What to do.", "I: next"]


def test_held_words_explain_the_next_failure_and_are_told_where_none_comes(capsys: pytest.CaptureFixture[str]) -> None:
    log = explained_log()
    tool = log.logger("tool")
    log.hold(tool, "Better", Explanation("So it is.", "Ask."))
    tool.fatal("known")
    log.hold(tool, "Nobody asks", Explanation("", "Ask."))
    log.close()
    assert told(capsys) == ["F: known", "W:   Better. So it is. Ask.", "W:   Nobody asks. Ask."]


def test_a_log_that_does_not_explain_writes_what_failed_only(capsys: pytest.CaptureFixture[str]) -> None:
    log = explained_log()
    log.explains = False
    tool = log.logger("tool")
    tool.error("known")
    log.remark(tool, "More.")
    assert told(capsys) == ["E: known"]


def test_failures_are_remembered_even_where_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    log = explained_log(Level.OFF)
    log.logger("tool").error("known")
    assert (log.first_failure, told(capsys)) == (("known", None), [])


def test_what_is_for_the_user_alone_is_shown_by_the_console_only(capsys: pytest.CaptureFixture[str]) -> None:
    taken = Kept()
    log = Log({"": Route(level=Level.WARN, appenders=(ConsoleAppender(), taken))})
    log.remark(log.logger("tool"), "Refused.", 'The peer says: "Doe^John".')
    assert told(capsys) == ['W:   Refused. The peer says: "Doe^John".']
    assert taken.lines == ["W tool   Refused."]


def test_after_a_signal_nothing_is_explained_any_more(capsys: pytest.CaptureFixture[str]) -> None:
    log = explained_log()
    tool = log.logger("tool")
    log.hold(tool, "Late", Explanation("", "Ask."))
    tool.explain_no_more()
    tool.fatal("known")
    log.close()
    assert told(capsys) == ["F: known"]
