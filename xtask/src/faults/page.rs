//! The page as text.

use super::find::Test;
use super::list::Fault;
use super::results::Results;

const HEAD: &str = "\
# The fault table

<!-- Written by `cargo xtask generate` from xtask/src/faults/list.rs, the names of the tests, and the results that
`cargo xtask faults` keeps in docs/faults-results.toml. -->

Faults that have hit users of ACME clients and certificate managers, each with the tests that are named after it. A test
stands between the engine and a real Pebble with a scripted proxy (`tests/src/mischief/`), unless it needs less.
*Defence* is the code without which its test fails; *seen red* says whether somebody has removed it once and seen that.
Numbers that are missing are for features that are still to come.

";

pub(super) fn print(faults: &[Fault], tests: &[Test], results: &Results) -> String {
    let mut page = HEAD.to_owned();
    if results.date.is_empty() {
        page.push_str("The tests were not run as a group yet.\n\n");
    } else {
        page.push_str(&format!("Results of {}, commit {}.\n\n", results.date, results.commit));
    }
    page.push_str("| # | fault | tests | result | defence | seen red |\n|---|---|---|---|---|---|\n");
    for fault in faults {
        let own: Vec<&Test> = tests.iter().filter(|test| test.number == fault.number).collect();
        let lines = |text: fn(&Test, &Results) -> String| {
            own.iter().map(|test| text(test, results)).collect::<Vec<_>>().join("<br>")
        };
        let (names, outcomes) = if own.is_empty() {
            ("none yet".to_owned(), String::new())
        } else {
            (
                lines(|test, _| format!("`{}`", test.name)),
                lines(|test, results| results.of(&test.name).to_owned()),
            )
        };
        let defences: Vec<_> =
            fault.defences.iter().map(|defence| format!("`{}` in {}", defence.item, defence.path)).collect();
        let seen = fault.seen.unwrap_or("not yet");
        let cells = [fault.name, &names, &outcomes, &defences.join("<br>"), seen].join(" | ");
        page.push_str(&format!("| {} | {cells} |\n", fault.number));
    }
    page
}
