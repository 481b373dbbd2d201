"""The address book: peers by name and group, with all that associations with them need but secrets, and its file.

Values and files only: who connects to a peer takes ``KnownPeer.peer`` and ``KnownPeer.association`` from here.
"""
