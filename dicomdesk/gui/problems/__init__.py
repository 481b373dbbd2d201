"""What asks for attention: one book that all views report to.

The figure in the status line and the list behind it are the length and the content of that book, so they cannot differ.
"""
