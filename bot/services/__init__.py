"""Use cases: load, decide in the domain, save, return results; never texts, never blocks."""
