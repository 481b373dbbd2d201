"""The window: the only code that imports Qt.

This layer promises that nothing on the Qt thread touches disk, network or database. It never imports ``network`` or
``cli``.
"""
