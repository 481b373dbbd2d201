"""The tree that all views share: model, view, header, rows and states.

Knows nodes and columns, not what they stand for; the nodes of each view are in ``models``.
"""
