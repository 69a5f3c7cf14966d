//! The fault table, `docs/faults.md`: every fault that is known to have hit somebody, the tests that are named after it,
//! the defence, and what came of the tests when they were last run.

mod find;
mod list;
mod page;
mod results;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workspace;
use list::{FAULTS, Fault};
use results::Results;

/// The page.
const PAGE: &str = "docs/faults.md";

/// The page as it is to be by what is in the checkout.
fn printed(root: &Path) -> Result<String> {
    Ok(page::print(&FAULTS, &find::tests(root)?, &Results::read(root)?))
}

/// Writes the page anew.
pub(crate) fn write() -> Result<()> {
    let root = workspace::root();
    std::fs::write(root.join(PAGE), printed(root)?).with_context(|| format!("writing {PAGE}"))?;
    println!("{PAGE} written");
    Ok(())
}

/// Runs every test that is named after a fault, notes what came of each, and writes the page anew.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root();
    let results = results::run()?;
    results.write(root)?;
    write()?;
    if results.any_failed() {
        bail!("a fault has found its way through");
    }
    Ok(())
}

/// What is wrong with the list, and whether the page is what it says.
pub(crate) fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = complaints(root, &FAULTS)?;
    let kept = workspace::read(&root.join(PAGE)).unwrap_or_default();
    if kept != printed(root)? {
        problems.push(format!("{PAGE} is stale; `cargo xtask generate` writes it anew"));
    }
    Ok(problems)
}

fn complaints(root: &Path, faults: &[Fault]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for test in find::tests(root)? {
        if !faults.iter().any(|fault| fault.number == test.number) {
            problems.push(format!("{} is named after a fault that is not listed", test.name));
        }
    }
    for fault in faults {
        for defence in fault.defences {
            let text = workspace::read(&root.join(defence.path)).ok();
            let is_there = text.is_some_and(|text| defines(&text, defence.item));
            if !is_there {
                problems.push(format!(
                    "fault {}: there is no {} in {}",
                    fault.number, defence.item, defence.path
                ));
            }
        }
    }
    Ok(problems)
}

/// Whether a source defines this function, constant or type.
fn defines(text: &str, item: &str) -> bool {
    ["fn ", "const ", "struct ", "static "].iter().any(|keyword| {
        let begin = format!("{keyword}{item}");
        text.match_indices(&begin).any(|(at, _)| {
            let next = text[at + begin.len()..].chars().next();
            next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;
    use list::Defence;

    const SOURCE: &str = "//! x\nfn defend() {}\n#[test]\nfn fault_07_lost() {}\n";

    fn fault(item: &'static str) -> Fault {
        static DEFENDED: [Defence; 1] = [Defence { path: "a.rs", item: "defend" }];
        static MISSING: [Defence; 1] = [Defence { path: "a.rs", item: "defen" }];
        let defences = if item == "defend" { &DEFENDED[..] } else { &MISSING[..] };
        Fault { number: 7, name: "a lost answer", defences, seen: None }
    }

    #[test]
    fn a_defence_that_is_there_is_fine_and_one_that_is_gone_is_told() {
        let checkout = sample(&[("a.rs", SOURCE)]);
        assert_eq!(complaints(checkout.path(), &[fault("defend")]).unwrap(), Vec::<String>::new());
        let gone = complaints(checkout.path(), &[fault("defen")]).unwrap();
        assert_eq!(gone, ["fault 7: there is no defen in a.rs"]);
        let unlisted = complaints(checkout.path(), &[]).unwrap();
        assert_eq!(unlisted, ["fault_07_lost is named after a fault that is not listed"]);
    }

    #[test]
    fn numbers_are_in_order_and_each_is_once() {
        assert!(FAULTS.windows(2).all(|pair| pair[0].number < pair[1].number));
    }

    #[test]
    fn the_page_has_tests_results_and_gaps() {
        let checkout = sample(&[
            ("a.rs", SOURCE),
            (
                "docs/faults-results.toml",
                "date = \"2026-11-25\"\ncommit = \"abc\"\n[tests]\nfault_07_lost = \"ok\"\n",
            ),
        ]);
        let tests = find::tests(checkout.path()).unwrap();
        let results = Results::read(checkout.path()).unwrap();
        let page = page::print(&[fault("defend")], &tests, &results);
        assert!(
            page.contains("| 7 | a lost answer | `fault_07_lost` | ok | `defend` in a.rs | not yet |"),
            "{page}"
        );
        let page = page::print(&[Fault { number: 8, ..fault("defend") }], &tests, &results);
        assert!(page.contains("| 8 | a lost answer | none yet |"), "{page}");
    }
}
