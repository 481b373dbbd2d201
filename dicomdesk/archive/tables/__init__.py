"""The index as a database: schema, migrations, statements, and what is added, selected and removed.

The only room with SQL; no file of an instance is opened here.
"""
