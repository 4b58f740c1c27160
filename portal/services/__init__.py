"""The portal's use cases: desks that sort what waits, and the demo clock."""
