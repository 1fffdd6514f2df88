"""The view tree of a simulated screen and what is done with it: hit testing, XML, pictures."""
