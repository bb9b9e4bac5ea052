"""The HTTP server of the published folder."""
