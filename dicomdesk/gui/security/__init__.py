"""How nodes and the listener are secured: kept in a file, with secrets in memory until the window closes.

No widget: fields are in ``entries``, questions in ``questions``.
"""
