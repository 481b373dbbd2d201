"""What can be done in the window, as named actions with keys that the user may change.

Nothing here knows a view: views make their commands with what is here, and the frame shows them in menus.
"""
