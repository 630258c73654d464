"""Citizens and legal persons who prove who they are at the city's unified identity (OpenID Connect)."""
