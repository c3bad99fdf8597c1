"""Estimates in, tables and figures out; nothing here estimates."""
