"""What is here already of what peers have: the files of a folder by study, series and instance, read once each.

Nothing is asked of a peer here, and no file is changed.
"""
