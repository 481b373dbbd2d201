"""The tool dcmqrscp: its options, settings, lines and events.

What the archive does belongs to ``archive``; what other tools need too belongs to ``options`` or ``output``.
"""
