"""What ``route`` says instead of carrying rules out: the rules, what they would do, and what they have done."""

import os
from collections.abc import Iterator
from datetime import datetime

from dicomdesk.cli.dcmrecv.lines import receive_words
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.route.json_lines import RouteJsonReporter
from dicomdesk.cli.route.options import RouteOptions
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.engine.routing.peer_lookup import PeerLookup
from dicomdesk.engine.routing.route_book import RouteBook
from dicomdesk.engine.routing.targets import TargetFinder
from dicomdesk.engine.routing.trial import MOST_FILES, TrialLine, TrialStudy, try_rules
from dicomdesk.engine.rules.conditions import Sender
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.engine.rules.folder_watch import list_files
from dicomdesk.engine.rules.rule import Rule, RuleSet, describe_rule
from dicomdesk.errors import JournalError
from dicomdesk.human import count_text, error_text, printable
from dicomdesk.logs import Logger

__all__ = ["Answers"]


class Answers:
    """Answers to ``--list``, ``--test`` and ``--history``."""

    def __init__(self, options: RouteOptions, rules: RuleSet, peers: PeerLookup, tool: Logger) -> None:
        self._options = options
        self._rules = rules
        self._peers = peers
        self._tool = tool
        self._json = RouteJsonReporter(receive_words) if options.writes_json else None
        self._journal: Journal = MemoryJournal()
        self._book = RouteBook(self._journal)

    def answer(self) -> int:
        """Write what is asked for to stdout; returns the exit code."""
        self._open_journal()
        try:
            if self._options.lists:
                return self._list()
            return self._show_history() if self._options.history else self._try()
        finally:
            self._journal.close()

    def _open_journal(self) -> None:
        """Use what the rules have kept, where there is something and nobody else uses it."""
        path = self._options.journal
        if not path.exists():
            return
        try:
            self._journal = SqliteJournal(str(path), is_made=False)
        except JournalError as error:
            self._tool.warn(f"what rules did before is not known: {printable(str(error))}")
            return
        self._book = RouteBook(self._journal)

    # -- the rules

    def _list(self) -> int:
        for rule in self._rules.rules:
            last = self._book.last_done(rule)
            text = printable(describe_rule(rule))
            if self._json is not None:
                is_today = last is not None and last.at.date() == datetime.now().astimezone().date()
                self._json.write(
                    "rule",
                    {
                        "name": rule.name,
                        "on": rule.is_on,
                        "text": text,
                        "last_at": None if last is None else last.at.isoformat(),
                        "last": "" if last is None else last.text,
                        "instances_today": last.instances if last is not None and is_today else 0,
                        "studies_today": last.studies if last is not None and is_today else 0,
                    },
                )
                continue
            did = "" if last is None else f"\n    last {last.at:%Y-%m-%d %H:%M}: {printable(last.text)}"
            unknown = [str(one) for one in rule.destinations if one.peer is None and self._peers.find(one.name) is None]
            missing = f"\n    no peer is called {', '.join(map(printable, unknown))}" if unknown else ""
            write_stdout(f"{printable(rule.name)}{'' if rule.is_on else ' (off)'}\n    {text}{missing}{did}\n")
        return int(ExitCode.SUCCESS)

    # -- trying

    def _try(self) -> int:
        rules = [rule for rule in self._rules.rules if rule.is_on]
        calling, called, address = self._options.test_sender
        finder = TargetFinder(self._peers.find, lambda: 0)
        trial = try_rules(
            rules,
            ((path, Sender(calling, called, address)) for path in self._files()),
            find_target=finder.find,
            history=self._book.judge,
        )
        for path, reason in trial.unusable:
            if not os.path.lexists(path):
                self._tool.error(f"{printable(path)}: {printable(reason)}")
            elif self._json is None:
                self._tool.info(f"{printable(path)} is passed over: {printable(reason)}")
            if self._json is not None:
                self._json.write("file-unusable", {"path": printable(path), "reason": printable(reason)})
        if trial.is_cut:
            self._tool.warn(f"only the first {MOST_FILES:,} files were looked at")
        for study in trial.studies:
            self._show_study(study)
        goes = [any(line.verdict is Verdict.SENT for line in study.lines) for study in trial.studies]
        if self._json is None:
            unusable = f", {count_text(len(trial.unusable), 'file')} passed over" if trial.unusable else ""
            write_stdout(f"{sum(goes)} of {count_text(len(goes), 'study', 'studies')} would go somewhere{unusable}\n")
        return int(ExitCode.SUCCESS if goes and all(goes) else ExitCode.NOT_ALL_RIGHT)

    def _files(self) -> Iterator[str]:
        for path in self._options.tests:
            if not os.path.isdir(path):
                yield path
                continue
            try:
                for state in list_files(path, subfolders=True):
                    yield state.path
            except OSError as error:
                self._tool.error(error_text(error))

    def _show_study(self, study: TrialStudy) -> None:
        uid = printable(study.study_instance_uid)
        if self._json is not None:
            results = [
                {
                    "rule": line.rule,
                    "destination": line.destination,
                    "verdict": line.verdict.value,
                    "instances": line.instances,
                    "reason": line.reason,
                }
                for line in study.lines
            ]
            self._json.write(
                "study-tried", {"study_instance_uid": uid, "instances": study.instances, "results": results}
            )
            return
        about = f" ({study.description})" if study.description else ""
        write_stdout(f"study {uid}{about}, {count_text(study.instances, 'instance')}\n")
        for line in study.lines:
            write_stdout(f"    {self._line_text(line)}\n")

    def _line_text(self, line: TrialLine) -> str:
        if line.verdict is not Verdict.SENT:
            return f"{printable(line.rule)}: {line.reason}"
        rule = self._rules.find(line.rule)
        text = f"{printable(line.rule)}: {count_text(line.instances, 'instance')} to {printable(line.destination)}"
        return f"{text}{_hours_text(rule)}{f', {line.reason}' if line.reason else ''}"

    # -- history

    def _show_history(self) -> int:
        wanted = self._options.history
        found = self._rules.find(wanted)
        rules = self._rules.rules if wanted == "*" else (found,) if found is not None else ()
        if not rules:
            self._tool.fatal(f'there is no rule called "{printable(wanted)}"')
            return int(ExitCode.INVALID_INPUT_FILE)
        doings = sorted(
            ((doing.at, rule.name, doing.text) for rule in rules for doing in self._book.doings(rule.name)),
        )
        for at, rule, text in doings:
            if self._json is not None:
                self._json.write("rule-did", {"rule": rule, "at": at.isoformat(), "text": printable(text)})
            else:
                write_stdout(f"{at.astimezone():%Y-%m-%d %H:%M:%S}  {printable(rule)}: {printable(text)}\n")
        return int(ExitCode.SUCCESS)


def _hours_text(rule: Rule | None) -> str:
    if rule is None or rule.schedule.is_always:
        return ""
    now = datetime.now().astimezone()
    if rule.schedule.is_open(now):
        return ""
    return f", waiting until {rule.schedule.next_opening(now):%A %H:%M}"
