"""Worked examples of every tool, for its manual page and its page in ``docs/tools``."""

from collections.abc import Mapping

from dicomdesk.cli.options.grammar import Tool
from dicomdesk.records import dataclass

__all__ = ["EXAMPLES", "Example", "examples_of", "shell_line"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One task and the command lines that do it."""

    text: str
    """What is to be done, and what to look at afterwards."""
    commands: tuple[str, ...]
    """Without ``dicomdesk`` before the tool's name; a line that is no tool's begins with ``$``."""


def shell_line(command: str) -> str:
    """Return the command line as it is typed, behind the shell's prompt."""
    return command if command.startswith("$") else f"$ dicomdesk {command}"


def examples_of(tool: Tool) -> tuple[Example, ...]:
    """The examples of a tool, or of a command of one, which has its own."""
    own = tuple(_example(text, *commands) for text, *commands in tool.examples)
    return own or EXAMPLES[tool.name]


def _example(text: str, *commands: str) -> Example:
    return Example(text=text, commands=commands)


EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "dcmsend": (
        _example(
            "Send a folder with all its subfolders, and write down what became of each instance. The exit code is 80 "
            "unless the peer has stored every one of them.",
            "dcmsend --scan-directories --recurse --strict --create-report-file report.txt pacs.example 104 study",
        ),
        _example(
            "See first what would go as it is, what would be converted and what cannot go, without sending anything.",
            "dcmsend --check --scan-directories pacs.example 104 study",
        ),
        _example(
            "Send what a DICOMDIR lists, over a line with a long round trip: eight associations at once, each instance "
            "tried up to three times more where the failure may pass.",
            "dcmsend --read-from-dicomdir --parallel 8 --retry 3 pacs.example 104 /media/cdrom/DICOMDIR",
        ),
        _example(
            "Send JPEG 2000 images to a peer that takes uncompressed ones only.",
            "dcmsend --fallback-contexts --decompress-lossy pacs.example 104 image.dcm",
        ),
        _example(
            "Let a script follow the transfer: one JSON object a line.",
            "dcmsend --quiet --json --scan-directories pacs.example 104 study",
        ),
    ),
    "storescu": (
        _example(
            "Send one file with the AE titles that the peer expects.",
            "storescu --aetitle WS1 --call PACS pacs.example 104 image.dcm",
        ),
        _example(
            "Propose only JPEG lossless beside the default transfer syntax, and show what was accepted.",
            "storescu --verbose-pc --verbose --propose-lossless pacs.example 104 image.dcm",
        ),
        _example(
            "Send over TLS with an own certificate, to a peer whose certificate an authority of ours has signed.",
            "storescu --enable-tls key.pem certificate.pem --add-cert-file authority.pem peer.example 2762 image.dcm",
        ),
        _example(
            "Make many instances of one file, each with UIDs of its own, for a load test.",
            "storescu --invent-instance --repeat 100 pacs.example 104 image.dcm",
        ),
    ),
    "dcmrecv": (
        _example(
            "Receive whatever is sent into one folder, whole or not at all, flushed to the disk "
            "before it is acknowledged.",
            "dcmrecv --accept-all --fsync --output-directory received 11112",
        ),
        _example(
            "Serve two modalities only, by AE title and network, and run a command when a study has been quiet for "
            "a minute.",
            "dcmrecv --allow-calling CT1 --allow-calling MR1 --allow-network 10.1.0.0/16 --settle-time 60 "
            "--exec-on-study './import.sh #p' --output-directory received 11112",
        ),
        _example(
            "Receive over TLS from peers that can show a certificate of our authority.",
            "dcmrecv --enable-tls key.pem certificate.pem --add-cert-file authority.pem --require-client-cert "
            "--output-directory received 2762",
        ),
    ),
    "dcmqrscp": (
        _example(
            "Run an archive with the areas, peers and quotas of a configuration file.",
            "dcmqrscp --config archive.cfg 11112",
        ),
        _example(
            "Take over a folder that DCMTK's dcmqrscp has filled, or repair an index.",
            "dcmqrscp --config archive.cfg --reindex",
        ),
        _example(
            "Compare files and index; the exit code is 80 where they do not agree.",
            "dcmqrscp --config archive.cfg --verify",
        ),
        _example(
            "Serve figures for Prometheus and a health address to this machine.",
            "dcmqrscp --config archive.cfg --metrics-port 9104 11112",
            "$ curl http://localhost:9104/health",
        ),
    ),
    "echoscu": (
        _example(
            "Ask for a sign of life.",
            "echoscu --aetitle WS1 --call PACS pacs.example 104",
        ),
        _example(
            "Find out step by step why a peer cannot be reached, and what it accepts when it can.",
            "echoscu --diagnose --aetitle WS1 --call PACS pacs.example 104",
        ),
    ),
    "findscu": (
        _example(
            "Show the studies of a patient.",
            "findscu --study --call PACS --key QueryRetrieveLevel=STUDY --key PatientID=4711 --key StudyDate "
            "--key StudyDescription --key StudyInstanceUID pacs.example 104",
        ),
        _example(
            "The same as a table, and as a file for a spreadsheet.",
            "findscu --table --study --call PACS --key QueryRetrieveLevel=STUDY --key PatientID=4711 --key StudyDate "
            "--key StudyDescription pacs.example 104",
            "findscu --csv --study --call PACS --key QueryRetrieveLevel=STUDY --key StudyDate=20240101-20240131 "
            "--key PatientID --key AccessionNumber pacs.example 104 > studies.csv",
        ),
        _example(
            "Ask a worklist for the CT examinations of a day, and hand them to a script as DICOM JSON, one a line.",
            "findscu --json --worklist --call RIS --key PatientName --key "
            "'ScheduledProcedureStepSequence[0].Modality=CT' --key "
            "'ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate=20240102' ris.example 104",
        ),
        _example(
            "Ask with the keys of a file, over TLS, and write each response to an XML file.",
            "findscu --anonymous-tls --add-cert-file authority.pem --study --extract-xml --output-directory answers "
            "pacs.example 2762 query.dcm",
        ),
        _example(
            "Find out which of a list of patient IDs, in column B of a spreadsheet, the archive knows.",
            "findscu --call PACS --list patients.xlsx --list-column B --list-key PatientID --list-report known.csv "
            "pacs.example 104",
        ),
    ),
    "getscu": (
        _example(
            "Fetch a study into a folder; the exit code says only that the peer answered, the log what is missing.",
            "getscu --study --call PACS --key QueryRetrieveLevel=STUDY --key StudyInstanceUID=1.2.3 "
            "--output-directory study pacs.example 104",
        ),
        _example(
            "Fetch one series, compressed as JPEG 2000 where the peer has it so, byte for byte as it is sent.",
            "getscu --bit-preserving --prefer-j2k-lossless --study --key QueryRetrieveLevel=SERIES --key "
            "StudyInstanceUID=1.2.3 --key SeriesInstanceUID=1.2.3.4 pacs.example 104",
        ),
        _example(
            "Fetch the studies of a list of accession numbers at night; after any end the same command goes on.",
            "getscu --call PACS --list study17.csv --list-state study17.state --list-report study17-report.csv "
            "--list-window 20:00-06:00 --list-pause 2 --output-directory incoming pacs.example 104",
        ),
    ),
    "movescu": (
        _example(
            "Have a study sent to this machine, which listens for it meanwhile; the peer must know WS1 with this "
            "address and port.",
            "movescu --aetitle WS1 --move WS1 --port 11112 --call PACS --study --key QueryRetrieveLevel=STUDY --key "
            "StudyInstanceUID=1.2.3 --output-directory study pacs.example 104",
        ),
        _example(
            "Have a patient's studies sent from one archive to another; the exit code is 68 or 69 where not all went.",
            "movescu --move ARCHIVE2 --call PACS --patient --key QueryRetrieveLevel=PATIENT --key PatientID=4711 "
            "pacs.example 104",
        ),
    ),
    "archive": (
        _example(
            "See what the archive has of a patient, and remove one study of it; it can be put back.",
            "archive list studies PatientID=4711",
            "archive remove study 1.2.3",
        ),
        _example("Read what a command does.", "archive list --help"),
    ),
    "route": (
        _example(
            "Receive, and send CT studies on to the archive as the rules in a file say, until told to stop.",
            "route --rules rules.json --port 11112 --aetitle GATEWAY --output-directory received",
        ),
        _example(
            "See what each rule says, and what would become of a folder if CT1 had sent it; the exit code is 80 where "
            "something would go nowhere.",
            "route --rules rules.json --list",
            "route --rules rules.json --test study --test-sender CT1 --test-address 10.1.2.3",
        ),
        _example(
            "Read what a rule has done.",
            "route --rules rules.json --history 'CT at night'",
        ),
    ),
    "resume": (
        _example(
            "Send a folder so that nothing of it is forgotten whatever ends that, and send later what is left.",
            "dcmsend --journal night.journal +sd +r pacs.example 104 archive",
            "resume --journal night.journal",
        ),
        _example(
            "Show what is not finished, then all that went to be refused since a day, with each attempt.",
            "resume --journal night.journal --list",
            "resume --journal night.journal --history --outcome refused --since 2026-11-30 --instances",
        ),
        _example(
            "Try once more what was refused, as objects of JSON, with a report on each instance.",
            "resume --journal night.journal --retry-failed --json --report-file night.jsonl --report-format jsonl",
        ),
        _example(
            "Fetch a study, and take up the rest where that was ended.",
            "getscu --journal fetch -od study -k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.3 pacs.example 104",
            "resume --journal fetch",
        ),
        _example(
            "Delete what has ended more than 90 days ago.",
            "resume --journal night.journal --forget 90",
        ),
    ),
    "explain": (
        _example("See what a peer means by a status of a C-MOVE.", "explain --service C-MOVE A702"),
        _example(
            "See what the lines of a log tell of, DCMTK's or ours, each failure once.",
            "explain dcmsend.log",
        ),
        _example(
            "The same of what a tool says now.", "$ dcmsend pacs.example 104 image.dcm 2>&1 | dicomdesk explain -"
        ),
    ),
    "passcode": (
        _example(
            "Set the passcode of a user, which is asked for, and let only users of that file store.",
            "passcode users anna",
            "dcmrecv --user-file users --output-directory received 11112",
        ),
        _example(
            "Take the user out again.",
            "passcode --remove users anna",
        ),
    ),
}
"""By the name of the tool, as in ``catalogue.TOOLS``."""
