"""Why facts of the engine happened: events and outcomes, in the words of the table of failures.

Every front end shows what is said here; the words themselves are those of the room ``explain``.
"""
