"""Index as a database: schema, migrations, statements; additions, selections and removals.

The only room with SQL; no file of an instance is opened here.
"""
