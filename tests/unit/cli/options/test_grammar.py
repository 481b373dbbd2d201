import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.cli.options.grammar import (
    CommandLine,
    CommandLineError,
    Option,
    OptionGroup,
    Parameter,
    Tool,
    parse,
    split_words,
)

TOOL = Tool(
    name="try",
    description="Tries",
    parameters=(
        Parameter(name="peer", text="p"),
        Parameter(name="port", text="p"),
        Parameter(name="dcmfile-in", text="f", is_repeatable=True),
    ),
    groups=(
        OptionGroup(
            title="all",
            options=(
                Option(short="-h", long="--help", text=("h",), is_exclusive=True),
                Option(short="-v", long="--verbose", text=("v",)),
                Option(short="-q", long="--quiet", text=("q",)),
                Option(short="-to", long="--timeout", argument="s", text=("t",)),
                Option(short="-aet", long="--aetitle", argument="s", text=("a",)),
                Option(short="-xf", long="--config-file", argument="f, p", values=2, text=("x",)),
            ),
            groups=(OptionGroup(title="inner", options=(Option(short="+r", long="--recurse", text=("r",)),)),),
        ),
    ),
)
ONE = Tool(name="one", description="One", parameters=(Parameter(name="port", text="p"),), groups=TOOL.groups)
NONE = Tool(name="none", description="None", parameters=(), groups=TOOL.groups)


def refusal(*tokens: str, tool: Tool = TOOL) -> str:
    with pytest.raises(CommandLineError) as caught:
        parse(tool, tokens)
    return str(caught.value)


def options_of(line: CommandLine) -> list[tuple[str, ...]]:
    return [(found.long, *found.values) for found in line.occurrences]


@pytest.mark.parametrize("token", ["-", "+", "", "-5", "+3abc", "@", "x", "127.0.0.1", "-0", "+0"])
def test_token_is_a_parameter(token: str) -> None:
    assert parse(TOOL, [token, "b", "c"]).parameters == [token, "b", "c"]


@pytest.mark.parametrize("token", ["--", "-x", "+x", "--verbos", "--timeout=3", "-vq", "-V", "---", "-.5", "+-"])
def test_unknown_option_is_named_as_typed(token: str) -> None:
    assert refusal("a", "1", "f", token) == f"Unknown option {token}"


def test_options_and_parameters_are_interleaved_freely() -> None:
    line = parse(TOOL, ["-v", "host", "-to", "3", "104", "+r", "a.dcm", "b.dcm", "-q"])
    assert line.parameters == ["host", "104", "a.dcm", "b.dcm"]
    assert options_of(line) == [("--verbose",), ("--timeout", "3"), ("--recurse",), ("--quiet",)]


def test_value_is_taken_verbatim_even_when_it_looks_like_an_option() -> None:
    line = parse(TOOL, ["-aet", "-v", "-xf", "--help", "-q", "h", "1", "f"])
    assert options_of(line) == [("--aetitle", "-v"), ("--config-file", "--help", "-q")]


def test_empty_value_is_accepted() -> None:
    assert parse(TOOL, ["h", "1", "f", "-aet", ""]).text("--aetitle", "X") == ""


@pytest.mark.parametrize("tokens", [("-to",), ("-xf",), ("-xf", "a"), ("--help", "-to")])
def test_missing_value_is_reported_with_the_long_name(tokens: tuple[str, ...]) -> None:
    long = "--timeout" if tokens[-1] == "-to" else "--config-file"
    assert refusal(*tokens) == f"Missing value for option {long}"


@pytest.mark.parametrize(("tokens", "name"), [(["-v"], "peer"), (["a"], "port"), (["a", "1"], "dcmfile-in")])
def test_first_missing_parameter_is_named(tokens: list[str], name: str) -> None:
    assert refusal(*tokens) == f"Missing parameter {name}"


def test_too_many_parameters_are_refused_unless_the_last_may_be_repeated() -> None:
    assert refusal("104", "105", tool=ONE) == "Too many parameters"
    assert refusal("104", tool=NONE) == "Too many parameters"
    assert len(parse(TOOL, ["a"] * 50).parameters) == 50


def test_option_that_stands_alone_needs_no_parameters_but_lexical_errors_still_count() -> None:
    assert parse(TOOL, ["--help"]).has("--help")
    assert refusal("--help", "-foo") == "Unknown option -foo"


def test_no_argument_at_all_is_no_error() -> None:
    assert parse(TOOL, []).arguments == []


def test_first_lexical_error_from_the_left_is_reported() -> None:
    assert refusal("-foo", "-to") == "Unknown option -foo"
    assert refusal("-aet", "-foo", "-bar", "-to") == "Unknown option -bar"


def test_rightmost_of_exclusive_alternatives_counts() -> None:
    line = parse(TOOL, ["-v", "-q", "-v", "h", "1", "f"])
    assert line.last_of("--verbose", "--quiet") == "--verbose"
    assert line.last_of("--recurse") == ""


