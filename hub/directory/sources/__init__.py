"""One source per item (一数一源): who supplies the same item, and whom the authority named as its source."""
