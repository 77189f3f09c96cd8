"""Judging what was read: checks give verdicts, and trust tables say what to beware of."""
