"""What a page shows: tables laid out, values in words, filters, remarks, charts."""
