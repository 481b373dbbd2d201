"""Sending what is planned: contexts that fit the files, several associations, retries, and the report of each instance.

What is proposed to the letter instead belongs to ``send_exactly``.
"""
