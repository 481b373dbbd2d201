"""The tool findscu: its options, its lines, and the forms in which responses are given out.

What is asked belongs to the engine; what movescu and getscu need too belongs to ``query``.
"""
