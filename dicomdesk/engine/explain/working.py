"""Failures once there is an association, and those of files and of this machine."""

from dicomdesk.engine.explain.failure import Area, Failure

__all__ = ["FILES", "RECEIVING", "RETRIEVING", "SETTINGS", "TRANSFER"]

TRANSFER = (
    Failure(
        "aborted-in-transfer",
        Area.TRANSFER,
        "The peer aborted the association while instances were sent.",
        "The peer met something that it cannot handle, or was stopped. What it had answered is stored; the instance "
        "that was under way may or may not be.",
        "Send again what was not answered; look into the peer's log for why it gave up.",
        (r"(store|send|sending).*peer aborted", r"A-ABORT", r"association was aborted"),
    ),
    Failure(
        "lost-in-transfer",
        Area.TRANSFER,
        "The connection was lost while instances were sent.",
        "The network, a firewall that ends idle connections, or the peer's program broke off. The instance that was "
        "under way may or may not be stored.",
        "Send again what was not answered: a peer that has it already takes it twice without harm.",
        (r"broken pipe", r"TCP I/O error", r"DIMSE failed to (send|receive) message", r"connection aborted"),
    ),
    Failure(
        "no-response-in-transfer",
        Area.TRANSFER,
        "The peer did not answer within the time allowed.",
        "The peer is slow or hangs: its disk or its database may be busy. The instance may be stored all the same.",
        "Send it again later, or allow a longer time-out.",
        (r"no data available", r"(store|find|move|get|echo|send).*timeout"),
    ),
    Failure(
        "wrong-message",
        Area.TRANSFER,
        "The peer answered with something that the standard forbids there.",
        "The peer's program has a fault, or something on the way changes what is sent.",
        "Look into both logs, and report it to the makers of the peer.",
        (
            r"unexpected response",
            r"DIMSE bad command type",
            r"badly formed message",
            r"DUL unexpected PDU",
            r"finite state machine error",
            r"peer requested release",
            r"bad presentation context ID",
        ),
    ),
    Failure(
        "no-context-for-file",
        Area.TRANSFER,
        "The peer accepted no presentation context for the file.",
        "The peer does not take this SOP class, or not in the transfer syntax in which the file is.",
        "Allow a conversion (an option that decompresses, where the file is compressed), or have the SOP class and "
        "transfer syntax switched on at the peer.",
        (r"no presentation context for", r"no valid presentation context ID", r"no accepted presentation context"),
    ),
    Failure(
        "release-failed",
        Area.TRANSFER,
        "The association could not be released.",
        "The peer went away before it was said goodbye. What it had answered is stored.",
        "Nothing is lost; if it happens each time, look into the peer's log.",
        (r"release (request )?failed", r"association release"),
    ),
)

FILES = (
    Failure(
        "file-missing",
        Area.FILES,
        "The file is not there.",
        "The name is mistyped, or the file was moved or deleted since it was listed.",
        "Check the path; list the folder anew.",
        (r"no such file or directory", r"does not exist"),
    ),
    Failure(
        "file-not-readable",
        Area.FILES,
        "The file must not be read.",
        "This user has no permission to read the file or its folder.",
        "Run as a user who may, or have the permissions changed.",
        (r"permission denied", r"access is denied"),
    ),
    Failure(
        "file-not-dicom",
        Area.FILES,
        "The file is no DICOM file.",
        "The file has no DICOM header: it is something else, or was stored by a program that leaves the header out.",
        "Leave it out; a bare data set is read with an option for that (+f- of DCMTK's tools).",
        (r"not a DICOM file", r"invalid stream", r"no DICOM", r"missing? (DICM|meta.?header)"),
    ),
    Failure(
        "file-cut",
        Area.FILES,
        "The file is cut.",
        "A copy or a download broke off, or the disk was full when it was written.",
        "Get it again from where it came from.",
        (r"premature end of stream", r"I/O suspension", r"is cut\b", r"end of stream"),
    ),
    Failure(
        "file-changed",
        Area.FILES,
        "The file has become another instance since it was listed.",
        "Another program replaced the file meanwhile.",
        "List the folder anew and send again.",
        (r"changed since it was listed",),
    ),
    Failure(
        "uid-missing",
        Area.FILES,
        "SOP Class UID or SOP Instance UID is missing or not usable.",
        "The program that made the file left it out, or wrote what is no UID.",
        "Have it made again; an option of storescu invents identities for tests only.",
        (
            r"SOP (class|instance) UID.*(missing|invalid|empty)",
            r"invalid SOP (class|instance) UID",
            r"missing SOP (class|instance) UID",
        ),
    ),
    Failure(
        "cannot-convert",
        Area.FILES,
        "The file cannot be converted as the peer needs it.",
        "No codec for its compression is installed, or its pixel data is damaged.",
        "Send it as it is to a peer that takes its transfer syntax; see the reason in the log.",
        (
            r"cannot be converted",
            r"no conversion",
            r"cannot (change|convert) (to )?.*transfer syntax",
            r"unsupported (compression|transfer syntax)",
        ),
    ),
    Failure(
        "no-input",
        Area.FILES,
        "There is nothing to send.",
        "The folders named have no DICOM files, or only such as were passed over.",
        "Check the path; --scan-directories and --recurse look into folders.",
        (r"no input files", r"no (valid )?DICOM files? found"),
    ),
)

