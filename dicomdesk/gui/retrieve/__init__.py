"""Retrieving in the window: jobs with progress and diagnosis, what is here already, a look at one image.

What is selected comes in as ``models.found_entities``; nothing here knows a view.
"""
