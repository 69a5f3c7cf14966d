//! Checks on chains before anything is published (fault 10): what was issued is what was asked for, every link
//! holds, and the verdict on where the chain ends.

mod fault;
mod issued;
mod issuers;
mod link;
mod roots;
pub(crate) mod signature;
mod trust;
mod validity;

pub use fault::ChainFault;
pub use issued::{Expected, check_issued};
pub use issuers::issuers;
pub use roots::Roots;
pub use trust::trust;
pub use validity::{CLOCK_ALLOWANCE, LONGEST_LIFETIME};

#[cfg(test)]
mod tests;
