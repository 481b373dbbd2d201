"""What the window tells of itself: the help page, and which versions it is made of.

Loaded when somebody asks; nothing here changes anything.
"""
