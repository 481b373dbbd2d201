"""Exit codes of all tools: DCMTK's numbers where the tool is DCMTK's, ours from 80 on.

====  =====================================================  =======================
code  meaning                                                tools
====  =====================================================  =======================
0     success; with ``--strict`` every instance was stored   all
1     the command line is wrong                              all
1     an association or an instance failed                   storescu
1     no association, or it was not released                 echoscu
2     no association, or it was not released                 findscu
10    the association was lost while an instance was sent    storescu
10    the archive cannot start                               dcmqrscp
10    the archive cannot be opened, or be worked on          archive
21    no input files                                         dcmsend
22    an input file is invalid                               dcmsend
22    ``--list``: the list or its state cannot be used       findscu, getscu, movescu
22    the rules cannot be used, or none is on                route
22    a certificate is not trusted, or no root               echoscu
23    no input file is valid                                 dcmsend
43    the report, or ``--json``, cannot be written           dcmsend, storescu, echoscu,
                                                             findscu
43    the file of a response cannot be written               findscu
43    ``--list-report`` cannot be written                    findscu, getscu, movescu
43    the output cannot be written                           archive, explain
45    the output directory is invalid                        dcmrecv, movescu, route
60    the port cannot be listened on                         movescu
61    no association could be negotiated                     dcmsend, movescu
62    an instance could not be sent                          dcmsend
64    the port cannot be listened on                         dcmrecv, route
65    a presentation context cannot be proposed              dcmsend
66    the association negotiation profile cannot be loaded   dcmrecv, route
66    no presentation context was accepted                   movescu
67    the association was not released                       movescu
68    a C-MOVE ended with a warning                          movescu
69    a C-MOVE ended with a failure                          movescu
70    a fault of this program                                all
70    no answer, or one that makes no sense                  echoscu
71    the TLS settings cannot be used                        dcmrecv, dcmsend, route
80    ``--strict``: not every instance was stored            dcmsend, storescu
80    ``--check``: not every instance can go                 dcmsend, storescu
80    ``--list``: not every line was found, or fetched       findscu, getscu, movescu
80    not all that was to be sent or fetched is stored       resume
80    ``--test``: something would go nowhere                 route
80    ``--verify``: files and index do not agree             dcmqrscp
80    ``--reindex``: not every file could be read            dcmqrscp
80    something was not found, not right or not done         archive
80    nothing of it is known                                 explain
81    ``--diagnose``: the host name is not known             echoscu
82    ``--diagnose``: no connection                          echoscu
83    ``--diagnose``: no TLS                                 echoscu
84    ``--diagnose``: no association                         echoscu
85    ``--diagnose``: no C-ECHO                              echoscu
86    ``--diagnose``: the capabilities cannot be asked for   echoscu
87    ``--journal``: the file is no journal, or not there    dcmsend, getscu, movescu,
                                                             resume, route
88    ``--commit``: not all that was stored is committed    dcmsend, storescu, resume
89    nobody confirmed what has to be confirmed              archive
129   ended by SIGHUP                                        all
130   ended by SIGINT                                        all
143   ended by SIGTERM                                       all
====  =====================================================  =======================

Where the peer refuses an instance, and ``--no-halt`` is not given, the exit code of storescu is the upper byte of the
DIMSE status: 167 for A700. It may be any number then. A signal in the first moment, before there is anything to be
ended, ends the process as the system does, which shells show by the same numbers.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit code of a process; see the module's table."""

    SUCCESS = 0
    COMMAND_LINE_SYNTAX = 1
    FAILED = 1
    """The same number again, as storescu has it."""
    NO_ASSOCIATION = 2
    ASSOCIATION_LOST = 10
    ARCHIVE_CANNOT_START = 10
    """The same number again, as DCMTK's dcmqrscp has it."""
    NO_INPUT_FILES = 21
    INVALID_INPUT_FILE = 22
    NO_VALID_INPUT_FILES = 23
    CANNOT_WRITE_REPORT_FILE = 43
    INVALID_OUTPUT_DIRECTORY = 45
    CANNOT_INITIALIZE_NETWORK = 60
    CANNOT_NEGOTIATE_ASSOCIATION = 61
    CANNOT_SEND_REQUEST = 62
    CANNOT_START_SCP_AND_LISTEN = 64
    CANNOT_ADD_PRESENTATION_CONTEXT = 65
    INVALID_ASSOCIATION_CONFIGURATION = 66
    NO_PRESENTATION_CONTEXT = 66
    """The same number again, as DCMTK's movescu has it."""
    CANNOT_RELEASE_ASSOCIATION = 67
    MOVE_HAS_WARNING = 68
    MOVE_HAS_FAILED = 69
    INTERNAL_FAULT = 70
    NO_ECHO = 70
    """The same number again, as DCMTK's echoscu has it."""
    CANNOT_CREATE_TLS_LAYER = 71
    NOT_ALL_STORED = 80
    NOT_ALL_RIGHT = 80
    """The same number again: what was looked through is not all as it should be."""
    NAME_NOT_KNOWN = 81
    CANNOT_CONNECT = 82
    CANNOT_AGREE_ON_TLS = 83
    CANNOT_ASSOCIATE = 84
    CANNOT_ECHO = 85
    CANNOT_ASK_FOR_CAPABILITIES = 86
    CANNOT_USE_JOURNAL = 87
    NOT_ALL_COMMITTED = 88
    NOT_CONFIRMED = 89


def died_of_signal(number: int) -> int:
    """The exit code that a shell shows for a process that a signal ended."""
    return 128 + number
