//! A certificate request (PKCS #10), with all checks before it may be signed.
#![no_main]

use certwright_pki::issue::CheckedRequest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Only that it returns is asked.
    let _ = CheckedRequest::read(bytes);
});
