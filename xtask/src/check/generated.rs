//! What the repository keeps of the product's own output is what the product prints today.

use std::path::Path;

use anyhow::Result;

use super::Problems;
use crate::generate::{GENERATED, Generated};
use crate::{product, workspace};

pub(super) fn check(root: &Path) -> Result<Problems> {
    if GENERATED.iter().any(|file| root.join(file.path).exists()) {
        product::build()?;
    }
    Ok(stale(root, &GENERATED, |file| product::binary_output(file.arguments)))
}

fn stale(root: &Path, files: &[Generated], print: impl Fn(&Generated) -> Result<String>) -> Problems {
    let mut problems = Vec::new();
    for file in files {
        let kept = workspace::read(&root.join(file.path)).ok();
        match (kept, print(file)) {
            // Neither the file nor a program that prints it: it is still to be written.
            (None, Err(_)) => {}
            (None, Ok(_)) => {
                problems.push(format!("{} is missing; `cargo xtask generate` writes it", file.path))
            }
            (Some(_), Err(error)) => problems.push(format!("{} can't be printed anew: {error:#}", file.path)),
            (Some(kept), Ok(printed)) if kept != printed => problems.push(format!(
                "{} is stale from line {}; `cargo xtask generate` writes it anew",
                file.path,
                first_difference(&kept, &printed)
            )),
            (Some(_), Ok(_)) => {}
        }
    }
    problems
}

fn first_difference(kept: &str, printed: &str) -> usize {
    kept.lines().zip(printed.lines()).take_while(|(left, right)| left == right).count() + 1
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;
    use crate::check::sample;

    const FILES: [Generated; 1] = [Generated { path: "kept.json", arguments: &[] }];

    #[test]
    fn what_is_printed_today_is_fine_and_so_is_nothing_at_all() {
        let good = sample(&[("kept.json", "one\ntwo\n")]);
        assert_eq!(stale(good.path(), &FILES, |_| Ok("one\ntwo\n".to_owned())), Problems::new());
        assert_eq!(stale(sample(&[]).path(), &FILES, |_| bail!("no such command")), Problems::new());
    }

    #[test]
    fn everything_else_is_refused() {
        let kept = sample(&[("kept.json", "one\ntwo\n")]);
        let stale_line = stale(kept.path(), &FILES, |_| Ok("one\nthree\n".to_owned()));
        assert_eq!(stale_line, ["kept.json is stale from line 2; `cargo xtask generate` writes it anew"]);
        let unprintable = stale(kept.path(), &FILES, |_| bail!("no such command"));
        assert_eq!(unprintable, ["kept.json can't be printed anew: no such command"]);
        let missing = stale(sample(&[]).path(), &FILES, |_| Ok(String::new()));
        assert_eq!(missing, ["kept.json is missing; `cargo xtask generate` writes it"]);
    }
}
