"""Central's database: SQLite by default, PostgreSQL in production, one schema."""
