"""Small controls of the window: buttons, chips, fields, combos, empty states.

They know the theme and nothing of DICOM, sessions or files.
"""
