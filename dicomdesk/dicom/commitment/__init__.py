"""Storage commitment as values and bytes (PS3.4 J.3): what is asked for, what is reported, and why not in words.

For both sides. No network, and no opinion on what is to be done about it.
"""
