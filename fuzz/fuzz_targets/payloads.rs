//! The payload of every kind of request.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    certwright_authority::readers::payloads(bytes);
});
