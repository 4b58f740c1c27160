"""Factories: plain functions that build situations through the services of the domains."""
