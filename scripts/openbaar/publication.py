from openbaar.tables import Publication as Publication, load_publication as load_publication, localized as localized, trust_tables as trust_tables
