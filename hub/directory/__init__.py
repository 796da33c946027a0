"""Who and what exists: regions, companies, centres, people, homes and devices, with their from and until."""
