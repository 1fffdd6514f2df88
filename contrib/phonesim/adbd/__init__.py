"""The phone's end of the adb device protocol."""
