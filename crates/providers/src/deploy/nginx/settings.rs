//! The form of nginx, and how its program is called.

use certwright_contract::ports::{Command, Finished, Ports};
use certwright_core::binding::BindingPolicy;
use certwright_core::failure::Failure;
use certwright_core::form::{Field, FieldKind, Filled};
use certwright_core::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) const FIELDS: &[Field] = &[
    Field {
        name: "binary",
        label: "nginx's program, by name or path",
        kind: FieldKind::Path,
        default: "nginx",
    },
    Field {
        name: "configuration",
        label: "Main configuration file (empty: the one the program was built for)",
        kind: FieldKind::Path,
        default: "",
    },
    Field {
        name: "prefix",
        label: "Folder that relative paths start from (empty: the one the program was built for)",
        kind: FieldKind::Path,
        default: "",
    },
    Field {
        name: "policy",
        label: "Whether sites that have only http get a TLS listener",
        kind: FieldKind::Choice(&["add-or-update", "update-only"]),
        default: "add-or-update",
    },
    Field {
        name: "tls_port",
        label: "Port of the TLS listeners that are added",
        kind: FieldKind::Text,
        default: "443",
    },
];

/// The form, filled in.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) server: Invocation,
    pub(crate) policy: BindingPolicy,
    pub(crate) tls_port: u16,
}

/// Reads the filled form.
pub(crate) fn read(values: &Map<String, Value>, place: &str) -> Result<Settings, Vec<Refusal>> {
    let mut filled = Filled::new(FIELDS, values, place);
    let server = Invocation {
        binary: filled.text("binary"),
        prefix: filled.text("prefix"),
        configuration: filled.text("configuration"),
    };
    let policy = match filled.text("policy").as_str() {
        "update-only" => BindingPolicy::UpdateOnly,
        _ => BindingPolicy::AddOrUpdate,
    };
    let port = filled.text("tls_port").parse::<u16>().ok().filter(|&port| port > 0);
    let mut refusals = filled.finish(()).err().unwrap_or_default();
    if server.binary.is_empty() {
        refusals.push(Refusal::new(
            format!("{place}.binary"),
            "is empty",
            "give the program's path, such as /usr/sbin/nginx, or leave the setting out",
        ));
    }
    if port.is_none() {
        refusals.push(Refusal::new(
            format!("{place}.tls_port"),
            "is no port",
            "give a number from 1 to 65535, or leave the setting out for 443",
        ));
    }
    match port {
        Some(tls_port) if refusals.is_empty() => Ok(Settings { server, policy, tls_port }),
        _ => Err(refusals),
    }
}

/// One nginx: its program and the configuration it is called with. Acts carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Invocation {
    pub(crate) binary: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) prefix: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) configuration: String,
}

impl Invocation {
    /// The command with these arguments at its end.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut all = Vec::new();
        if !self.prefix.is_empty() {
            all.extend(["-p", &self.prefix]);
        }
        if !self.configuration.is_empty() {
            all.extend(["-c", &self.configuration]);
        }
        all.extend(arguments);
        Command::new(&self.binary, &all)
    }

    /// Runs it to its end, whatever the exit code says.
    pub(crate) async fn run(&self, arguments: &[&str], ports: &Ports) -> Result<Finished, Failure> {
        let command = self.command(arguments);
        ports.process.run(&command).await.map_err(|answer| {
            let attempted = format!("run `{}`", command.words());
            if is_missing(&answer) {
                Failure::person(
                    MISSING,
                    attempted,
                    answer,
                    "install nginx, or give the path of its program in the setting `binary`",
                )
            } else {
                Failure::retry(
                    "nginx-not-run",
                    attempted,
                    answer,
                    "run the command by hand as the user that Certwright runs as, and mend what it complains of",
                )
            }
        })
    }
}

/// The kind of the failure when the program is not there.
pub(crate) const MISSING: &str = "nginx-missing";

fn is_missing(answer: &str) -> bool {
    let answer = answer.to_ascii_lowercase();
    answer.contains("not found") || answer.contains("no such file")
}
