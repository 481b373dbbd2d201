"""The tool passcode, which writes the file of users.

Hashes are made and compared below, in the network layer.
"""
