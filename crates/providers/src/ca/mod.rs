//! Certificate authorities that come with the program, as data: one file each, one line in the list.

use certwright_core::authority::Authority;

mod actalis;
mod aws;
mod buypass;
mod digicert;
mod globalsign;
mod google;
mod google_staging;
mod letsencrypt;
mod letsencrypt_staging;
mod sectigo;
mod sslcom;
mod zerossl;

/// Every built-in authority; the first is the one offered first.
pub const AUTHORITIES: &[fn() -> Authority] = &[
    letsencrypt::authority,
    letsencrypt_staging::authority,
    google::authority,
    google_staging::authority,
    zerossl::authority,
    sslcom::rsa,
    sslcom::ecc,
    actalis::authority,
    sectigo::dv,
    sectigo::ov,
    sectigo::ev,
    digicert::authority,
    globalsign::authority,
    aws::authority,
    buypass::authority,
];

#[cfg(test)]
mod tests;
