"""One association: everything that knows pynetdicom, TLS and sockets.

This layer promises typed results and plain-word reasons to the layers above, which never see pynetdicom. It starts no
job and shows nothing.
"""
