"""Certificates, access rules, profiles and users: checked before a job begins, with problems in words.

Opens no connection; what is enforced on associations belongs to the network layer.
"""
