"""Files and folders: Part 10 files, folders that are scanned, DICOMDIR, ZIP archives.

A file's data set is handed to ``data_sets``; nothing here is sent, stored or decoded.
"""
