"""Proofs that take longer than a test: each prints its figures and its seed, and fails aloud."""
