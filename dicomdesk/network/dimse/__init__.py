"""DIMSE messages as bytes: command sets, fragments of data sets, requests and responses (PS3.7).

Shared by both roles; no socket, no thread, and no association is opened or ended here.
"""
