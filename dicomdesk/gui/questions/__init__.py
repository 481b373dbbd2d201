"""Dialogs that ask one question: a file, a secret, whether to close.

Each is opened without blocking and answers through a future.
"""
