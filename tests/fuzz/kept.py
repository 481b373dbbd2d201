"""Inputs that broke a property once, by target, each as small as it was found to be."""

from base64 import b85decode
from io import BytesIO
from zipfile import ZipFile
from zlib import decompress

from dicomdesk.network.dimse.command_sets import write_command_set
from tests.fuzz.worst_structures import KINDS
from tests.helpers.data.datasets import Builder
from tests.helpers.data.encoded import ITEM_END, SEQUENCE_END, UNDEFINED, explicit, implicit, item
from tests.helpers.peers.requestors import EXPLICIT, IMPLICIT, data_pdu, pdu
from tests.helpers.peers.requestors import item as association_item

_SEQUENCE = 0x00081140
_CODE = explicit(0x00080100, b"SH", b"A ")
_HEADER = Builder().instance()


def _explicit(*parts: bytes) -> bytes:
    return b"\1" + _HEADER + b"".join(parts)


_LENGTHS_THAT_DISAGREE = {
    "a delimiter in a sequence of defined length": _explicit(explicit(_SEQUENCE, b"SQ", item(_CODE) + SEQUENCE_END)),
    "a delimiter in an item of defined length": _explicit(explicit(_SEQUENCE, b"SQ", item(_CODE + ITEM_END))),
    "an item longer than its sequence": _explicit(explicit(_SEQUENCE, b"SQ", item(_CODE, length=30)), _CODE * 2),
    "an item without end in a sequence of defined length": _explicit(
        explicit(_SEQUENCE, b"SQ", item(_CODE, length=UNDEFINED))
    ),
    "the header of a sequence and no more": _explicit(explicit(_SEQUENCE, b"SQ", length=100)),
    "the end of an item among the elements": _explicit(ITEM_END, explicit(0x00284000, b"LO", b"x ")),
    "a value that begins as an item and goes on as none": b"\0" + implicit(0x00291010, item(b"") + b"\1\0\1\0"),
}


def _accept(user: bytes, syntax: str = EXPLICIT) -> bytes:
    """An A-ASSOCIATE-AC for both contexts of the harness, and the answer to its C-ECHO."""
    contexts = b"".join(
        association_item(0x21, bytes((number, 0, 0, 0)) + association_item(0x40, name.encode()))
        for number, name in ((1, syntax), (3, IMPLICIT))
    )
    body = b"\0\1\0\0" + bytes(64) + association_item(0x10, b"1.2.840.10008.3.1.1.1") + contexts
    echo = write_command_set({2: b"1.2.840.10008.1.1", 0x100: 0x8030, 0x120: 1, 0x800: 0x101, 0x900: 0})
    return pdu(2, body + association_item(0x50, user)) + data_pdu(3, 3, echo)


def _with_group_length(length: int) -> bytes:
    """A DICOMDIR that consists of meta information and zeros."""
    start = b"DICM\2\0\0\0UL\4\0" + length.to_bytes(4, "little")
    version = b"\2\0\1\0OB\0\0\2\0\0\0\0\1"
    uids = explicit(0x00020002, b"UI", b"1.2.840.10008.1.3.10") + explicit(0x00020003, b"UI", b"1.2.3\0")
    syntax = explicit(0x00020010, b"UI", b"1.2.840.10008.1.2.1\0")
    return (bytes(128) + start + version + uids + syntax).ljust(514, b"\0")


def _archive_without_name() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr("x", b"y")
    return made.getvalue().replace(b"\1\0\0\0x", b"\0\0\0\0x").replace(b"\1\0\0\0", b"\0\0\0\0")


def _pickled(*opcodes: bytes) -> bytes:
    """A message between processes."""
    content = b"".join(opcodes)
    return len(content).to_bytes(8, "big") + content


def _rule_of_nft(left: str, right: str) -> bytes:
    """What nft prints of a chain with one rule."""
    place = '"family": "inet", "table": "f"'
    chain = f'{{"chain": {{{place}, "name": "i", "hook": "input"}}}}'
    match = f'{{"match": {{"left": {left}, "right": {right}}}}}'
    rule = f'{{"rule": {{{place}, "chain": "i", "expr": [{match}, {{"accept": null}}]}}}}'
    return b"\2" + f'{{"nftables": [{chain}, {rule}]}}'.encode()


