"""Configuration of an archive: the file, its syntax, peers, accounts, profiles and formats.

Read once at the start and passed on as values; nothing here changes while the archive runs.
"""
