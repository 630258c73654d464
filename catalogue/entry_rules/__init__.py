"""The rules an entry must keep before it is listed, V01 to V19; each module holds one family of them."""
