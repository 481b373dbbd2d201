"""The tool ``archive``: commands that administer an archive beside its server.

Each module ``<room>/<name>_command.py`` below is a command, whose ``PROGRAM`` is found by that name; nothing else lists
them. What they do is done by the rooms of the archive.
"""
