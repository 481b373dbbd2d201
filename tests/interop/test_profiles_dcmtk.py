"""Profile files, good and broken, read by DCMTK's storescu and dcmrecv and by us."""

import re
import socket
import subprocess
from pathlib import Path

import pytest

from dicomdesk.dicom.sop_classes import uid_symbol
from dicomdesk.errors import ProfileError
from dicomdesk.network.negotiation import Role
from dicomdesk.network.presentation.profiles import ProfileFile, load_profiles
from dicomdesk.paths import resources_folder
from tests.helpers.data.inputs import image
from tests.helpers.dcmtk.programs import dcmtk_program

pytestmark = pytest.mark.dcmtk

WHOLE = """[[TransferSyntaxes]]
[U]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[[PresentationContexts]]
[A]
PresentationContext1 = CTImageStorage\\U
[[SCPSCURoleSelection]]
[R]
Role1 = CTImageStorage\\SCU
[[ExtendedNegotiation]]
[E]
ExtendedNegotiation1 = CTImageStorage\\0102
[[Profiles]]
[P]
PresentationContexts = A
SCPSCURoleSelection = R
ExtendedNegotiation = E
"""
SPLICES = ("[", "]", "[[", "]]", "=", "\n", "\r", " ", "\t", "#", "\n#", "\\", "\n ", "\v", "foo", "\n[U]\n", "é", "\0")
EVERY_NTH_PLACE = 41
ROLE_WORDS = {
    None: "Default",
    Role(scu=True, scp=False): "SCU",
    Role(scu=False, scp=True): "SCP",
    Role(scu=True, scp=True): "SCP/SCU",
}


def lines(key: str, values: list[str]) -> str:
    return "".join(f"{key}{number} = {value}\n" for number, value in enumerate(values, 1))


def spliced() -> dict[str, str]:
    """The whole file with something put in at many places, and with single lines left out or doubled."""
    files = {}
    for number, splice in enumerate(SPLICES):
        for place in range(number, len(WHOLE), EVERY_NTH_PLACE):
            files[f"{splice!r} at {place}"] = WHOLE[:place] + splice + WHOLE[place:]
    parts = WHOLE.splitlines(keepends=True)
    for index in range(len(parts)):
        files[f"without line {index + 1}"] = "".join(parts[:index] + parts[index + 1 :])
        files[f"line {index + 1} twice"] = "".join(parts[: index + 1] + parts[index:])
    return files


def changed(old: str, *new: str) -> dict[str, str]:
    assert old in WHOLE
    return {f"{old!r} as {text[:40]!r}": WHOLE.replace(old, text) for text in new}


BROKEN = {
    "empty": "",
    "carriage returns": WHOLE.replace("\n", "\r\n"),
    **spliced(),
    **changed("= LittleEndianImplicit", "=", "= foo", "= 1..2", "= =CTImageStorage", "= LocalEndianExplicit", "= ==x"),
    **changed("CTImageStorage\\U", "\\U", "\\Q", "CTImageStorage", "CTImageStorage\\ u ", "CTImageStorage\\U\\V"),
    **changed("CTImageStorage\\U", "Foo\\Q"),
    **changed("CTImageStorage\\SCU", "CTImageStorage\\scp", "Foo\\bar", "\\SCU", "MRImageStorage\\BOTH"),
    **changed("CTImageStorage\\SCU", "CTImageStorage\\ SCU"),
    **changed("Role1 = CTImageStorage\\SCU", "Role1 = 1.2\\SCU\nRole2 = =1.2\\SCU", "Role2 = 1.2\\SCU"),
    **changed("0102", "", "010", "xy", "01 02", "00" * 1023, "00" * 1024),
    **changed("0102", "0102\nExtendedNegotiation2 = CTImageStorage\\01"),
    **changed("CTImageStorage\\0102", "Foo\\0", "\\01", "MRImageStorage\\01", "CTImageStorage"),
    **changed("[P]\n", "[Q]\nPresentationContexts = A\n[P]\n", "[P]\nPresentationContexts = A\n[p]\n"),
    **changed("TransferSyntax2 = LittleEndianImplicit\n", lines("TransferSyntax", ["1.2"] * 129)),
    **changed("PresentationContext1 = CTImageStorage\\U\n", lines("PresentationContext", ["1.2\\U"] * 129)),
    **changed("Selection = R", "Selection = Q", "Selection ="),
    **changed("Negotiation = E", "Negotiation = Q"),
    **changed("Contexts = A", "Contexts = q x", "Contexts ="),
}  # fmt: skip


