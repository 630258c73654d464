"""Descriptions of the directory for machines: one neutral description, written as DCAT-AP 3 and in other forms."""
