"""Statistics by division: tables of registered persons, controlled once for each period (统计法 Art. 28)."""
