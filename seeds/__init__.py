"""The demo court: what ``make run`` fills an empty database with. Stands above every floor."""
