"""What pages show beside the tables, put into the database when it is built."""
