"""Failures once there is an association: statuses, ends of all kinds, odd answers, contexts, conversions, release."""

from typing import Unpack

from tests.failures.case import Case, Instances, Scene, make
from tests.failures.connecting import LINES
from tests.failures.stage import PATIENT, Stage, file, instance, peer
from tests.helpers.peers.fake_peer import (
    Abort,
    Accept,
    Action,
    Close,
    Flood,
    Release,
    Send,
    Silence,
    Status,
    pdu,
    store_answer,
)

FAILED = {"dcmsend": 62, "storescu": 10}
"""Of DCMTK's tools where the association was lost; that of storescu is not defined there."""
_PEER, _INSTANCE = ("{peer}",), ("ct.dcm", "{peer}")
_BOTH = ("dcmsend", "storescu")
_MAYBE = "may have stored|may be stored|may or may not|stored all the same"
_AGAIN = "send it again|send again"
CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
JPEG_2000, JPEG_LOSSLESS, JPEG_BASELINE = (f"1.2.840.10008.1.2.4.{number}" for number in (90, 70, 50))


def sending(
    name: str,
    *scenes: Scene,
    tools: tuple[str, ...] = _BOTH,
    before: str = "",
    codes: tuple[int, int] = (62, 1),
    words: str = "",
    **told: Unpack[Instances],
) -> list[Case]:
    """A transfer that fails, with each of these tools; ``codes`` are those of dcmsend and storescu."""
    told.setdefault("names", _INSTANCE)
    told.setdefault("outcome", "failed")
    return [
        make(tool, name, f"{before} {words or LINES[tool]}", *scenes, code=codes[tool == "storescu"], **told)
        for tool in tools
    ]


def _stores(*actions: Action) -> Scene:
    return peer(stores=actions)


def _statuses() -> list[Case]:
    """By PS3.4 B.2.3 and PS3.7 annex C; storescu ends with the upper byte of the status, dcmsend with 0."""
    rows = (
        (0xA700, "A700|OutOfResources", "out of resources & disk space", "later|who runs it"),
        (0xA900, "A900|DoesNotMatchSOPClass", "does not match its SOP class", "sending again will not help"),
        (0xC000, "C000|CannotUnderstand", "cannot understand", "log"),
        (0xC123, "C123|CannotUnderstand", "cannot understand", "log"),
        (0x0106, "0106|106|invalid attribute value", "value", "log|correct"),
        (0x0110, "0110|110|processing failure", "failed while processing", "log|again"),
        (0x0111, "0111|111|duplicate", "holds an instance of this UID already", "overwrit|nothing|delete"),
        (0x0117, "0117|117|invalid", "UID invalid", "log|correct|UID"),
        (0x0122, "0122|122|NotSupported", "does not store this SOP class", "SOP class|who runs"),
        (0x0124, "0124|124|not authorized", "does not allow", "permit|who runs"),
        (0x0210, "0210|210|duplicate", "has this message already", "again|log"),
        (0x0211, "0211|211|unrecognized", "does not know this operation", "log|makers|vendor|who runs"),
        (0x0212, "0212|212|mistyped", "argument wrong", "log|makers"),
        (0x0213, "0213|213|resource", "out of resources", "later|who runs"),
        (0xFE00, "FE00|cancel", "cancelled, which nobody", "log|makers"),
        (0xFF00, "FF00|pending", "more answers follow", "log|makers"),
        (0x1234, "1234|unknown", "not define", "log|makers|who runs"),
    )
    made: list[Case] = []
    for number, (status, what, cause, remedy) in enumerate(rows):
        tools = _BOTH if number in {0, 1, 5} else (_BOTH[number % 2],)
        made += sending(
            f"status {status:04X}H",
            _stores(Status(status)),
            tools=tools,
            codes=(0, status >> 8),
            what=f"{what}|{status}",
            cause=cause,
            remedy=remedy,
            outcome="refused",
        )
    made += sending(
        "a status with a comment",
        _stores(Status(0xA700, comment="Disk quota of ward 3 is used up")),
        codes=(0, 0xA7),
        what="A700|OutOfResources|42752",
        cause="Disk quota of ward 3 is used up",
        remedy="later|who runs it",
        outcome="refused",
    )
    made += sending(
        "a status, and strictness",
        _stores(Status(0xA700)),
        tools=("dcmsend",),
        options="--strict",
        codes=(80, 0),
        what="A700|OutOfResources|42752",
        cause="out of resources",
        remedy="later|who runs it",
        outcome="refused",
        has_dcmtk=False,
    )
    return made


