"""Association negotiation profiles: which presentation contexts, roles and extensions are agreed to or asked for.

The file format is that of DCMTK (its ``asconfig.txt``), with DCMTK's readings of odd files and its error texts. Section
and subsection names, and references to lists, are not case sensitive; names of SOP classes and transfer syntaxes are.
"""

import errno
import string
from collections.abc import Callable
from os import PathLike, fspath
from typing import TypeVar

from dicomdesk.dicom.sop_classes import find_uid_by_symbol
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_BIG_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.errors import ProfileError
from dicomdesk.named_files import read_named_file
from dicomdesk.network.negotiation import ProposedContext, Role, context_number
from dicomdesk.network.presentation.profile_syntax import Section, Subsection, read_sections
from dicomdesk.records import dataclass

MAX_ENTRIES = 128
"""Most contexts of a profile, and most transfer syntaxes proposed in one context."""

_ALIASES = {"LocalEndianExplicit": EXPLICIT_VR_LITTLE_ENDIAN, "OppositeEndianExplicit": EXPLICIT_VR_BIG_ENDIAN}
_ROLES = {"SCU": Role(scu=True, scp=False), "SCP": Role(scu=False, scp=True), "BOTH": Role(scu=True, scp=True)}
_UID_CHARACTERS = frozenset(string.digits + ".")
_TOO_LONG = 1024
_LARGEST_FILE_BYTES = 8 << 20
_ILLEGAL = "Illegal call, perhaps wrong parameters"
_FOLDED = str.maketrans(string.ascii_lowercase, string.ascii_uppercase, string.whitespace)

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileContext:
    """One presentation context of a profile."""

    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]
    """In order of preference; may hold one twice."""
    transfer_syntax_list: str
    """Name of the list in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One profile of a file."""

    name: str
    """As folded: upper case, without blanks."""
    contexts: tuple[ProfileContext, ...]
    roles: dict[str, Role]
    """Which roles the requestor may play, or plays, by abstract syntax; the others have the default role."""
    extended_negotiation: dict[str, bytes]
    """Service class application information by abstract syntax (PS3.7 D.3.3.5)."""

    @property
    def is_valid_for_acceptor(self) -> bool:
        """Whether no abstract syntax appears twice."""
        return len({context.abstract_syntax for context in self.contexts}) == len(self.contexts)

    def proposed_contexts(self) -> tuple[ProposedContext, ...]:
        """Return what a requestor with this profile proposes; raises ProfileError where a list is too long."""
        for context in self.contexts:
            if len(context.transfer_syntaxes) > MAX_ENTRIES:
                raise ProfileError(
                    f"transfer syntax list too long, cannot handle more than {MAX_ENTRIES} entries: "
                    f"{context.transfer_syntax_list}"
                )
        return tuple(
            ProposedContext(
                context_id=context_number(index),
                abstract_syntax=context.abstract_syntax,
                transfer_syntaxes=context.transfer_syntaxes,
                role=self.roles.get(context.abstract_syntax),
            )
            for index, context in enumerate(self.contexts)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFile:
    """All profiles of a file, in order."""

    profiles: dict[str, Profile]
    """By folded name."""

    def profile(self, name: str) -> Profile:
        """Return a profile by its name, in any case and with any blanks; raises ProfileError for an unknown one."""
        key = _fold_reference(name)
        found = self.profiles.get(key)
        if found is None:
            raise ProfileError(f"profile key undefined: {key}")
        return found

    def acceptor_profile(self, name: str) -> Profile:
        """Return a profile that is valid for accepting associations; raises ProfileError in dcmrecv's words."""
        if not name:
            raise ProfileError("Illegal parameter")
        found = self.profiles.get(_fold_reference(name))
        if found is not None and found.is_valid_for_acceptor:
            return found
        explanation = (
            f'No association profile named "{name}" in association configuration, '
            "did you forget to add presentation contexts?"
            if found is None
            else f'The association profile named "{name}" is not a valid SCP association profile'
        )
        raise ProfileError("Invalid or non-existing SCP Association Profile", explanation=explanation)


def load_profiles(path: str | PathLike[str]) -> ProfileFile:
    """Read a profile file; raises ProfileError with DCMTK's text where it cannot be read or is wrong."""
    name = fspath(path)
    if not name:
        raise ProfileError("Invalid filename")
    try:
        return parse_profiles(_read_text(name))
    except ProfileError as error:
        explanation = f"Unable to parse association configuration file: {name}: {error}"
        raise ProfileError(str(error), explanation=explanation, file=name, line=error.line) from None


def parse_profiles(text: str) -> ProfileFile:
    """Read the text of a profile file; raises ProfileError."""
    return _Parser(read_sections(text)).parse()


def _read_text(path: str) -> str:
    try:
        return read_named_file(path, _LARGEST_FILE_BYTES).decode("utf-8", "surrogateescape")
    except IsADirectoryError:
        return ""
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise ProfileError(f"configuration file is too large: {path}") from error
        raise ProfileError(f"unable to open configuration file: {path}") from error


def _fold_reference(text: str) -> str:
    """Return a reference to a list or profile as it is looked up: upper case without white space."""
    return text.translate(_FOLDED)


def _find_uid(value: str, what: str) -> str:
    """Return the UID that a symbolic name stands for, or the value if it looks like a UID; raises ProfileError."""
    symbol = value.removeprefix("=")
    uid = _ALIASES.get(symbol) or find_uid_by_symbol(symbol)
    if uid is None and value and _UID_CHARACTERS.issuperset(value):
        uid = value
    if uid is None:
        raise ProfileError(f"not a valid {what} syntax UID: {value}")
    return uid


def _split(key: str, value: str) -> tuple[str, str]:
    """Return what is before and behind the first backslash; raises ProfileError."""
    before, backslash, behind = value.partition("\\")
    if not backslash:
        raise ProfileError(f"syntax error: missing '\\' in entry {key} in config file")
    return before, behind


def _parse_role(key: str, word: str) -> Role:
    role = _ROLES.get(word.upper())
    if role is None:
        raise ProfileError(f"syntax error: unknown role key in entry {key} in config file")
    return role


def _parse_hex(key: str, digits: str) -> bytes:
    if len(digits) // 2 >= _TOO_LONG:
        raise ProfileError(
            f"extended negotiation data too long, cannot handle > 1024 bytes in entry {key} in config file"
        )
    if len(digits) % 2 or not set(string.hexdigits).issuperset(digits):
        raise ProfileError(f"parse error in extended negotiation data in entry {key} in config file")
    if not digits:
        raise ProfileError(_ILLEGAL)
    return bytes.fromhex(digits)


class _Parser:
    """Resolves lists and references, in the order of DCMTK: of several errors the same one is found."""

    def __init__(self, sections: list[Section]) -> None:
        self._sections: dict[str, list[Subsection]] = {}
        for section in sections:
            self._sections.setdefault(section.name, section.subsections)
        self._transfer_syntaxes: dict[str, list[str]] = {}
        self._contexts: dict[str, list[ProfileContext]] = {}
        self._roles: dict[str, dict[str, Role]] = {}
        self._extended: dict[str, dict[str, bytes]] = {}
        self._line: int | None = None
        """What is being resolved stands in this line of the file."""

    def parse(self) -> ProfileFile:
        try:
            return self._parse()
        except ProfileError as error:
            error.line = self._line
            raise

    def _parse(self) -> ProfileFile:
        self._parse_transfer_syntaxes()
        self._parse_contexts()
        self._roles = self._parse_items("SCPSCUROLESELECTION", "ROLE", "role selection", _parse_role)
        self._extended = self._parse_items(
            "EXTENDEDNEGOTIATION", "EXTENDEDNEGOTIATION", "extended negotiation", _parse_hex
        )
        profiles: dict[str, Profile] = {}
        for subsection in self._required("PROFILES"):
            self._line = subsection.line
            profile = self._parse_profile(subsection, profiles)
            profiles[profile.name] = profile
        return ProfileFile(profiles=profiles)

    def _required(self, name: str) -> list[Subsection]:
        self._line = None
        if name not in self._sections:
            raise ProfileError(f"cannot find section [[{name}]] in config file")
        return self._sections[name]

    def _parse_transfer_syntaxes(self) -> None:
        for subsection in self._required("TRANSFERSYNTAXES"):
            for key, value in subsection.numbered("TRANSFERSYNTAX"):
                self._line = subsection.lines[key]
                self._transfer_syntaxes.setdefault(subsection.name, []).append(_find_uid(value, "transfer"))

    def _parse_contexts(self) -> None:
        for subsection in self._required("PRESENTATIONCONTEXTS"):
            for key, value in subsection.numbered("PRESENTATIONCONTEXT"):
                self._line = subsection.lines[key]
                context = self._parse_context(key, value)
                if not subsection.name:
                    raise ProfileError(_ILLEGAL)
                contexts = self._contexts.setdefault(subsection.name, [])
                if len(contexts) == MAX_ENTRIES:
                    raise ProfileError(
                        f"presentation context list too long (> {MAX_ENTRIES} entries): {subsection.name}"
                    )
                contexts.append(context)

    def _parse_context(self, key: str, value: str) -> ProfileContext:
        written, reference = _split(key, value)
        list_name = _fold_reference(reference)
        transfer_syntaxes = _look_up(self._transfer_syntaxes, list_name, "transfer syntax")
        if not written or not list_name:
            raise ProfileError(_ILLEGAL)
        return ProfileContext(
            abstract_syntax=_find_uid(written, "abstract"),
            transfer_syntaxes=tuple(transfer_syntaxes),
            transfer_syntax_list=list_name,
        )

    def _parse_items(
        self, section: str, prefix: str, what: str, parse_value: Callable[[str, str], _Value]
    ) -> dict[str, dict[str, _Value]]:
        """Parse lists of values by abstract syntax."""
        lists: dict[str, dict[str, _Value]] = {}
        for subsection in self._sections.get(section, []):
            for key, value in subsection.numbered(prefix):
                self._line = subsection.lines[key]
                written, behind = _split(key, value)
                parsed = parse_value(key, behind)
                abstract_syntax = _find_uid(written, "abstract")
                items = lists.setdefault(subsection.name, {})
                if abstract_syntax in items:
                    raise ProfileError(f"{what} defined twice for abstract syntax UID: {written}")
                items[abstract_syntax] = parsed
        return lists

    def _parse_profile(self, subsection: Subsection, known: dict[str, Profile]) -> Profile:
        reference = subsection.entries.get("PRESENTATIONCONTEXTS")
        if reference is None:
            raise ProfileError(f"no PRESENTATIONCONTEXTS  entry in section {subsection.name} in config file")
        self._line = subsection.lines["PRESENTATIONCONTEXTS"]
        list_name = _fold_reference(reference)
        contexts = _look_up(self._contexts, list_name, "presentation context")
        offered = {context.abstract_syntax for context in contexts}
        roles: dict[str, Role] = {}
        if (role_list := subsection.entries.get("SCPSCUROLESELECTION")) is not None:
            self._line = subsection.lines["SCPSCUROLESELECTION"]
            roles = _look_up_items(self._roles, role_list, "role selection", offered, list_name)
        extended: dict[str, bytes] = {}
        if (extended_list := subsection.entries.get("EXTENDEDNEGOTIATION")) is not None:
            self._line = subsection.lines["EXTENDEDNEGOTIATION"]
            extended = _look_up_items(self._extended, extended_list, "extended negotiation", offered, list_name)
        self._line = subsection.line
        if subsection.name in known:
            raise ProfileError(f"two profiles defined for key: {list_name}")
        return Profile(name=subsection.name, contexts=tuple(contexts), roles=roles, extended_negotiation=extended)


def _look_up_items(
    lists: dict[str, dict[str, _Value]], reference: str, what: str, offered: set[str], contexts_name: str
) -> dict[str, _Value]:
    """Return a list whose abstract syntaxes are all offered; raises ProfileError."""
    name = _fold_reference(reference)
    items = _look_up(lists, name, what)
    for abstract_syntax in items:
        if abstract_syntax not in offered:
            raise ProfileError(
                f"abstract syntax defined in role selection list '{name}' but not in presentation context list "
                f"'{contexts_name}': {abstract_syntax}"
            )
    return items


def _look_up(lists: dict[str, _Value], name: str, what: str) -> _Value:
    if name not in lists:
        raise ProfileError(f"{what} key undefined: {name}")
    return lists[name]
