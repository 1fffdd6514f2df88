"""How Instagram publishes: reel, pictures of the feed, story."""
