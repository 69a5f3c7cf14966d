//! The servers of the story: a CA, a web server with two sites, and the service itself.

use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use certwright_tests::{
    KeyAndCertificate, Launch, Nginx, Pebble, Running, certwright_binary, free_port, wait_for,
};
use tempfile::TempDir;

/// Written as people write it: the sites are included.
const NGINX: &str = "{{preamble}}
http {
{{http_settings}}
    include {{dir}}/sites-enabled/*;
}
";

/// A site with an old certificate. It shows files, so it can answer the authority by a file.
const SHOP: &str = "\
# The shop. Ask Ada before you touch this.
server {
    listen      127.0.0.1:{{http}};
    listen      127.0.0.1:{{https}} ssl;
    server_name shop.example.test;
    root        {{dir}}/www/shop;

    ssl_certificate     {{dir}}/ssl/shop.pem;  # self-signed, to be replaced some day
    ssl_certificate_key {{dir}}/ssl/shop.key;
}
";

/// A site without TLS that shows no files: the authority is answered by a location made for that.
const WIKI: &str = "\
server {
    listen 127.0.0.1:{{http}};
    server_name wiki.example.test;  # http only, so far
    location / { return 200 'a wiki'; }
}
";

pub(super) struct Stage {
    pebble: Pebble,
    nginx: Nginx,
    api_port: u16,
    folder: TempDir,
}

impl Stage {
    pub(super) fn set_up() -> Result<Self> {
        let shown = KeyAndCertificate::self_signed(&["shop.example.test"])?;
        let nginx = Nginx::builder()
            .file("nginx.conf", NGINX)
            .file("sites-enabled/shop.conf", SHOP)
            .file("sites-enabled/wiki.conf", WIKI)
            .file("ssl/shop.pem", &shown.certificate_pem)
            .file("ssl/shop.key", &shown.key_pem)
            .file("www/shop/index.html", "the shop\n")
            .start()?;
        let pebble = Pebble::builder().http_port(nginx.http_port()).start()?;
        let folder =
            tempfile::Builder::new().prefix("certwright-try-").tempdir().context("making a folder")?;
        let stage = Self { pebble, nginx, api_port: free_port()?, folder };
        stage.write("directory-roots.pem", stage.pebble.directory_roots_pem())?;
        stage.write("issuing-roots.pem", &stage.pebble.issuing_root_pem()?)?;
        for site in ["shop.conf", "wiki.conf"] {
            let text = stage.nginx.read(&format!("sites-enabled/{site}"))?;
            stage.write(&format!("before/{site}"), &text)?;
        }
        Ok(stage)
    }

    /// Starts the service and returns when it accepts connections.
    pub(super) fn start_service(&self, line: &str, environment: &[(&str, &str)]) -> Result<Running> {
        let mut launch = Launch::new(certwright_binary()?, self.folder.path().join("service.log"))
            .arguments(line.split_whitespace().skip(1).map(|word| self.fill_in(word)));
        for (name, value) in environment {
            launch = launch.environment(name, self.fill_in(value));
        }
        let service = launch.start()?;
        wait_for("the service to answer", Duration::from_secs(20), || {
            service.expect_running()?;
            Ok(TcpStream::connect(("127.0.0.1", self.api_port)).ok())
        })
        .with_context(|| format!("its log ends with:\n{}", service.log_tail()))?;
        Ok(service)
    }

    /// The text with `{directory}`, `{names}`, `{nginx}`, `{http}`, `{https}`, `{folder}`, `{api}` filled in.
    pub(super) fn fill_in(&self, text: &str) -> String {
        let shown = |path: &Path| path.display().to_string();
        text.replace("{directory}", &self.pebble.directory_url())
            .replace("{names}", &self.pebble.names().address())
            .replace("{nginx}", &shown(self.nginx.dir()))
            .replace("{https}", &self.nginx.https_port().to_string())
            .replace("{http}", &self.nginx.http_port().to_string())
            .replace("{folder}", &shown(self.folder.path()))
            .replace("{api}", &self.api_port.to_string())
    }

    fn write(&self, relative: &str, text: &str) -> Result<()> {
        let path = self.folder.path().join(relative);
        let parent = path.parent().context("a file without a folder")?;
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .with_context(|| format!("writing {relative}"))
    }
}
