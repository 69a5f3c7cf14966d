//! A certificate request (PKCS #10), with all checks before it may be signed: as it is, and with a signature that is
//! good, because what is behind the signature's check could not be reached otherwise.
#![no_main]

use certwright_pki::issue::CheckedRequest;
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/authority/tests/integration/signed_again.rs"]
mod signed_again;

fuzz_target!(|bytes: &[u8]| {
    // Only that it returns is asked.
    let _ = CheckedRequest::read(bytes);
    if let Some(signed) = signed_again::signed_again(bytes) {
        let _ = CheckedRequest::read(&signed);
    }
});