RECEIVING = (
    Failure(
        "disk-full",
        Area.RECEIVING,
        "The disk is full.",
        "The disk on which instances are stored has no room, or no inodes, left. What was answered with Success is "
        "kept.",
        "Free some space: senders may then send again what was refused.",
        (r"no space left", r"disk (is )?full", r"not enough space"),
    ),
    Failure(
        "quota-full",
        Area.RECEIVING,
        "The quota is used up.",
        "The storage area or the user has used all the room that is allowed.",
        "Raise the quota, or remove studies.",
        (r"quota",),
    ),
    Failure(
        "folder-read-only",
        Area.RECEIVING,
        "The folder must not be written to.",
        "The folder, or its file system, is read-only, or belongs to another user.",
        "Change its permissions, or store elsewhere.",
        (r"read-only file system", r"cannot (create|write) (the )?file"),
    ),
    Failure(
        "folder-is-file",
        Area.RECEIVING,
        "A file stands where a folder should be.",
        "The path given leads through a file.",
        "Give another path, or move the file away.",
        (r"not a directory", r"file exists where a folder"),
    ),
    Failure(
        "port-taken",
        Area.RECEIVING,
        "The port cannot be listened on: another program has it.",
        "Another program listens on that port, perhaps another receiver of ours.",
        "End that program, or choose another port.",
        (r"address already in use",),
    ),
    Failure(
        "port-privileged",
        Area.RECEIVING,
        "The port cannot be listened on: it needs privileges.",
        "Ports below 1024 are for administrators on this machine.",
        "Choose a port above 1023 (11112 is usual), or give the program the right (CAP_NET_BIND_SERVICE).",
        (r"insufficient port privileges", r"no privileges to open", r"cannot listen on .* permission denied"),
    ),
    Failure(
        "no-descriptors",
        Area.RECEIVING,
        "No more files or connections can be opened.",
        "The limit of open files of this process is reached.",
        "Raise it (ulimit -n, LimitNOFILE of the service), or allow fewer associations at once.",
        (r"too many open files",),
    ),
    Failure(
        "duplicate",
        Area.RECEIVING,
        "The instance is here already.",
        "The same SOP Instance UID was received before, and repeats are refused.",
        "Nothing is lost if it is the same; allow overwriting where a changed one shall replace it.",
        (r"duplicate instance", r"already exists"),
    ),
)

RETRIEVING = (
    Failure(
        "destination-unknown",
        Area.RETRIEVING,
        "The peer does not know the destination of the C-MOVE.",
        "The AE title that instances shall go to is not registered at the peer.",
        "Have it registered there: AE title, address and port.",
        (r"move destination unknown",),
    ),
    Failure(
        "nothing-arrives",
        Area.RETRIEVING,
        "The C-MOVE succeeded, but nothing came.",
        "The peer sends to another machine or port under that AE title, or found no matches.",
        "Check address and port of the AE title at the peer; ask with C-FIND what matches.",
        (r"nothing (has )?arrived", r"but nothing came"),
    ),
    Failure(
        "answers-cut",
        Area.RETRIEVING,
        "The peer may have left out answers.",
        "The peer stops at a limit of its own.",
        "Narrow the query, or split it by dates.",
        (r"there may be more",),
    ),
)

SETTINGS = (
    Failure(
        "key-or-certificate",
        Area.SETTINGS,
        "Key, certificate or TLS settings cannot be used.",
        "Our own key, certificate or TLS settings cannot be used.",
        "Correct the TLS settings.",
        (r"cannot (create|initialize) TLS", r"unable to load (private key|certificate)", r"TLS settings"),
    ),
    Failure(
        "profile",
        Area.SETTINGS,
        "The association negotiation profile cannot be used.",
        "The profile file is missing, has a mistake, or lacks the profile named.",
        "See the line named; names of profiles are without regard to case.",
        (r"cannot load association configuration", r"profile key undefined", r"parsing association configuration"),
    ),
    Failure(
        "database-down",
        Area.SETTINGS,
        "The archive's database cannot be used.",
        "It is down, full, locked, or of a newer version.",
        "See the reason named; the archive goes on by itself once the database is back.",
        (
            r"database (is )?(locked|down|unreachable|disk image is malformed)",
            r"could not connect to server",
            r"index cannot be used",
        ),
    ),
    Failure(
        "fault",
        Area.SETTINGS,
        "A fault of this program.",
        "This should never happen, whatever the peer or the file does.",
        "Report it with the log; what was answered with Success is stored.",
        (r"internal error", r"traceback \(most recent"),
    ),
)
