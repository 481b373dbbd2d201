"""Parts of the window's frame and of its views: sidebar, status strip, details, negotiation, steps.

They show what they are given; nothing is started here.
"""
