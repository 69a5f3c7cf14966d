//! Everything a user picks from a list: CAs, challenge responders, deployment targets
