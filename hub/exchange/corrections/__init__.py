"""Corrections (校核): a record is reported as wrong, checked by its source, answered; copies are told."""
