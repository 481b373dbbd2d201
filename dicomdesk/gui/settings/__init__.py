"""The settings of the program in one dialog: a page for each subject, nothing changes before it is saved.

Pages show and return plain values; what comes of them is the window's business.
"""
