"""Failures until there is an association: names, routes, ports, other services, rejections, answers that are none."""

from typing import Unpack

from tests.failures.case import Case, Instances, Scene, make
from tests.failures.stage import dropped, greeter, host, no_listener, peer
from tests.helpers.peers.fake_peer import Abort, Accept, Close, Flood, Reject, Release, Send, Silence, pdu

CODES = {"dcmsend": 61, "storescu": 1, "echoscu": 1, "findscu": 2, "movescu": 61, "getscu": 1}
"""Of DCMTK's tools where there is no association."""
LINES = {
    "dcmsend": "{host} {port} ct.dcm",
    "storescu": "{host} {port} ct.dcm",
    "echoscu": "{host} {port}",
    "findscu": "-S -k QueryRetrieveLevel=STUDY {host} {port}",
    "movescu": "-S -aem US -k QueryRetrieveLevel=STUDY {host} {port}",
    "getscu": "-S -k QueryRetrieveLevel=STUDY {host} {port}",
}
TOOLS = tuple(LINES)
_FROM = {"dcmsend": "DCMSEND", "storescu": "STORESCU", "echoscu": "ECHOSCU", "findscu": "FINDSCU"}
_FROM |= {"movescu": "MOVESCU", "getscu": "GETSCU"}
_PEER = ("{peer}",)
_NOT_DICOM = "not a DICOM service|no DICOM service|does not speak DICOM"
_SERVICE_PORT = "port of the peer's DICOM service"


def failing(
    name: str, *scenes: Scene, tools: tuple[str, ...] = ("dcmsend",), before: str = "", **told: Unpack[Instances]
) -> list[Case]:
    """An association that is not made, with each of these tools; ``{aet}`` is the AE title that it calls itself."""
    made = []
    for tool in tools:
        title = _FROM[tool]
        of_tool = told.copy()
        of_tool["names"] = tuple(each.replace("{aet}", title) for each in told.get("names", _PEER))
        of_tool["outcome"] = "not-sent" if tool in {"dcmsend", "storescu"} else ""
        of_tool["what"] = told["what"].replace("{aet}", title)
        of_tool["cause"] = told["cause"].replace("{aet}", title)
        of_tool["remedy"] = told["remedy"].replace("{aet}", title)
        made.append(make(tool, name, f"{before} {LINES[tool]}", *scenes, code=CODES[tool], **of_tool))
    return made


def _rejections() -> list[Case]:
    calling = {"cause": "does not know & {aet}", "remedy": "registered & {aet}"}
    called = {"cause": 'not called "ANY-SCP"', "remedy": "correct the AE title|title"}
    busy = {"cause": "busy|as many associations as", "remedy": "again later|again"}
    rows = (
        ("no reason", (1, 1, 1), "no reason", {"cause": "does not say why", "remedy": "administrator|log"}),
        (
            "application context",
            (1, 1, 2),
            "application context",
            {"cause": "not speak DICOM as", "remedy": "log|version"},
        ),
        ("calling AE title", (1, 1, 3), "calling AE title|our AE title", calling),
        ("called AE title", (1, 1, 7), "called AE title|not called", called),
        ("a reason that is reserved", (1, 1, 5), "reject", {"cause": "not define|standard|reserved", "remedy": "log"}),
        (
            "provider gives no reason",
            (1, 2, 1),
            "no reason",
            {"cause": "does not say why", "remedy": "administrator|log"},
        ),
        ("protocol version", (1, 2, 2), "protocol version", {"cause": "not speak DICOM as", "remedy": "log|version"}),
        ("congestion", (2, 3, 1), "congestion|congested", busy),
        ("local limit", (2, 3, 2), "limit", busy),
        ("a source that is reserved", (1, 9, 1), "reject", {"cause": "not define|standard|reserved", "remedy": "log"}),
        ("transient, no reason", (2, 1, 1), "no reason", {"cause": "does not say why|busy", "remedy": "again"}),
    )
    tools_of = {"calling AE title": TOOLS, "called AE title": TOOLS, "congestion": ("dcmsend", "echoscu", "movescu")}
    made = []
    for name, numbers, what, words in rows:
        made += failing(
            f"rejected, {name}",
            peer(associate=[Reject(*numbers)]),
            tools=tools_of.get(name, ("storescu",)),
            what=f"{what} & reject",
            cause=words["cause"],
            remedy=words["remedy"],
        )
    return made


def _other_services() -> list[Case]:
    page = b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n"
    both = ("dcmsend", "echoscu")
    made = failing(
        "a web server answers",
        peer(associate=[Send(page, then_close=True)]),
        tools=both,
        what="web server|HTTP",
        cause="web server",
        remedy=_SERVICE_PORT,
    )
    made += failing(
        "a secure shell server greets",
        greeter(b"SSH-2.0-OpenSSH_9.2\r\n"),
        tools=both,
        what="SSH",
        cause="secure shell server|SSH",
        remedy=_SERVICE_PORT,
    )
    made += failing(
        "a mail server greets",
        greeter(b"220 mail.example ESMTP Postfix\r\n"),
        tools=("storescu",),
        what="mail server|SMTP",
        cause="mail server",
        remedy=_SERVICE_PORT,
    )
    made += failing(
        "a file transfer server greets",
        greeter(b"220 (vsFTPd 3.0.3)\r\n"),
        tools=("findscu",),
        what="FTP",
        cause="file transfer server|FTP",
        remedy=_SERVICE_PORT,
    )
    made += failing(
        "rubbish answers",
        peer(associate=[Send(b"\x93\x01\xff\xee rubbish that is no PDU at all", then_close=True)]),
        tools=both,
        what="DICOM",
        cause=_NOT_DICOM,
        remedy="port",
    )
    made += failing(
        "a TLS server answers with an alert",
        peer(associate=[Send(b"\x15\x03\x03\x00\x02\x02\x46", then_close=True)]),
        tools=both,
        what="TLS",
        cause="expects TLS",
        remedy="turn on TLS|--enable-tls|--anonymous-tls",
    )
    return made


