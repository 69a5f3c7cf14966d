//! Fault 10: what an authority, or somebody in between, may send instead of the right chain.

mod issued;
mod trust;
