"""The pages of the auction: public ones, the bidder's own, the live room, the court's desk."""
