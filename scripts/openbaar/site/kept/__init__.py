"""What was asked before, or counted when the database was built, instead of asking again."""
