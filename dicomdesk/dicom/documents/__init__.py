"""Small data sets, such as identifiers, in memory and as text: keys written by people, dumps, XML, DICOM JSON.

What a query means belongs to ``query``; data sets of instances, which may be large, are walked in ``data_sets``.
"""
