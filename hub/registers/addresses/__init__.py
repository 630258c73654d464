"""Standard places and addresses of the city, and the match of written addresses to them (地名管理条例 Art. 15, 21)."""
