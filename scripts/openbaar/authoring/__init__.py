"""Help for those who write recipes: drafts and previews."""
