"""dicomdesk moves DICOM between machines, from a window and from the shell.

The package is a stack of layers; imports go down only (checked in ``.ci/run``)::

    __main__
    cli | gui      front ends: assemble requests, show events, decide nothing
    archive        the query/retrieve provider
    engine         jobs: no Qt, no terminal; events pushed, gauges polled
    network        one association: all that knows pynetdicom, TLS and sockets
    dicom          data: no socket, no thread, no Qt
    settings | human | logs | atomic_file
    paths | errors | named_files

Only ``gui`` imports Qt; the command line tools run without it.
"""

__version__ = "0.1.0"
