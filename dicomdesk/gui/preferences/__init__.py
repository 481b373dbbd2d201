"""What the user prefers of the whole program, as plain values.

Nothing here shows anything; views are told of other preferences by the window.
"""
