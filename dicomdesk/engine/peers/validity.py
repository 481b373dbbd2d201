"""Checks of what is typed or imported: each returns a sentence about what is wrong, "" when all is well."""

__all__ = ["LONGEST_AE_TITLE", "LONGEST_NAME", "ae_title_problem", "host_problem", "name_problem", "port_problem"]

LONGEST_AE_TITLE = 16
"""PS3.5 6.2, value representation AE."""
LONGEST_NAME = 64
"""Of a peer, and of a group."""
_LONGEST_HOST = 253
"""RFC 1035 2.3.4, as text."""


def ae_title_problem(text: str) -> str:
    """Check an AE title (PS3.5 6.2: 1 to 16 printable ASCII characters, no backslash)."""
    title = text.strip(" ")
    if not title:
        return "An AE title is needed: the peer knows applications by it."
    if len(title) > LONGEST_AE_TITLE:
        return "An AE title has at most 16 characters."
    if "\\" in title or not title.isascii() or not title.isprintable():
        return "An AE title takes plain letters, digits and signs only, no accents and no backslash."
    return ""


def host_problem(text: str) -> str:
    """Check a host name or address."""
    host = text.strip()
    if not host:
        return "A host is needed: a name such as pacs.example, or an address."
    if not host.isprintable() or any(character.isspace() for character in host) or "/" in host or "@" in host:
        return "A host is a name or an address only, without spaces, slashes or @."
    return "A host has at most 253 characters." if len(host) > _LONGEST_HOST else ""


def port_problem(text: str) -> str:
    """Check a port number."""
    number = text.strip()
    if not (number.isascii() and number.isdigit() and len(number) <= 9 and 1 <= int(number) <= 65535):
        return "A port is a number from 1 to 65535; 104 and 11112 are usual."
    return ""


def name_problem(text: str) -> str:
    """Check the name of a peer or of a group."""
    name = text.strip()
    if not name:
        return "A name is needed: peers are chosen by it."
    if len(name) > LONGEST_NAME:
        return "A name has at most 64 characters."
    return "" if name.isprintable() else "A name has letters, digits and signs that can be shown, in one line."
