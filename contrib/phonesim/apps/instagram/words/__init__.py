"""The tables of words, one module a language: `WORDS`, by the names that screens use."""
