"""Leaves, trees and receipts as pure functions: bytes in, bytes out."""
