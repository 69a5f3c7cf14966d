//! Request and answer types, and the client: the only door
