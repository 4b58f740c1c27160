"""The law of the reference price, pure: plain values in, plain values out."""
