//! The Prometheus text format (version 0.0.4): families of samples, labels escaped.

use std::fmt::Write as _;

/// Text that grows family by family.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    text: String,
}

/// Labels of a sample: name and value.
pub(crate) type Labels<'a> = &'a [(&'a str, &'a str)];

impl Exposition {
    /// Begins a family; its samples follow.
    pub(crate) fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// A sample.
    pub(crate) fn sample(&mut self, name: &str, labels: Labels<'_>, value: f64) {
        self.text.push_str(name);
        for (index, (label, value)) in labels.iter().enumerate() {
            self.text.push(if index == 0 { '{' } else { ',' });
            let _ = write!(self.text, "{label}=\"{}\"", escaped(value));
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }

    /// A family of one gauge.
    pub(crate) fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    /// The whole.
    pub(crate) fn text(self) -> String {
        self.text
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_labels_are_written_as_the_format_wants_them() {
        let mut exposition = Exposition::default();
        exposition.gauge("due", "What is due.", 3.0);
        exposition.family("failures_total", "counter", "Failures.");
        exposition.sample("failures_total", &[("at", "a\"b\\c\nd"), ("kind", "x")], 1.5);
        assert_eq!(
            exposition.text(),
            "# HELP due What is due.\n# TYPE due gauge\ndue 3\n# HELP failures_total Failures.\n\
             # TYPE failures_total counter\nfailures_total{at=\"a\\\"b\\\\c\\nd\",kind=\"x\"} 1.5\n"
        );
    }
}
