//! People who sign in, in SQLite.

mod guesses;
mod links;
mod sessions;
mod tokens;
mod users;
