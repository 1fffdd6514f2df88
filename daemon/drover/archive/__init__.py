"""Backups that hold the library too: made while a daemon works, and put back where none does."""
