"""Data sets as bytes: their elements walked, checked, edited, and written again in another encoding.

No file formats and no pixels: what a file is belongs to ``files``, what an image means to ``pixels``.
"""
