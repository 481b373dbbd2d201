"""Audit trail of an archive (PS3.15 A.5): who did what with whose studies, to a file or to syslog.

It never makes a transfer wait: what cannot be written in time is lost, counted, and said.
"""
