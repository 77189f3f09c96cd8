"""From lines to records: pure functions that open no file and know no library of the right half."""
