"""The send queue as rows: studies on their way to a peer, what has become of each instance, and the history of both.

Knows errands and facts, not who sends: the Outbox is asked elsewhere, and nothing here waits for a disk.
"""
