"""Certificates, access rules, profiles and users as front ends need them: checked before a job begins, in words.

Opens no connection; what is enforced on associations belongs to the network layer.
"""
