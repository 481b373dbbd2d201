"""Backups of storage areas: what the index says at one moment, with the files that belong to it, and their restore.

A backup is whole or not there; what an earlier one has is not copied again, and no two share what either may lose.
"""
