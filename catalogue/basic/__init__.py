"""The four basic databases (Zhengzhou Art. 18, Jilin Art. 26): one module each, switched on by the city."""
