"""Working through a list in the window: what it holds, what is to be done, what came of each line, going on later.

The engine does the work; the Query/Retrieve view opens the dialog.
"""
