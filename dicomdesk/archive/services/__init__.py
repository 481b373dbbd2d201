"""What the archive answers: C-STORE, C-FIND, C-MOVE, C-GET and storage commitment, message by message.

Uses areas and tables through their owners; nothing here knows a socket or a statement of SQL.
"""
