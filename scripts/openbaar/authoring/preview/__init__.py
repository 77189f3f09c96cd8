"""Previews: the lines of a document beside what a recipe reads from each."""
