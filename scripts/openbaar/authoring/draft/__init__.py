"""Drafts: a first publication of documents that nobody described yet, each guess in it marked as one."""
