"""What people write: table files, the package file, and what they point to."""
