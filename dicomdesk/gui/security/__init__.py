"""Security of peers and of the listener: kept in a file, with secrets in memory until the window closes.

No widget: fields are in ``entries``, questions in ``questions``.
"""
