"""The tool explain, which says what a status, a rejection, a line of a log or a report means.

The words are those of the room ``dicomdesk.engine.explain``.
"""
