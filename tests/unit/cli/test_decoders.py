from dicomdesk.cli.decoders import decoder_lines

NATIVE = [
    "Transfer syntaxes supported natively:",
    "- Little Endian Implicit",
    "- Little Endian Explicit",
    "- Big Endian Explicit",
    "",
    "Transfer syntaxes supported by decoders:",
    "- Deflated Explicit VR Little Endian",
]


def test_lists_begin_as_dcmtks_do() -> None:
    assert list(decoder_lines())[:7] == NATIVE


def test_no_syntax_is_listed_twice() -> None:
    syntaxes = [line for line in decoder_lines() if line.startswith("- ")]
    assert len(syntaxes) == len(set(syntaxes))


def test_what_dcmtk_cannot_decode_is_listed_apart() -> None:
    lines = list(decoder_lines())
    further = [number for number, line in enumerate(lines) if "2000" in line or "JPEG XL" in line]
    if further:
        assert min(further) > lines.index("Transfer syntaxes supported by decoders with --fallback-contexts:")
