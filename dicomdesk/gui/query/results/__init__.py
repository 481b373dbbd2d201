"""What peers have answered: read, put into words, merged into one tree, and shown.

Nothing is asked here.
"""
