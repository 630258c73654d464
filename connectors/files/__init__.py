"""Files that hold one table: delimited text, XLSX, XLS. The door is :func:`connectors.files.reader.open_table`."""
