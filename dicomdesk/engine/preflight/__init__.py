"""How instances would go, found out without sending one: verdicts, reasons, and what would help.

Uses the senders' own decisions; it makes none that sending would not make.
"""
