"""Rules of retention as they are written in a configuration and on a command line."""

import pytest

from dicomdesk.archive.setup.configuration import parse_configuration
from dicomdesk.archive.setup.retention_rules import FreeSpace, RetentionRule, read_days, read_free_space
from dicomdesk.errors import ConfigurationError, SettingsError

AREA = "AETable BEGIN\nA /a RW (unlimited, unlimited) ANY\nB /b RW (unlimited, unlimited) ANY\nAETable END\n"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("A 3650 10%", RetentionRule(keep_days=3650, keep_free=FreeSpace(percent=10))),
        ("A = 1, 20gb", RetentionRule(keep_days=1, keep_free=FreeSpace(size_bytes=20 << 30))),
        ("A unlimited Unlimited", RetentionRule()),
    ],
)
def test_a_table_has_a_rule_for_each_area_it_names(text: str, rule: RetentionRule) -> None:
    for configuration in (
        f"{AREA}RetentionTable BEGIN\n{text}\nRetentionTable END\n",
        f"RetentionTable BEGIN\n{text}\nRetentionTable END\n{AREA}",
    ):
        read = parse_configuration(configuration)
        assert read.retention_of("A") == rule
        assert read.retention_of("B").removes_nothing


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("A 0 10%", '"0" is no number of days'),
        ("A 1e3 10%", "is no number of days"),
        ("A 10 0%", "1% to 99% are possible"),
        ("A 10 100%", "1% to 99% are possible"),
        ("A 10 20", "is no size"),
        ("A 10 gb", "is no size"),
        ("A 10", "an entry has"),
        ("C 10 10%", 'there is no storage area "C"'),
    ],
)
def test_a_mistake_is_told_with_its_line(line: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration(f"{AREA}RetentionTable BEGIN\n{line}\nRetentionTable END\n")
    (problem,) = caught.value.problems
    assert words in problem
    assert problem.endswith("in configuration file, line 6")


def test_space_is_a_size_or_a_part_of_the_disk() -> None:
    assert FreeSpace(size_bytes=7).of(1000) == 7
    assert FreeSpace(percent=7).of(1000) == 70
    assert (read_days("unlimited"), read_free_space("UNLIMITED")) == (None, None)
    assert [found.text for found in map(read_free_space, ("5%", "2kb")) if found] == ["5%", "2048b"]
    with pytest.raises(SettingsError):
        read_free_space("\u0661gb")
