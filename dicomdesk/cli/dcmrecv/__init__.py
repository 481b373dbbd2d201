"""The tool dcmrecv: its options and lines.

What receiving does belongs to the engine; what other tools need too belongs to ``options`` or ``output``.
"""
