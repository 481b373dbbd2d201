"""Receive job: instances arrive, get their file names, and settled studies are reported.

Nothing is indexed or found again here: that is the archive.
"""
