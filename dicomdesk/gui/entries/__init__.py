"""Groups of fields in which settings are entered and checked: peers, TLS, identity, access.

They give values; what is done with these belongs to panes and dialogs.
"""