def _odd_answers() -> list[Case]:
    cut = pdu(2, bytes(200))[:60]
    made = failing(
        "hung up on the request",
        peer(associate=[Close()]),
        tools=("dcmsend", "echoscu", "findscu"),
        what="closed|ended|hung up|hangs up",
        cause="closes the connection|hangs up|closed the connection",
        remedy="log|AE title|address|TLS",
    )
    made += failing(
        "reset at the request",
        peer(associate=[Close(reset=True)]),
        tools=("dcmsend", "movescu"),
        what="reset|closed|ended",
        cause="closes the connection|hangs up|closed the connection|reset",
        remedy="log|AE title|address|TLS",
    )
    made += failing(
        "aborted at the request",
        peer(associate=[Abort(2, 1)]),
        tools=("dcmsend", "getscu"),
        what="abort",
        cause="broke off|does not serve us",
        remedy="log",
    )
    made += failing(
        "the answer is cut",
        peer(associate=[Send(cut, then_close=True)]),
        what="closed|ended|cut|incomplete",
        cause="in the middle of its answer|closes the connection|cut",
        remedy="log",
    )
    made += failing(
        "the answer is empty",
        peer(associate=[Send(pdu(2, b""))]),
        tools=("echoscu",),
        what="A-ASSOCIATE-AC|answer",
        cause="does not follow the standard|not a valid|damaged|short",
        remedy="log|vendor|port",
        never=("does not speak DICOM",),
    )
    made += failing(
        "the answer has items that end beyond it",
        peer(associate=[Send(pdu(2, bytes(68) + b"\x10\x00\xff\xff1.2.840"))]),
        what="A-ASSOCIATE-AC|answer",
        cause="does not follow the standard|not a valid|damaged|beyond",
        remedy="log|vendor",
    )
    made += failing(
        "the answer is said to be four gigabytes",
        peer(associate=[Flood(b"\x02\x00\xff\xff\xff\xff" + bytes(1000))]),
        tools=("dcmsend", "echoscu"),
        what="A-ASSOCIATE-AC|answer|PDU",
        cause="does not follow the standard|too long|more than",
        remedy="log|vendor|port",
    )
    made += failing(
        "a release instead of an answer",
        peer(associate=[Release()]),
        tools=("storescu",),
        what="release|A-RELEASE",
        cause="does not follow the standard|instead of",
        remedy="log|vendor",
    )
    made += failing(
        "data instead of an answer",
        peer(associate=[Send(pdu(4, b"\0\0\0\4\1\3ab"))]),
        what="P-DATA",
        cause="does not follow the standard|instead of",
        remedy="log|vendor",
    )
    return made


def _contexts() -> list[Case]:
    return [
        Case(
            name="echoscu: no context is accepted",
            tool="echoscu",
            words=LINES["echoscu"],
            scenes=(peer(associate=[Accept(refuse_all=True)]),),
            code=1,
            what="No Acceptable Presentation Contexts|no presentation context",
            cause="Verification|takes none of the SOP classes",
            remedy="enabled|storing may work|switched on",
            names=_PEER,
        )
    ]


def cases() -> list[Case]:
    """All of them."""
    silent = peer(associate=[Silence()])
    made = failing(
        "port closed",
        no_listener,
        tools=TOOLS,
        what="refused",
        cause="no service listens",
        remedy="check the port",
    )
    made += failing(
        "connection requests are dropped",
        dropped,
        tools=("dcmsend", "echoscu"),
        before="-to 1",
        what="timed out|in time|no answer",
        cause="firewall|machine is off",
        remedy="check the address & firewall",
        is_long=True,
    )
    made += failing(
        "mute",
        silent,
        tools=("dcmsend", "storescu", "echoscu", "findscu"),
        before="-ta 1",
        what="in time|timed out|timeout|seconds",
        cause="no answer to the request|hangs|silent|does not answer|nothing answers|takes the connection",
        remedy="port|restart|log",
        is_long=True,
    )
    made += failing(
        "unknown host",
        host("no-such-host.invalid"),
        tools=("dcmsend", "storescu", "movescu"),
        what="unknown host|not known",
        cause="mistyped|name server",
        remedy="spelling|IP address",
        names=("no-such-host.invalid",),
    )
    made += failing(
        "a host name that cannot be one",
        host("pacs..example"),
        what="host",
        cause="mistyped|not a|name",
        remedy="spelling|IP address",
        names=("pacs..example",),
    )
    made += failing(
        "a network without a route",
        host("255.255.255.255"),
        tools=("echoscu",),
        what="unreachable|permission|connect",
        cause="route|firewall|policy|broadcast",
        remedy="check|allow",
        names=("255.255.255.255",),
    )
    made += failing(
        "host and port swapped",
        host("104"),
        before="-to 5 -ta 5",
        what="104",
        cause="host and port may be swapped",
        remedy="host name or address first",
        names=("104",),
    )
    return made + _rejections() + _other_services() + _odd_answers() + _contexts()
