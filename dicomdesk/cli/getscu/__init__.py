"""The tool getscu: its options and lines.

What is asked and stored belongs to the engine; what movescu needs too belongs to ``query``.
"""
