"""What a column may hold: names, patterns, types, and CSV files in and out."""
