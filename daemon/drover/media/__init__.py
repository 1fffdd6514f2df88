"""Media files: where they may lie, what they really are, what the apps take. Knows neither supervisor nor worker."""
