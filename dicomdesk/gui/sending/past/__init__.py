"""What was sent: the history of the journal, and reports on it.

Reads, and asks for sending again; nothing is sent here.
"""