def _aborts() -> list[Case]:
    rows = (
        (0, 0, "by its application", "application|program|met something|stopped"),
        (2, 0, "protocol layer & not specified", "met something|stopped|fault"),
        (2, 1, "protocol layer & does not know", "met something|stopped|fault"),
        (2, 2, "protocol layer & did not expect", "met something|stopped|fault"),
        (2, 4, "parameter & does not know", "met something|stopped|fault"),
        (2, 5, "parameter & did not expect", "met something|stopped|fault"),
        (2, 6, "invalid value", "met something|stopped|fault"),
        (1, 9, "unknown source", "met something|stopped|fault"),
    )
    made: list[Case] = []
    for number, (source, reason, what, cause) in enumerate(rows):
        made += sending(
            f"aborted by {source}, reason {reason}",
            _stores(Abort(source, reason)),
            tools=_BOTH if number in {0, 3} else (_BOTH[number % 2],),
            codes=(62, 10),
            what=f"abort & {what}",
            cause=f"{cause} & {_MAYBE}",
            remedy=_AGAIN,
        )
    return made


def _losses() -> list[Case]:
    made = sending(
        "hung up after an instance",
        _stores(Close()),
        codes=(62, 10),
        what="closed the connection",
        cause=f"network|firewall|program|stopped & {_MAYBE}",
        remedy=_AGAIN,
    )
    made += sending(
        "reset in the middle of an instance",
        peer(in_object={0: Close(reset=True)}),
        file("ct.dcm", instance(pixel_bytes=400_000)),
        codes=(62, 10),
        what="reset|lost|broken pipe",
        cause=f"network|firewall|program|stopped & {_MAYBE}",
        remedy=_AGAIN,
    )
    made += sending(
        "aborted in the middle of an instance",
        peer(in_object={0: Abort(2, 6)}),
        file("ct.dcm", instance(pixel_bytes=400_000)),
        codes=(62, 10),
        what="abort & invalid value",
        cause=f"met something|stopped|fault & {_MAYBE}",
        remedy=_AGAIN,
    )
    made += sending(
        "released in the middle",
        _stores(Release()),
        codes=(62, 10),
        what="released the association|A-RELEASE",
        cause=f"stopped|ended|standard|fault|program & {_MAYBE}",
        remedy=_AGAIN,
    )
    made += sending(
        "no answer to an instance",
        _stores(Silence()),
        before="-td 1",
        codes=(62, 1),
        what="did not answer|no answer|not answered",
        cause=f"slow or hangs|busy & {_MAYBE}",
        remedy="time-out|timeout|later",
        is_long=True,
    )
    made += sending(
        "the second of three is not answered",
        _stores(Status(), Close()),
        file("ct2.dcm", instance(2)),
        file("ct3.dcm", instance(3)),
        tools=("dcmsend",),
        words="{host} {port} ct.dcm ct2.dcm ct3.dcm",
        what="closed the connection",
        cause=f"network|firewall|program|stopped & {_MAYBE}",
        remedy=_AGAIN,
        names=("ct2.dcm", "{peer}"),
    )
    return made


def _odd_answers() -> list[Case]:
    fault = "fault|standard|program"
    made = sending(
        "answers another message",
        _stores(Status(message_id_offset=7)),
        tools=("storescu",),
        codes=(62, 1),
        what="message 8|message & 8",
        cause=f"{fault}",
        remedy="log|makers|vendor",
    )
    made += sending(
        "answers with another operation",
        _stores(Send(_command_answer(0x8030))),
        codes=(62, 1),
        what="no C-STORE response|other|C-ECHO|8030",
        cause=fault,
        remedy="log|makers|vendor",
    )
    made += sending(
        "answers with a data PDU that ends beyond itself",
        _stores(Send(pdu(4, b"\0\0\x40\0\1\3"))),
        tools=("dcmsend",),
        codes=(62, 10),
        what="cannot be decoded|P-DATA|data value",
        cause=fault,
        remedy="log|makers|vendor",
    )
    made += sending(
        "answers in a context that was never accepted",
        _stores(store_answer(99, 1)),
        tools=("dcmsend",),
        what="context & 99",
        cause=fault,
        remedy="log|makers|vendor",
    )
    made += sending(
        "answers with rubbish",
        _stores(Flood(b"\x00\x00rubbish")),
        tools=("dcmsend",),
        codes=(62, 10),
        what="not DICOM|PDU type 00",
        cause=fault,
        remedy="log|makers|vendor",
    )
    made += sending(
        "answers with an association request",
        _stores(Send(pdu(1, bytes(68)))),
        tools=("storescu",),
        what="A-ASSOCIATE-RQ|PDU of type 01",
        cause=fault,
        remedy="log|makers|vendor",
    )
    return made


def _command_answer(field: int) -> bytes:
    from tests.helpers.peers.fake_peer import command_set, p_data  # noqa: PLC0415 - here alone

    return p_data(1, 3, command_set([(0x0100, field), (0x0120, 1), (0x0800, 0x0101), (0x0900, 0)]))


