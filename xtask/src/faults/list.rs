//! The faults, and what stands against each.

/// One fault.
pub(super) struct Fault {
    /// Its number, which its tests carry.
    pub(super) number: u32,
    /// In a few words.
    pub(super) name: &'static str,
    /// What its tests find missing when it is removed.
    pub(super) defences: &'static [Defence],
    /// The day on which that was seen, where it was.
    pub(super) seen: Option<&'static str>,
}

/// A function or constant, and the file that it is in.
pub(super) struct Defence {
    pub(super) path: &'static str,
    pub(super) item: &'static str,
}

const fn by(path: &'static str, item: &'static str) -> Defence {
    Defence { path, item }
}

const fn fault(
    number: u32,
    name: &'static str,
    defences: &'static [Defence],
    seen: Option<&'static str>,
) -> Fault {
    Fault { number, name, defences, seen }
}

const OPEN_ORDER: &str = "crates/engine/src/perform/open_order.rs";
const RENEWAL_INFORMATION: &str = "crates/core/src/renewal_information.rs";
const FAILURES: &str = "crates/engine/src/acme_failure.rs";

/// The day on which the defences were removed one after the other, in batches, and each test
/// failed.
const SEEN: Option<&str> = Some("2026-11-25");
/// The same for those that came later.
const SEEN_LATER: Option<&str> = Some("2026-11-27");

/// In the order of their numbers.
pub(super) const FAULTS: [Fault; 34] = [
    fault(1, "refused nonces, one or all", &[by("crates/acme/src/post.rs", "ATTEMPTS")], SEEN),
    fault(2, "orders and authorizations that the authority reuses", &[by(OPEN_ORDER, "read")], SEEN),
    fault(
        3,
        "validation or issuance that takes hours",
        &[by("crates/engine/src/perform/finalize.rs", "later")],
        SEEN,
    ),
    fault(
        4,
        "outages: 500, 503, silence, reset, half a body",
        &[by("crates/core/src/patience.rs", "again")],
        SEEN,
    ),
    fault(5, "rate limits, with seconds, a date, or nothing", &[by(FAILURES, "wait")], SEEN),
    fault(6, "names that the authority has paused", &[by(FAILURES, "is_paused")], SEEN),
    fault(
        7,
        "an answer is lost after the authority has acted",
        &[
            by("crates/engine/src/perform/finalize.rs", "perform"),
            by("crates/engine/src/accounts.rs", "key_for"),
        ],
        SEEN,
    ),
    fault(
        8,
        "answers with other identifiers, unknown challenges, missing lists, endless bodies, error pages",
        &[by(OPEN_ORDER, "open")],
        SEEN,
    ),
    fault(
        9,
        "an authority that means harm: tokens, addresses, redirects",
        &[by("crates/acme/src/challenge.rs", "check_token")],
        SEEN,
    ),
    fault(
        10,
        "chains: long, alternate, without a link, for another key",
        &[by("crates/engine/src/perform/check_issued.rs", "check_and_store")],
        SEEN,
    ),
    fault(
        11,
        "an intermediate is replaced while the certificate is good",
        &[by("crates/engine/src/chain_freshness.rs", "is_due")],
        SEEN_LATER,
    ),
    fault(12, "a profile vanishes, or is too small", &[by(OPEN_ORDER, "open")], SEEN),
    fault(
        13,
        "external accounts, accounts that are gone, changed terms",
        &[by("crates/engine/src/accounts.rs", "create_account")],
        SEEN,
    ),
    fault(
        14,
        "authorities that need a contact, and such that need none",
        &[by("crates/engine/src/accounts.rs", "check_contact")],
        SEEN,
    ),
    fault(
        15,
        "a renewal window in the past",
        &[by("crates/core/src/renewal_policy.rs", "follow")],
        SEEN_LATER,
    ),
    fault(16, "renewal information that makes no sense", &[by(RENEWAL_INFORMATION, "absorb")], SEEN_LATER),
    fault(17, "a certificate that is replaced already", &[by(OPEN_ORDER, "because_of_replaces")], SEEN_LATER),
    fault(
        18,
        "a renewal that fails while its window is past",
        &[by("crates/core/src/failure.rs", "back_off_within")],
        SEEN_LATER,
    ),
    fault(19, "a chosen moment that a restart forgets", &[by(RENEWAL_INFORMATION, "absorb")], SEEN_LATER),
    fault(
        25,
        "failed validations that count against a name",
        &[by("crates/core/src/failure.rs", "back_off_within")],
        SEEN_LATER,
    ),
    fault(
        27,
        "a disk that is full or cannot be written",
        &[by("crates/engine/src/perform/prove_storage.rs", "perform")],
        SEEN,
    ),
    fault(28, "a stop or a kill at any moment", &[by("crates/core/src/run.rs", "next")], SEEN_LATER),
    fault(
        29,
        "key and certificate that are published one after the other",
        &[by("crates/contract/src/files/mod.rs", "switch_link")],
        SEEN_LATER,
    ),
    fault(
        30,
        "a damaged or newer database",
        &[by("crates/certwright/src/quarantine.rs", "keep")],
        SEEN_LATER,
    ),
    fault(
        31,
        "two who change the same thing",
        &[by("crates/store/src/sqlite/certificates.rs", "expected")],
        SEEN_LATER,
    ),
    fault(
        32,
        "a clock that jumps, a machine that sleeps",
        &[by("crates/core/src/clock_check.rs", "is_apart")],
        SEEN_LATER,
    ),
    fault(
        33,
        "two services on one data directory",
        &[by("crates/certwright/src/data_directory.rs", "open")],
        SEEN_LATER,
    ),
    fault(
        40,
        "a maintenance window against an expiry",
        &[by("crates/core/src/maintenance.rs", "put_off")],
        SEEN_LATER,
    ),
    fault(46, "a herd after an import or an outage", &[by("crates/core/src/herd.rs", "place")], SEEN_LATER),
    fault(47, "an authority that is retired", &[by("crates/engine/src/probes.rs", "is_nobody")], SEEN_LATER),
    fault(
        49,
        "the service's own certificate",
        &[by("crates/certwright/src/own_certificate.rs", "OwnCertificate")],
        SEEN_LATER,
    ),
    fault(
        51,
        "a backup that leaks keys, or cannot be restored",
        &[by("crates/pki/src/seal/recovery.rs", "wrap")],
        SEEN_LATER,
    ),
    fault(
        53,
        "history that is pruned",
        &[by("crates/store/src/sqlite/history.rs", "DELETE_VERSIONS")],
        SEEN_LATER,
    ),
    fault(54, "a worker that panics", &[by("crates/engine/src/scheduler.rs", "Taken")], SEEN_LATER),
];
