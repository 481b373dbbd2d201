"""Has a peer send instances (C-MOVE, C-GET), counts what really came, and says why something did not.

What arrives is stored by ``receive``; nothing is asked for here that was not named.
"""
