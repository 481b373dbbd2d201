"""Dialogs of the Archive view: what would change is shown before it is done, and what was done is listed.

None is modal; what they show is read beside the Qt thread.
"""
