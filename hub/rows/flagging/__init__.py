"""Which rows are under verification: kept beside the rows, so that business goes on with a mark (国发〔2016〕51号)."""
