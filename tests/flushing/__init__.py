"""The command that empties the database between tests."""
