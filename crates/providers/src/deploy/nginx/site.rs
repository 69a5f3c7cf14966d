//! Server blocks: who they answer for and where they listen.

use super::configuration::Configuration;
use super::listen::Listen;
use super::names::{self, Name};
use super::scan::Directive;

/// One server block.
pub(crate) struct Site<'a> {
    /// The block itself.
    pub(crate) server: &'a Directive,
    /// The `http` block around it.
    pub(crate) http: &'a Directive,
    /// Its names, without those that no request can have.
    pub(crate) names: Vec<Name>,
    /// Where it listens, with the directive where one says so.
    pub(crate) listens: Vec<(Option<&'a Directive>, Listen)>,
}

impl<'a> Site<'a> {
    pub(super) fn read(server: &'a Directive, http: &'a Directive) -> Self {
        let body = server.body();
        let mut listens: Vec<_> = body
            .iter()
            .filter(|directive| directive.name() == "listen")
            .map(|directive| (Some(directive), Listen::read(directive)))
            .collect();
        if listens.is_empty() {
            listens.push((None, Listen::implied()));
        }
        let mut site = Self {
            server,
            http,
            names: body
                .iter()
                .filter(|directive| directive.name() == "server_name")
                .flat_map(Directive::arguments)
                .flat_map(names::read)
                .collect(),
            listens,
        };
        // Removed in nginx 1.25.1: the switch that made every listener of the block speak TLS.
        if site.effective("ssl").iter().any(|directive| directive.argument() == "on") {
            for (_, listen) in &mut site.listens {
                listen.ssl = true;
            }
        }
        site
    }

    /// The directives of this name in the block itself, included ones too.
    pub(crate) fn own(&self, name: &str) -> Vec<&'a Directive> {
        named(self.server.body(), name)
    }

    /// The block's own directives of this name, or those of `http` where it has none.
    pub(crate) fn effective(&self, name: &str) -> Vec<&'a Directive> {
        let own = self.own(name);
        if own.is_empty() { named(self.http.body(), name) } else { own }
    }

    /// For people: its first name and where it stands.
    pub(crate) fn title(&self, configuration: &Configuration<'_>) -> String {
        let name = self.names.first().map_or_else(|| "site without a name".to_owned(), ToString::to_string);
        format!("{name} ({})", configuration.place(self.server))
    }

    /// Whether it says by name whom it answers for, in a way that can be compared with a certificate.
    pub(crate) fn has_plain_names(&self) -> bool {
        self.names.iter().any(|name| matches!(name, Name::Exact(_) | Name::Leading(_)))
    }
}

fn named<'a>(directives: &'a [Directive], name: &str) -> Vec<&'a Directive> {
    directives.iter().filter(|directive| directive.name() == name).collect()
}
