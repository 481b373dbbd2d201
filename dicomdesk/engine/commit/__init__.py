"""Storage commitment as a requestor: a job that asks a peer to keep what it has stored, and the transactions it opens.

Only here files are deleted after delivery: those that a peer has committed to, and that are what was sent.
"""
