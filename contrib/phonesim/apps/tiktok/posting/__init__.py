"""TikTok's way from a file to a post: share or camera, picker, editor, form, upload."""
