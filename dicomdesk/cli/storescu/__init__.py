"""The tool storescu: its options, lines and exit code.

What sending does belongs to the engine; what other tools need too belongs to ``options`` or ``output``.
"""
