"""The ways of retrieving: which one is taken, and what each of them needs.

Choices are pure; nothing here asks a peer.
"""