def _manifest(*lines: str) -> bytes:
    """The manifest of a backup."""
    head = '{"version": 1, "area": "A", "when": "", "host": ""}'
    return "\n".join((head, *lines, '{"end": 1, "bytes": 0}')).encode()


def _log(kind: str, name: str, value: bytes) -> bytes:
    """A log configuration with one appender that has one setting."""
    appender = f"log4cplus.appender.a=log4cplus::{kind}Appender\nlog4cplus.appender.a."
    start = f"log4cplus.rootLogger=INFO,a\n{appender}layout=log4cplus::PatternLayout\nlog4cplus.appender.a.{name}="
    return start.encode() + value + b"\n"


KEPT: dict[str, dict[str, bytes]] = {
    "structure": {
        **_LENGTHS_THAT_DISAGREE,
        **{
            name: bytes((number,)) + KINDS[name][1](700)
            for name, number in (("presumed sequences in one another", 0), ("presumed sequences in UN", 1))
        },
        "a value that reaches back before the window": b"\0"
        + implicit(0x00081030, bytes(26))
        + implicit(0x00290010, item(b"") + item(b"", length=8)),
    },
    "rewriting": _LENGTHS_THAT_DISAGREE,
    "command": {
        "the head of a SOP Instance UID within another value": write_command_set(
            {0x0100: 1, 0x0110: 7, 0x0800: b"\0\0\0\x10\0\0\0\0"}
        ),
    },
    "requestor": {
        "no Maximum Length": _accept(association_item(0x52, b"1.2.3")),
        "a transfer syntax that was not proposed": _accept(
            association_item(0x51, b"\0\0\x40\0"), "1.2.840.10008.1.2.2"
        ),
    },
    "zip": {"a name of no letters": _archive_without_name()},
    "kept-state": {"lists in one another": b"[" * 4000},
    "dicomdir": {"a group length that ends among zeros": _with_group_length(158)},
    "log-configuration": {
        "a number that is a digit but none": _log("Console", "layout.ConversionPattern", b"%c{\xc2\xb2}"),
        "NUL in a name": _log("File", "File", b"a\0b"),
    },
    "firewall": {
        "a list of protocols": _rule_of_nft('{"meta": {"key": "l4proto"}}', '["tcp", "udp"]'),
        "a list of keys": _rule_of_nft('{"meta": {"key": ["iif"]}}', '"lo"'),
        "a family that is an object": b'\2{"nftables": [{"chain": {"hook": "input", "family": {}}}]}',
    },
    "option-word": {
        "a port of many digits": b"udp://h:" + b"9" * 5000,
        "days behind zeros": b"0000001" + b"9" * 5000,
        "percent behind zeros": b"001999%",
    },
    "host-message": {
        "a program through a module of ours": _pickled(
            b"\x80\4\x8c\x20dicomdesk.engine.reach.firewalls\x8c\x10subprocess.Popen\x93(]\x8c\4trueatR."
        ),
        "a file by a type of ours": _pickled(b"cdicomdesk.atomic_file\nAtomicFile\n(V/tmp\ntR."),
        "a module that is none": _pickled(b"cdicomdesk.engine,\nx\n."),
        "nothing": _pickled(),
        "a number that is a tuple": _pickled(
            b"\x80\4\x8c\x1adicomdesk.engine.host.wire\x8c\3Ask\x93(K\0\x85\x8c\3end)t\x81."
        ),
    },
    "kept-text": {
        "a number": b"7",
        "an object of nothing": b"{}",
        "no JSON": b"x",
        "times of which one has no zone": b'{"version": 1, "title": "t", "state": "open", "request": "",'
        b' "added_at": "2026-01-02T03:04:05"}',
        "a time that is none": b'{"version": 1, "asked": NaN, "instances": [["1.2", "1.3", null]]}',
    },
    "journal": {
        "an id that is infinite": b"cell 5 1 0 1e999",
    },
    "backup": {
        "a state without text": _manifest('{"state": "holds.json"}'),
        "a file of nothing": _manifest('{"path": null}'),
        "an area that is a number": b'{"version": 1, "area": 7, "when": "", "host": ""}\n{"end": 0, "bytes": 0}',
        "lists in one another": b"[" * 100_000,
        "a count that is none": b'{"version": 1, "area": "A", "when": "", "host": ""}\n{"end": false, "bytes": 0}',
    },
    "area-state": {
        "a file of a name that cannot be": b"\1"
        b'{"path": "\\ud800", "size_bytes": 1, "sop_class_uid": "", "sop_instance_uid": "", "received": 1,'
        b' "study_instance_uid": "", "series_instance_uid": ""}',
        "an area of no name": b'\3{"name": ""}',
        "a correction that cannot be written": b'\4{"event": "part", "id": "\\ud800", "part": 0}',
        "a part that is a list": b'\4{"event": "taken", "id": "x", "part": []}',
        "a removal at the end of time": b"\0"
        b'{"version": 1, "id": "x", "removed_at": 1e300, "kept_until": null, "what": "", "by": "", "why": "",'
        b' "instances": 1, "size_bytes": 1, "is_complete": true}',
    },
    "cache": {
        "a file that stands there twice": b'{"version": 1, "folder": "FOLDER"}\n'
        b'{"folder": "", "files": [["a.dcm", 1, 2, ["1", "2", "3"]], ["a.dcm", 1, 2, ["1", "2", "4"]]]}',
        "a time without end": b'{"version": 1, "folder": "FOLDER"}\n'
        b'{"folder": "", "files": [["a", Infinity, 2, null]]}',
    },
    "correction": {
        "big endian, out of order, and an unknown sequence in an item": decompress(
            b85decode(
                b"c-qBMziSjx5dL-(&h_BJ=1%1}#Vi(bVtBsy_O~`-F5+R5jc%4SfoNkRSO{X5|3L&LkWLZ7w3edSS!t6(<lqX?N>W+a+&c4aj"
                b"WJ^F!1B$!`R2{c_ZIlS*6YtL+JwczB%Tu5u#jD1B(rS7qThiMS|ouKN=liCP$&`5N2ipZAV$qFe2QF(jvU}~#LOn;W<h=^bd"
                b"vaKr~?_QI0+)11ffckm_4N;U#Ec%W$fE%A-^)kQ)Y|3`TXj-RMLZkV?`gGe@{h>HZe{ahK>YrgdZhR2EIr|N+#k&$9@2KXb^"
                b"MKRC$;h`##@rV=hO%pJ(g+>z+zAyazWqyYc4EEDpOezh)%bC`Uua)3|8gtIj&(Gn`n4M7C;#t|=|TwfMr1Cy(<L*w4N&rzC?"
                b"jeY9AD@kb?wGzT|Fo$z<}Gw@uP%re;7SslptXTPf3o1Z_u+&%e%D>=`|H+88qzhUsOT~&_CM#UHyr2dTx8E&C#)$$zn{Z_SU"
                b"^RHJV<)=5tJ0jYff2`V`Qc~{Q+S%F?&(9zF`0YTqCb~`QPi3l%AZ_i-Jvfh&58J))-3%O8E@Y@LZAUA|cfY^Adv0GXh;6ZY+"
                b")GRPp_J5Ux7>m@dA0NFok}C_aA0^{Yl5?{^PiLCwAB"
            )
        ),
    },
    "index": {
        "a table that is gone": b"sql DROP TABLE study_face",
        "a table of another name": b"sql ALTER TABLE sequence_item RENAME TO gone",
        "times that are texts": b"sql UPDATE instance SET received = 'x'\nsql UPDATE study SET last_received = 'y'",
        "a path that is no text": b'cell 0 20 0 "\\ud800"',
        "a size that is a text": b"sql UPDATE instance SET bytes = 'many'",
        "a count that is a text": b"sql UPDATE study SET instance_count = 'many'",
        "names that are bytes": b"sql UPDATE patient SET patient_name = x'ff'\nsql UPDATE study SET patient_id = x'00'",
        "an older version than it has": b"sql UPDATE settings SET value = '1' WHERE name = 'version'",
        "a format that is not known": b"bytes 43 5b98078c905112c6bb5e2d406b816e53",
    },
    "picture-answer": {
        "a number": b"7\n",
        "lists in one another": b"[" * 60_000,
        "a reason that is none": b'{"error": [1], "length": 0}\n',
        "a width that is a text": b'{"image": {"width": "2", "height": 1, "is_colour": false, "rows": 1, "columns": 1,'
        b' "frame": 1, "frames": 1}, "length": 2}\nab',
        "a picture larger than its pixels": b'{"image": {"width": 9, "height": 9, "is_colour": true, "rows": 1,'
        b' "columns": 1, "frame": 1, "frames": 1}, "length": 2}\nab',
    },
}
