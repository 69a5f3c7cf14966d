//! Corpora: files that were once interesting, and everything a seeded generator makes of them. No reader may panic, and
//! none may take long.

use crate::signed_again::signed_again;
use certwright_authority::readers;
use certwright_pki::issue::{CheckedRequest, RequestRefusal};
use std::path::Path;
use std::time::{Duration, Instant};

/// Mutations of each file. A libFuzzer target goes on where these end.
const MUTATIONS: usize = 2000;

/// SplitMix64: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 5, "{} is too small", folder.display());
    files
}

/// One to four changes: a bit, a byte, a run cut out or doubled, an end cut off, a piece of another file, a length.
fn mutate(numbers: &mut Numbers, start: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = start.to_vec();
    for _ in 0..=numbers.below(3) {
        let (at, until) = (numbers.below(bytes.len()), numbers.below(bytes.len() + 1));
        let (at, until) = (at.min(until), at.max(until));
        match numbers.below(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << numbers.below(8),
            1 if !bytes.is_empty() => bytes[at] = numbers.next() as u8,
            2 => drop(bytes.drain(at..until)),
            3 => {
                let run = bytes[at..until].to_vec();
                bytes.splice(at..at, run);
            }
            4 => bytes.truncate(at),
            5 => {
                let from = numbers.below(other.len());
                bytes.splice(at..at, other[from..].iter().copied().take(64));
            }
            _ if !bytes.is_empty() => bytes[at] = [0, 0x7f, 0x80, 0x84, 0xff][numbers.below(5)],
            _ => {}
        }
        bytes.truncate(64 * 1024);
    }
    bytes
}

fn run(folder: &str, read: impl Fn(&[u8]) -> bool) {
    for (path, bytes) in files(folder) {
        let expected = !path.contains("bad");
        assert_eq!(read(&bytes), expected, "{path}");
    }
    mutated(folder, read);
}

fn mutated(folder: &str, read: impl Fn(&[u8]) -> bool) {
    let files = files(folder);
    let mut numbers = Numbers(0x5eed);
    for (path, bytes) in &files {
        for _ in 0..MUTATIONS {
            let other = &files[numbers.below(files.len())].1;
            let mutated = mutate(&mut numbers, bytes, other);
            let begun = Instant::now();
            read(&mutated);
            assert!(begun.elapsed() < Duration::from_secs(1), "{path} became something slow: {mutated:?}");
        }
    }
}

#[test]
fn signed_requests_are_read_without_a_panic() {
    run("jws", readers::signed_request);
}

#[test]
fn payloads_are_read_without_a_panic() {
    run("payload", readers::payloads);
}

#[test]
fn certificate_requests_are_read_without_a_panic() {
    run("csr", |bytes| CheckedRequest::read(bytes).is_ok());
}

/// Without this no mutation would come further than to the signature.
#[test]
fn certificate_requests_with_good_signatures_are_read_without_a_panic() {
    let mut good = 0;
    for (path, bytes) in files("csr") {
        match CheckedRequest::read(&signed_again(&bytes).unwrap()) {
            Ok(_) => good += 1,
            Err(refusal) => assert_ne!(refusal, RequestRefusal::WrongSignature, "{path}"),
        }
    }
    assert!(good >= 4, "{good}");
    mutated("csr", |bytes| signed_again(bytes).is_some_and(|bytes| CheckedRequest::read(&bytes).is_ok()));
}
