"""The data package: descriptor, validation, downloads, and the addresses released."""
