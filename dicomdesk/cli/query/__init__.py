"""What findscu, movescu and getscu share: their options, the identifiers that files and keys make, statuses in words.

What is sent and how belongs to the engine; what only one of the tools needs belongs to its own room.
"""
