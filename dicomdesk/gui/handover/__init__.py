"""One window for each profile: who begins second hands over what it was given, and ends.

A profile is the user's state folder. Whoever holds the lock in it is the window; the others find its socket there.
"""
