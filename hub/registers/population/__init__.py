"""Persons (人口): the rules by which the register takes them, and the services that give the least that answers."""
