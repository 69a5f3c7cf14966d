//! The API as a whole, over real sockets, with a real engine on a database of its own.

#[cfg(test)]
mod api;
mod authorities;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod issuers;
#[cfg(test)]
mod people;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod running;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod tokens;
