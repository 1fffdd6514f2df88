"""What automates the phone from inside: uiautomator2's server and the keyboards that take text over broadcasts."""
