"""Everything the program remembers, in SQLite or PostgreSQL, behind `bot.ports.Store`."""
