"""Publishing, app by app: the way to the form, the form, the one tap, the proof. `post.py` owns the order."""
