"""The address book in the window: its view, and the choice of peers that every other view has.

Views choose with ``PeerChoice``; what is not a widget of the address book, such as its file, is not here.
"""
