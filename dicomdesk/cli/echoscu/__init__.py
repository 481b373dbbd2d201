"""The tool echoscu: its options, lines, and the lines of its diagnosis.

What is asked and explained belongs to the engine; what other tools need too belongs to ``options`` or ``output``.
"""
