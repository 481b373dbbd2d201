"""What failures mean: their likely causes and what to do, as data, and how a failure is recognised in a line of text.

The same words serve the connection check, the tool ``explain`` and the page of failures.
"""
