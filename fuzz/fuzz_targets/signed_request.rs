//! A signed request (JWS), as far as it is read before anything is looked up.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    certwright_authority::readers::signed_request(bytes);
});
