"""One page of each kind, by name: for the pictures, and for the tests that look at all of them."""

from __future__ import annotations

NAME = "vdab-online-opleidingen"
PAGES = {
    "home": "/",
    "tables": f"/{NAME}",
    "table": f"/{NAME}/started_by_province",
    "table_with_remarks": f"/{NAME}/completed_by_quarter",
    "table_filtered": f"/{NAME}/started_by_sector?start_year=2022",
    "table_empty": f"/{NAME}/started_by_sector?start_year=1999",
    "table_of_codes": f"/{NAME}/genders",
    "table_of_texts": f"/{NAME}/answers",
    "provenance": f"/{NAME}/provenance",
    "row": f"/{NAME}/started_by_sector/2022,hout",
    "row_of_codes": f"/{NAME}/genders/female",
    "query": f"/{NAME}/share_of_women",
    "query_chart": f"/{NAME}/completion_by_cohort",
    "query_with_parameters": f"/{NAME}/where_a_number_comes_from",
    "sql": f"/{NAME}?sql=select+*+from+genders+where+code+%3D+%3Acode&code=female",
    "search": "/search?q=50.252",
    "search_empty": "/search?q=xyzzy",
    "documents": "/source/",
    "document": "/source/vdab-online-opleidingen.txt",
}
