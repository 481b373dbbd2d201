"""Sockets: connections made and taken, plain or over TLS, host names, and what peers show of themselves.

Moves bytes and says in words why it could not; knows nothing of DICOM but where a PDU ends.
"""
