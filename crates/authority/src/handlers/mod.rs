//! What each address does, one file for each object of RFC 8555.

mod account;
mod authorization;
mod certificate;
mod directory;
mod external_account;
mod finalize;
mod key_change;
mod order;
mod renewal;
mod revoke;
