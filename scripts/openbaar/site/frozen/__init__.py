"""The site without a server, as a folder of files."""
