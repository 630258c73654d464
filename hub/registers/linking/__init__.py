"""How the basic databases hang together: which links there are, how far each is told, how a join is graded."""
