"""What TikTok says, one table a language."""
