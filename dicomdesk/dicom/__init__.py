"""Data on disk and in memory: headers, scanning, tables, codecs and conversion.

This layer promises answers from bytes alone. It opens files that it is given; it knows no socket, no thread and no Qt.
"""
