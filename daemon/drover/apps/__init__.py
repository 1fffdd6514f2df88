"""What is known of each app, as data (labels, ids, links, popups, blockers), and the screen recogniser."""
