"""How a peer and this machine reach each other: associations at once, and whether a port of ours can be called.

Nothing here takes rights that the program has not, and nothing waits without a bound.
"""
