"""Previews: the lines of a document beside what a recipe reads from each, also while the recipe
still fails.
"""
