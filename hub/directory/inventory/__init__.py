"""The inventory of existing resources that are not attached to the directory yet (Zhengzhou Art. 17)."""
