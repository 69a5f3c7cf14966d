//! `cargo xtask test`: the suites in order, each with its budget and the time it took.

mod suites;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::install;
use suites::{Needs, SUITES, Suite};

/// Which suites to run; without a word, all but the long ones.
#[derive(Args)]
pub(crate) struct Choice {
    /// Also what takes long: licences (installing cargo-deny if need be) and the ignored tests
    #[arg(long)]
    all: bool,
    /// Only this suite
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,
}

/// What came of one suite.
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

/// Runs the chosen suites up to the first that fails.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    let chosen = chosen(choice)?;
    if chosen.iter().any(|suite| suite.needs == Needs::Servers) {
        install::run()?;
    }
    let mut outcomes = Vec::new();
    let mut failed = false;
    for suite in chosen {
        let outcome = if failed { Outcome::NotRun } else { perform(suite) };
        failed = failed || matches!(outcome, Outcome::Failed(_));
        outcomes.push((suite, outcome));
    }
    println!("\nsuites:");
    for (suite, outcome) in &outcomes {
        println!("  {}", summary(suite, outcome));
    }
    println!("{}", closing_line(&outcomes));
    if failed {
        bail!("a suite failed");
    }
    Ok(())
}

fn chosen(choice: &Choice) -> Result<Vec<&'static Suite>> {
    if let Some(name) = &choice.suite {
        let names = SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
        let suite = SUITES.iter().find(|suite| suite.name == name);
        return Ok(vec![suite.with_context(|| format!("no suite is called {name}; there are {names}"))?]);
    }
    Ok(SUITES.iter().filter(|suite| (choice.all && suite.is_of_all()) || suite.by_default()).collect())
}

fn perform(suite: &Suite) -> Outcome {
    println!("\n== {} (budget {} s)", suite.name, suite.budget_seconds);
    let started = Instant::now();
    match (suite.run)() {
        Ok(()) => Outcome::Passed(started.elapsed()),
        Err(error) => {
            println!("{}: {error:#}", suite.name);
            Outcome::Failed(started.elapsed())
        }
    }
}

fn summary(suite: &Suite, outcome: &Outcome) -> String {
    let (verdict, taken) = match outcome {
        Outcome::Passed(taken) => ("passed", Some(*taken)),
        Outcome::Failed(taken) => ("FAILED", Some(*taken)),
        Outcome::NotRun => ("not run", None),
    };
    let budget = Duration::from_secs(suite.budget_seconds);
    let taken = taken.map_or_else(String::new, |taken| {
        let warning = if taken > budget { "  WARNING: over budget" } else { "" };
        format!(" in {:.0} s of {} s{warning}", taken.as_secs_f32(), budget.as_secs())
    });
    format!("{:<12}{verdict}{taken}", suite.name)
}

/// Read by machines: nothing else stands on this line.
fn closing_line(outcomes: &[(&Suite, Outcome)]) -> String {
    let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|(_, outcome)| wanted(outcome)).count();
    let passed = count(|outcome| matches!(outcome, Outcome::Passed(_)));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    format!("{passed} passed, {failed} failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(all: bool, suite: Option<&str>) -> Choice {
        Choice { all, suite: suite.map(str::to_owned) }
    }

    #[test]
    fn the_default_suites_fit_into_25_minutes() {
        let suites = chosen(&choice(false, None)).unwrap();
        assert!(suites.iter().map(|suite| suite.budget_seconds).sum::<u64>() <= 25 * 60);
        assert!(suites.len() < chosen(&choice(true, None)).unwrap().len());
    }

    #[test]
    fn one_suite_can_be_had_alone_and_a_wrong_name_is_told() {
        assert_eq!(chosen(&choice(false, Some("build"))).unwrap()[0].name, "build");
        let error = chosen(&choice(false, Some("bild"))).err().unwrap().to_string();
        assert!(error.contains("bild") && error.contains("build"), "{error}");
    }

    #[test]
    fn the_report_is_fit_for_people_and_machines() {
        let [first, second, third, ..] = &SUITES;
        let outcomes = [
            (first, Outcome::Passed(Duration::from_millis(1400))),
            (second, Outcome::Failed(Duration::from_secs(second.budget_seconds + 1))),
            (third, Outcome::NotRun),
        ];
        assert_eq!(closing_line(&outcomes), "1 passed, 1 failed");
        assert_eq!(
            summary(first, &outcomes[0].1),
            format!("format      passed in 1 s of {} s", first.budget_seconds)
        );
        assert!(summary(second, &outcomes[1].1).ends_with("WARNING: over budget"));
        assert_eq!(summary(third, &outcomes[2].1), format!("{:<12}not run", third.name));
    }
}
