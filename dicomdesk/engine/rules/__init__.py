"""Rules for what arrives: their file, what they demand, what they say of instances, and which files are at rest.

What goes where is decided without a disk or a socket; who does something about it is ``routing``.
"""