def test_rightmost_value_counts_and_only_it_is_checked() -> None:
    assert parse(TOOL, ["-to", "0", "-to", "5", "h", "1", "f"]).integer("--timeout", 1) == 5


def test_arguments_show_long_names() -> None:
    line = parse(TOOL, ["-v", "-to", "3", "h", "1", "f"])
    assert line.arguments == ["--verbose", "--timeout", "3", "h", "1", "f"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12abc", 12),
        ("3.7", 3),
        (" 3", 3),
        ("+3", 3),
        ("127.0.0.1", 127),
        ("\t\n8", 8),
        ("007", 7),
        ("1" + "0" * 40, 10**29),
    ],
)
def test_number_is_read_as_far_as_it_goes(text: str, number: int) -> None:
    assert parse(TOOL, ["-to", text, "h", "1", "f"]).integer("--timeout", 1) == number


@pytest.mark.parametrize("text", ["abc", "-5", " -3", "+", "x1", "-", "+-3", "٣"])
def test_what_is_no_unsigned_number_is_an_invalid_value(text: str) -> None:
    with pytest.raises(CommandLineError) as caught:
        parse(TOOL, ["h", "1", "f", "-to", text]).integer("--timeout", 1)
    assert str(caught.value) == f"Invalid value for option --timeout ({text})"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Invalid value for option --timeout"),
        ("0", "Invalid value for option --timeout (underflow: 0)"),
        ("0x10", "Invalid value for option --timeout (underflow: 0x10)"),
        ("200000", "Invalid value for option --timeout (overflow: 200000)"),
        ("10", None),
        ("1", None),
    ],
)
def test_number_is_held_to_its_range(text: str, message: str | None) -> None:
    line = parse(TOOL, ["h", "1", "f", "-to", text])
    if message is None:
        assert line.integer("--timeout", 1, 10) == int(text)
        return
    with pytest.raises(CommandLineError) as caught:
        line.integer("--timeout", 1, 10)
    assert str(caught.value) == message


def test_option_that_is_not_given_has_no_number() -> None:
    assert parse(TOOL, ["h", "1", "f"]).integer("--timeout", 1) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "Invalid parameter value abc"),
        ("", "Invalid parameter value "),
        ("-5", "Invalid parameter value -5 (overflow)"),
        (" -5", "Invalid parameter value  -5 (overflow)"),
        ("0", "Invalid parameter value 0 (underflow)"),
        ("65536", "Invalid parameter value 65536 (overflow)"),
        ("65536x", "Invalid parameter value 65536x (overflow)"),
        ("4294967297", "Invalid parameter value 4294967297 (overflow)"),
    ],
)
def test_parameter_that_is_no_port_is_refused(text: str, message: str) -> None:
    with pytest.raises(CommandLineError) as caught:
        parse(TOOL, ["h", text, "f"]).integer_parameter(1, 1, 65535)
    assert str(caught.value) == message


@pytest.mark.parametrize(("text", "port"), [("104abc", 104), ("127.0.0.1", 127), ("+1x", 1), (" 65535", 65535)])
def test_port_is_read_as_far_as_it_goes(text: str, port: int) -> None:
    assert parse(TOOL, ["h", text, "f"]).integer_parameter(1, 1, 65535) == port


def test_dependency_and_conflict_have_their_words() -> None:
    line = parse(TOOL, ["h", "1", "f"])
    with pytest.raises(CommandLineError, match=r"^--recurse only allowed with --scan-directories$"):
        line.check_dependency("--recurse", "--scan-directories", is_met=False)
    with pytest.raises(CommandLineError, match=r"^--quiet not allowed with --verbose$"):
        line.check_conflict("--quiet", "--verbose", is_given=True)
    line.check_dependency("--a", "--b", is_met=True)
    line.check_conflict("--a", "--b", is_given=False)


def test_choice_names_what_it_allows() -> None:
    line = parse(TOOL, ["h", "1", "f", "-aet", "nothing"])
    with pytest.raises(CommandLineError) as caught:
        line.choice("--aetitle", ("one", "two"), "one")
    assert str(caught.value) == "Invalid value for option --aetitle (nothing), use one of: one, two"
    assert parse(TOOL, ["h", "1", "f"]).choice("--aetitle", ("one", "two"), "two") == "two"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \t\r\n ", []),
        ("a b\tc\rd\ne", ["a", "b", "c", "d", "e"]),
        (
            '-v --aetitle "MY AE" \'x y\'\n--call pre"quo ted"post ""',
            ["-v", "--aetitle", "MY AE", "x y", "--call", "prequo ted", "post", ""],
        ),
        ('"unterminated  x\n y', ["unterminated  x\n y"]),
        ('"it\'s" \'say "x"\'', ["it's", 'say "x"']),
        ("@inner # no comment", ["@inner", "#", "no", "comment"]),
        ("a\\ b", ["a\\", "b"]),
        ('a"" b "c"d"e"', ["a", "b", "c", "de"]),
        ("x\vy \f", ["x\vy", "\f"]),
        ('"', [""]),
    ],
)
def test_words_of_a_command_file(text: str, words: list[str]) -> None:
    assert list(split_words(text)) == words


