"""The resource directory in use: entries described, reviewed, published; exemption records (Zhengzhou Art. 18, 20)."""
