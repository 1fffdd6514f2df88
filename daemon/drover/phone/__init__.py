"""What one phone can do: screens, selectors, taps, text, apps. The place for adbutils and uiautomator2."""
