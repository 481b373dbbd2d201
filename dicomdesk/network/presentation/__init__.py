"""Presentation contexts: proposed, accepted, planned and assigned, and the profile files that say which.

Decides with pure functions over values; no bytes of PDUs and no sockets.
"""
