"""A simulated Android phone that speaks the adb device protocol."""
