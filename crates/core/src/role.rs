//! Roles and scopes: who may do what.

use serde::{Deserialize, Serialize};

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything.
    Administrator,
    /// Certificates, runs, tests and renewals; nothing that names commands, paths or keys.
    Operator,
    /// Reading.
    Viewer,
}

/// One thing that may be permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Reading.
    Read,
    /// Certificates, runs, tests and renewals.
    Operate,
    /// Settings, authorities, accounts, users, tokens, commands and paths.
    Administer,
    /// Exports that hold a private key.
    ExportKeys,
    /// Figures for a monitoring system.
    Metrics,
}

impl Role {
    /// Everything that the role permits.
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Administrator => {
                &[Scope::Read, Scope::Operate, Scope::Administer, Scope::ExportKeys, Scope::Metrics]
            }
            Self::Operator => &[Scope::Read, Scope::Operate, Scope::Metrics],
            Self::Viewer => &[Scope::Read, Scope::Metrics],
        }
    }

    /// Whether the role permits it.
    pub fn permits(self, scope: Scope) -> bool {
        self.scopes().contains(&scope)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
        }
    }
}

impl Scope {
    /// The least role that permits it.
    pub fn least_role(self) -> Role {
        match self {
            Self::Read | Self::Metrics => Role::Viewer,
            Self::Operate => Role::Operator,
            Self::Administer | Self::ExportKeys => Role::Administrator,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Operate => "operate",
            Self::Administer => "administer",
            Self::ExportKeys => "export-keys",
            Self::Metrics => "metrics",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_role_permits_it_and_no_lesser_one_does() {
        let by_power = [Role::Viewer, Role::Operator, Role::Administrator];
        for scope in [Scope::Read, Scope::Operate, Scope::Administer, Scope::ExportKeys, Scope::Metrics] {
            let least = by_power.iter().position(|role| *role == scope.least_role()).unwrap();
            for (power, role) in by_power.iter().enumerate() {
                assert_eq!(role.permits(scope), power >= least, "{} {}", role.word(), scope.word());
            }
        }
    }

    #[test]
    fn words_are_those_that_are_stored() {
        for role in [Role::Administrator, Role::Operator, Role::Viewer] {
            assert_eq!(serde_json::to_value(role).unwrap(), role.word());
            for scope in role.scopes() {
                assert_eq!(serde_json::to_value(scope).unwrap(), scope.word());
            }
        }
    }
}
