"""The desk of an archive: all that somebody who looks at an archive and works on it asks for, in one place.

It is for a view, or whatever else stays open while servers go on. What changes something is planned first and shown,
then done as planned, and told to the audit trail. Whatever takes long tells how far it is, and ends when its watch
says so.
"""
