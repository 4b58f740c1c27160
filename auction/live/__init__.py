"""The edge that HTTP and Socket.IO share: a bid taken up, a room kept in step."""
