"""Receiving into the archive that is looked at: it is served by this program, with all that its rules say.

The job is the same that ``dicomdesk dcmqrscp`` runs; here it is begun and ended, and what it does is told.
"""
