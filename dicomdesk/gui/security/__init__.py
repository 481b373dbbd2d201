"""The address book and the security of the listener as the window keeps them: in files, secrets elsewhere.

No widget: fields are in ``entries``, questions in ``questions``, the view of the address book is in ``peers``.
"""
