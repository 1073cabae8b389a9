"""From what is due to a message that stands in its conversation, once."""
