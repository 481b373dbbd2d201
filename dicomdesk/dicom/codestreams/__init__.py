"""Headers of compressed images: what a codestream says of itself, and whether that may be believed.

Reads bytes and bounds claims; nothing is decoded here.
"""
