"""The commands of droverctl, by noun. They ask the daemon and hand data to the output; they format nothing."""
