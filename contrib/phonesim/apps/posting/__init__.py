"""What both apps need on the way to a post: its state, the flow to the upload, sounds, pictures of files."""
