"""Prints what is said of each failure, and its marks: ``python -m tests.failures [--dcmtk] [--words] [PART]``."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from statistics import mean

from tests.failures.case import BOUNDED, CODE, JSON, REPORT, Case
from tests.failures.catalogue import TABLES, cases_of
from tests.failures.marks import QUESTIONS, marks
from tests.failures.running import Outcome, run_dcmtks, run_ours

_LACKING: dict[str, tuple[int, ...]] = {}


def _write_lacking() -> None:
    """Write the table anew."""
    path = Path(__file__).parent / "lacking.py"
    head = path.read_text(encoding="utf-8").split("LACKING")[0]
    rows = "".join(f'    "{name}": {questions},\n' for name, questions in _LACKING.items())
    table = (
        f"LACKING: dict[str, tuple[int, ...]] = {{\n{rows}}}\n"
        if rows
        else "LACKING: dict[str, tuple[int, ...]] = {}\n"
    )
    path.write_text(head + table, encoding="utf-8")


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _show(outcome: Outcome, title: str) -> None:
    _print(f"    -- {title}, exit code {outcome.code}, {outcome.seconds:.2f} s")
    for line in outcome.err.splitlines():
        _print(f"    {line}")
    if not outcome.events:
        for line in outcome.out.splitlines():
            _print(f"    > {line}")


def _row(case: Case, *, has_words: bool, has_dcmtk: bool) -> tuple[int, int]:
    ours = run_ours(case)
    asked = marks(ours)
    if not all(asked.values()):
        _LACKING[case.name] = tuple(question for question in QUESTIONS if not asked[question])
    score = sum(asked.values())
    lacking = " ".join(str(question) for question in QUESTIONS if not asked[question])
    row = f"{score}  {case.name:58} {f'lacks {lacking}' if lacking else ''}"
    theirs_score = 0
    theirs = run_dcmtks(case) if has_dcmtk and case.has_dcmtk else None
    if theirs is not None:
        of_theirs = marks(theirs, is_ours=False)
        theirs_score = sum(of_theirs.values())
        row += f"  DCMTK {theirs_score}"
        if theirs.code != case.code and of_theirs[BOUNDED]:
            row += f", EXIT CODE {theirs.code} and not {case.code}"
        better = [question for question in QUESTIONS if of_theirs[question] and not asked[question]]
        if better and better != [CODE]:
            row += f", DCMTK BETTER IN {better}"
    _print(row)
    if has_words:
        _show(ours, "ours")
        if ours.report is not None and not asked[REPORT]:
            _print("    -- report")
            _print("\n".join(f"    {line}" for line in ours.report.splitlines()[8:]))
        if not asked[JSON]:
            _print("    -- JSON")
            for line in ours.out.splitlines():
                _print(f"    {line[:400]}")
        if theirs is not None:
            _show(theirs, "DCMTK")
    return score, theirs_score


def main() -> None:
    """Print them."""
    parser = ArgumentParser(prog="python -m tests.failures")
    parser.add_argument("part", nargs="?", default="", help="of the names of the failures")
    parser.add_argument("--dcmtk", action="store_true", help="provoke DCMTK's tools too")
    parser.add_argument("--words", action="store_true", help="print what the tools print")
    parser.add_argument("--lacking", action="store_true", help="write down what is lacking")
    parser.add_argument("--table", choices=TABLES, action="append", help="one of them")
    given = parser.parse_args()
    chosen = [case for table in given.table or TABLES for case in cases_of(table) if given.part in case.name]
    scores = [_row(case, has_words=given.words, has_dcmtk=given.dcmtk) for case in chosen]
    ours = [score for score, _ in scores]
    theirs = [score for score, case in zip((score for _, score in scores), chosen, strict=True) if case.has_dcmtk]
    _print(f"{len(ours)} failures: mean {mean(ours):.2f}, lowest {min(ours)}, below 8: {sum(s < 8 for s in ours)}")
    if given.lacking:
        _write_lacking()
    if given.dcmtk and theirs:
        _print(f"DCMTK: mean {mean(theirs):.2f} of {len(theirs)}")


if __name__ == "__main__":
    main()
