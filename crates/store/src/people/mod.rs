//! People who sign in, their sessions, tokens of programs, and one-time links.
//!
//! Secrets come as digests, passwords as hashes, second factors sealed: nothing here opens anything.

mod guesses;
mod links;
mod sessions;
mod tokens;
mod users;

pub use guesses::Guesses;
pub use links::{Link, Links, SetUp};
pub use sessions::{NewSession, Session, Sessions};
pub use tokens::{Token, Tokens};
pub use users::{Begun, Credentials, User, UserEdit, Users};

/// All that is stored of people, as one object.
pub trait PeopleStore: Users + Sessions + Tokens + Links + Guesses {}

impl<S> PeopleStore for S where S: Users + Sessions + Tokens + Links + Guesses {}
