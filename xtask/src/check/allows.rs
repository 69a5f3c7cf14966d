//! A lint is set aside only with a reason: `#[expect(…, reason = "…")]`.

use std::path::Path;

use anyhow::Result;

use super::Problems;
use crate::workspace;

pub(super) fn check(root: &Path) -> Result<Problems> {
    let mut problems = Vec::new();
    for path in workspace::files(root, &[".rs"])? {
        let text = workspace::read(&path)?;
        for line in bare_allows(&text) {
            problems.push(format!(
                "{}:{line} allows a lint without a reason; write #[expect(…, reason = \"…\")]",
                workspace::shown(root, &path)
            ));
        }
    }
    Ok(problems)
}

/// The numbers of the lines where an `allow` attribute without a reason begins.
fn bare_allows(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let is_bare = |index: usize| {
        let attribute: String = lines[index..].concat();
        let attribute = attribute.split(")]").next().unwrap_or_default();
        !attribute.contains("reason")
    };
    let opens = |line: &str| line.starts_with("#[allow(") || line.starts_with("#![allow(");
    (0..lines.len()).filter(|&index| opens(lines[index]) && is_bare(index)).map(|index| index + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    #[test]
    fn a_reason_makes_it_fine() {
        let good = sample(&[(
            "a.rs",
            "#![expect(x, reason = \"y\")]\n#[allow(\n    z,\n    reason = \"y\"\n)]\n// #[allow(in_a_comment)]\n",
        )]);
        assert_eq!(check(good.path()).unwrap(), Problems::new());
    }

    #[test]
    fn without_one_it_is_refused() {
        let bad = sample(&[(
            "a.rs",
            "#![allow(x)]\nfn f() {\n    #[allow(\n        y,\n    )]\n    let reason = 1;\n}\n",
        )]);
        let problems = check(bad.path()).unwrap();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].starts_with("a.rs:1 ") && problems[1].starts_with("a.rs:3 "), "{problems:?}");
    }
}