def storescu(path: Path, profile: str, instance: Path) -> object:
    """What DCMTK proposes with the profile, or its error."""
    done = subprocess.run(
        [dcmtk_program("storescu"), "-d", "-xf", str(path), profile, "127.0.0.1", "1", str(instance)],
        capture_output=True,
        timeout=20,
        check=False,
    )
    text = done.stderr.decode(errors="surrogateescape")
    error = re.search(
        r"^(?:E: reading config file: |F: 0006:0\w{3} (?!TCP))(.*\n(?:(?:E: |F: )?(?![DIWEF]: ).*\n)*)",
        text,
        re.MULTILINE,
    )
    if error and "Abstract Syntax:" not in text:
        return error[1].rstrip("\n")
    contexts: list[list[str]] = []
    for line in text.splitlines():
        if found := re.fullmatch(r"D:     Abstract Syntax: =?(.*)", line):
            contexts.append([found[1]])
        elif found := re.fullmatch(r"D:     Proposed SCP/SCU Role: (.*)|D:       =?(\S.*)", line):
            contexts[-1].append(found[1] or found[2])
    return contexts


def ours(path: Path, profile: str) -> object:
    try:
        contexts = load_profiles(path).profile(profile).proposed_contexts()
    except ProfileError as error:
        return re.sub(r"\n", "\nE: ", str(error))
    return [
        [
            uid_symbol(context.abstract_syntax) or context.abstract_syntax,
            ROLE_WORDS[context.role],
            *(uid_symbol(uid) or uid for uid in context.transfer_syntaxes),
        ]
        for context in contexts
    ]


def test_files_are_read_as_storescu_reads_them(tmp_path: Path) -> None:
    instance = tmp_path / "ct.dcm"
    instance.write_bytes(image("ct"))
    path = tmp_path / "profiles.cfg"
    different = {}
    for name, text in BROKEN.items():
        path.write_text(text, encoding="utf-8", newline="")
        expected, got = storescu(path, "P", instance), ours(path, "P")
        if expected != got:
            different[name] = (expected, got)
    assert not different
    assert len(BROKEN) > 200


@pytest.mark.parametrize("profile", ["P", " p", "my p", "P.", "Q", 'Q"x', ""])
@pytest.mark.parametrize(
    "text", [WHOLE, WHOLE.replace("Storage\\U\n", "Storage\\U\nPresentationContext2=CTImageStorage\\U\n"), "x"]
)
def test_profile_is_refused_in_the_words_of_dcmrecv(profile: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "profiles.cfg"
    path.write_text(text)
    with socket.create_server(("", 0)) as taken:
        done = subprocess.run(
            [dcmtk_program("dcmrecv"), "-xf", str(path), profile, str(taken.getsockname()[1])],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    expected = "" if done.returncode == 64 else done.stderr
    try:
        load_profiles(path).acceptor_profile(profile)
        got = ""
    except ProfileError as error:
        explanation = f"E: {error.explanation}\n" if error.explanation else ""
        got = f"{explanation}F: cannot load association configuration: {error}\n"
    assert got == expected


@pytest.mark.parametrize("name", ["storescp.cfg", "storescu.cfg"])
def test_shipped_profiles_are_read_by_dcmtk_as_by_us(name: str, tmp_path: Path) -> None:
    instance = tmp_path / "ct.dcm"
    instance.write_bytes(image("ct"))
    path = resources_folder() / name
    file: ProfileFile = load_profiles(path)
    for profile in file.profiles:
        assert ours(path, profile) == storescu(path, profile, instance)
