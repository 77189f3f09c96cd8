"""Drafts: a first publication of documents that nobody described yet, each guess marked."""
