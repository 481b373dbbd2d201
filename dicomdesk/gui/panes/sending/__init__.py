"""Actions of the Send view that need nothing of each other: questions to the peer, what is added, its order, the
command that does the same, and taking rows off the list.

When each of them can be done is decided by the view.
"""
