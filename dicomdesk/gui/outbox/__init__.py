"""The Outbox of the window: opened with its journal, asked and closed away from the Qt thread, and how its runs stand.

Knows no rows and no widgets; what happens goes to the session's channel of what is sent.
"""