def compressed(uid: str) -> Scene:
    """``ct.dcm`` in a compressed transfer syntax; its one fragment is no image."""

    def scene(stage: Stage) -> None:
        from tests.helpers.data.datasets import Builder, part10  # noqa: PLC0415 - here alone

        builder = Builder()
        data = builder.instance(sop_instance_uid=stage.values["uid"], patient_name=PATIENT.encode())
        data += builder.fragments(b"\xff\x4f\xff\x51" + bytes(400))
        stage.write("ct.dcm", part10(data, uid, sop_instance_uid=stage.values["uid"]))

    return scene


def _contexts() -> list[Case]:
    made = sending(
        "no context is accepted",
        peer(associate=[Accept(refuse_all=True)]),
        codes=(0, 1),
        what="no acceptable presentation contexts|no presentation context",
        cause="SOP class|transfer syntax",
        remedy="switched on|option|propose",
        names=_PEER,
        outcome="not-sent",
        never=("does not speak DICOM",),
    )
    made += sending(
        "the SOP class is refused, another is taken",
        peer(associate=[Accept(refused={1: 3})]),
        file("mr.dcm", instance(2, sop_class_uid=MR)),
        tools=("dcmsend",),
        words="{host} {port} ct.dcm mr.dcm",
        codes=(62, 1),
        what="no presentation context|does not take",
        cause="CT Image Storage|CTImageStorage",
        remedy="switched on|have the SOP class",
        outcome="not-sent",
    )
    made += sending(
        "JPEG 2000 is refused",
        peer(associate=[Accept(refused=dict.fromkeys(range(1, 256, 2), 4))]),
        compressed(JPEG_2000),
        tools=("dcmsend",),
        codes=(0, 1),
        what="no acceptable presentation contexts|no presentation context",
        cause="JPEG 2000|transfer syntax",
        remedy="--decompress-lossy|--fallback-contexts|--decompress-lossless|-xs|--propose-uncompr|decompress",
        names=_PEER,
        outcome="not-sent",
    )
    made += sending(
        "JPEG 2000 cannot be converted",
        peer(),
        compressed(JPEG_2000),
        tools=("storescu",),
        what="unable to convert|cannot be converted",
        cause="JPEG 2000|codec",
        remedy="--propose-j2k-lossless|--decompress-lossy",
        names=("ct.dcm",),
        outcome="not-sent",
    )
    made += sending(
        "JPEG 2000 in a dcmsend that decompresses, damaged",
        peer(associate=[Accept(refused={1: 4})]),
        compressed(JPEG_2000),
        tools=("dcmsend",),
        options="--fallback-contexts",
        what="no conversion|cannot be converted|cannot be decoded",
        cause="damaged|codec|JPEG 2000",
        remedy="send it as it is|again",
        names=("ct.dcm",),
        outcome="not-sent",
        has_dcmtk=False,
    )
    made += sending(
        "a transfer syntax that was never proposed",
        peer(associate=[Accept(transfer_syntaxes={1: JPEG_LOSSLESS})]),
        tools=("dcmsend",),
        codes=(62, 1),
        what="not proposed|not offered",
        cause="standard|fault|JPEG Lossless|1.2.840.10008.1.2.4.70",
        remedy="log|makers|vendor",
        outcome="not-sent",
        never=("does not speak DICOM",),
    )
    for length in (1, 6, 12):
        made += sending(
            f"a maximum PDU length of {length}",
            peer(associate=[Accept(max_pdu_bytes=length)]),
            tools=_BOTH if length == 12 else ("dcmsend",),
            codes=(62, 1),
            what=f"at most {length} bytes",
            cause="announces a maximum PDU length|too short|configuration",
            remedy="16384|set right",
            names=_PEER,
            outcome="not-sent",
            never=("does not speak DICOM",),
        )
    return made


def _releases() -> list[Case]:
    stored = "what it had answered is stored|nothing is lost|were stored|had stored"
    made = []
    rows: tuple[tuple[str, Action, str, bool], ...] = (
        ("aborted at the release", Abort(), "abort", False),
        ("hung up at the release", Close(), "closed the connection|release", False),
        ("silent at the release", Silence(), "did not answer|timeout|in time", True),
        ("data at the release", Send(pdu(4, b"\0\0\0\4\1\3ab")), "release|P-DATA", True),
    )
    for name, action, what, is_long in rows:
        for tool, code in (("dcmsend", 0), ("storescu", 1)):
            made += sending(
                name,
                peer(release=action),
                tools=(tool,),
                before="-ta 1" if is_long else "",
                codes=(code, code),
                what=what,
                cause=f"went away|before it was said goodbye & {stored}",
                remedy="nothing is lost|log",
                names=_PEER,
                outcome="stored",
                is_long=is_long,
            )
    return made


def cases() -> list[Case]:
    """All of them."""
    return _statuses() + _aborts() + _losses() + _odd_answers() + _contexts() + _releases()
