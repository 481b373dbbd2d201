"""Takes up what a journal has not finished: what is to be sent, what is to be fetched, lists to be worked off.

Each ends here as it would have ended where it was begun; what cannot be done now stays in the journal.
"""
