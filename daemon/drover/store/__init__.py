"""The database: tables, migrations and queries. Nothing else touches it."""
