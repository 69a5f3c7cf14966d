//! The API as a whole, over real sockets, with a real engine on a database of its own.

#[cfg(test)]
mod api;
#[cfg(test)]
mod issuers;
#[cfg(test)]
mod running;
