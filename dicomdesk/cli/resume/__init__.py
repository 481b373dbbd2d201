"""The tool ``resume``: takes up what a journal has not finished, and shows what stands in it.

It replaces nothing of DCMTK's: its options, texts and exit codes are its own.
"""
