"""Drawing a chart as SVG: what it shows is a `Picture`, laid out upright or lying."""
