"""What one phone can do: screens, taps, text, apps. The place for adbutils and uiautomator2."""
