"""What makes the site of docs/: its examples run, its generated parts written, its pages built."""
