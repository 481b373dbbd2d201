"""The job that receives: instances arrive, are placed under their names, and studies come to rest.

Nothing is indexed or found again here: that is the archive.
"""
