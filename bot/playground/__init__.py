"""A local stand-in for the chat platform: its Web API, its sockets and a page to try the app on."""
