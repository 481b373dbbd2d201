"""The tool movescu: its options and lines, and the format that it gives to files that came.

What is asked and received belongs to the engine; what getscu needs too belongs to ``query``.
"""