def test_command_file_is_expanded_in_its_place_and_only_once(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.write_text("never")
    file = tmp_path / "file"
    file.write_text(f"-aet 'MY AE' 104 @{inner} -to")
    line = parse(TOOL, ["host", f"@{file}", "7", "-v"])
    assert line.parameters == ["host", "104", f"@{inner}"]
    assert options_of(line) == [("--aetitle", "MY AE"), ("--timeout", "7"), ("--verbose",)]


def test_value_of_an_option_is_expanded_too(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("'A B'")
    assert parse(TOOL, ["h", "1", "f", "-aet", f"@{file}"]).text("--aetitle") == "A B"


def test_missing_command_file_is_reported_before_anything_else() -> None:
    assert refusal("-foo", "@nofile.txt") == "Cannot open command file 'nofile.txt'"


def test_directory_as_command_file_is_empty(tmp_path: Path) -> None:
    assert refusal("h", "1", f"@{tmp_path}") == "Missing parameter dcmfile-in"


def test_command_file_with_bytes_that_are_no_text_is_kept_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"h 1 \xff\xfe.dcm")
    assert parse(TOOL, [f"@{file}"]).parameters[2].encode("utf-8", "surrogateescape") == b"\xff\xfe.dcm"


def test_number_is_signed_where_negative_ones_are_allowed() -> None:
    option = Option(long="--socket", argument="n", text=("",))
    tool = Tool(name="t", description="", parameters=(), groups=(OptionGroup(title="", options=(option,)),))
    assert parse(tool, ["--socket", "-1"]).integer("--socket", -1, is_signed=True) == -1
    with pytest.raises(CommandLineError, match=r"underflow: -2"):
        parse(tool, ["--socket", "-2"]).integer("--socket", -1, is_signed=True)
    with pytest.raises(CommandLineError, match=r"\(-1\)"):
        parse(tool, ["--socket", "-1"]).integer("--socket", 0)


def test_every_occurrence_of_a_repeatable_option_counts() -> None:
    line = parse(TOOL, ["-aet", "A", "-aet", "B", "peer", "104", "file"])
    assert line.every_text("--aetitle") == ("A", "B")
    assert line.every_text("--timeout") == ()


@pytest.mark.parametrize(
    ("tokens", "noticed"),
    [
        ([], []),
        (["-q"], ["--quiet"]),
        (["-v", "-q"], ["--verbose", "--quiet"]),
        (["-q", "-v"], ["--verbose"]),
        (["-q", "-v", "-q"], ["--verbose", "--quiet"]),
    ],
)
def test_alternative_left_of_one_asked_for_before_is_passed_over(tokens: list[str], noticed: list[str]) -> None:
    assert parse(TOOL, [*tokens, "peer", "104", "file"]).alternatives("--verbose", "--quiet") == noticed


def test_secrets_are_not_among_the_arguments_as_expanded() -> None:
    secret = Option(short="+pw", long="--use-passwd", argument="p", text=("p",), is_secret=True)
    tool = Tool(name="t", description="", parameters=(), groups=(OptionGroup(title="all", options=(secret,)),))
    line = parse(tool, ["+pw", "sesame"])
    assert line.arguments == ["--use-passwd", "***"]
    assert line.text("--use-passwd") == "sesame"


def test_command_file_that_cannot_be_read_at_once_is_refused(tmp_path: Path) -> None:
    fifo, huge, nul = tmp_path / "fifo", tmp_path / "huge", tmp_path / "nul"
    os.mkfifo(fifo)
    with huge.open("wb") as file:
        file.truncate(1 << 40)
    nul.write_bytes(b"localhost 1\x0004 x")
    for path in (fifo, huge, "/dev/zero"):
        assert refusal(f"@{path}") == f"Cannot open command file '{path}'"
    assert refusal(f"@{nul}") == f"Cannot read command file '{nul}': it holds a NUL character"


_WORDS = st.one_of(st.sampled_from([*"'\"@+- \n\t\0", "-to", "--aetitle", "-xf", "104", "²"]), st.text(max_size=8))


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(st.lists(_WORDS, max_size=20).map("".join), st.binary(max_size=20))
def test_any_command_file_is_a_command_line_or_an_error_of_ours(text: str, rest: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode("utf-8", "surrogatepass") + rest)
        file.flush()
        with suppress(CommandLineError):
            line = parse(TOOL, [f"@{file.name}"])
            line.integer("--timeout", 0)
            if len(line.parameters) > 1:
                line.integer_parameter(1, 1, 65535)
