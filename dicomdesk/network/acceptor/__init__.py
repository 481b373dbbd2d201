"""The side that is called: connections taken, associations answered, messages received and handed to their handlers.

What is stored or answered is decided above, in handlers; nothing here opens a connection.
"""
