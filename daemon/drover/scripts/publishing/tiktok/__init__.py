"""Publishing on TikTok: three ways to the form, sounds, the form, the proof."""
