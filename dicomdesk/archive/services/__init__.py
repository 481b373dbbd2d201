"""Services of the archive: C-STORE, C-FIND, C-MOVE, C-GET and storage commitment.

Uses areas and tables through their owners; nothing here knows a socket or a statement of SQL.
"""
