"""Parts that the sending tools share: options, the frame of a delivery, the pre-flight of ``--check``.

What DCMTK's dcmsend and storescu do each in its own way stays in the tools' rooms.
"""
