//! The servers of the story: a CA, a web server with two sites, and the service itself.

use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result};
use certwright_tests::{
    KeyAndCertificate, Launch, Nginx, Pebble, Running, certwright_binary, free_port, wait_for,
};
use tempfile::TempDir;

const SITES: [&str; 2] = ["shop", "blog"];

/// Written as people write it: the sites are included, port 80 and port 443 are blocks of their own.
const NGINX: &str = "{{preamble}}
http {
{{http_settings}}
    include {{dir}}/sites-enabled/*;
}
";

const SITE: &str = "# The SITE
server {
    listen 127.0.0.1:{{http}};
    server_name SITE.example.test;
    root {{dir}}/www/SITE;
}

server {
    listen 127.0.0.1:{{https}} ssl;
    server_name SITE.example.test;
    root {{dir}}/www/SITE;
    ssl_certificate     {{dir}}/ssl/SITE.pem;  # self-signed, to be replaced
    ssl_certificate_key {{dir}}/ssl/SITE.key;
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
        let mut nginx = Nginx::builder().file("nginx.conf", NGINX);
        for site in SITES {
            let shown = KeyAndCertificate::self_signed(&[&format!("{site}.example.test")])?;
            nginx = nginx
                .file(&format!("sites-enabled/{site}"), &SITE.replace("SITE", site))
                .file(&format!("ssl/{site}.pem"), &shown.certificate_pem)
                .file(&format!("ssl/{site}.key"), &shown.key_pem)
                .file(&format!("www/{site}/index.html"), site);
        }
        let nginx = nginx.start()?;
        let pebble = Pebble::builder().http_port(nginx.http_port()).start()?;
        let folder =
            tempfile::Builder::new().prefix("certwright-try-").tempdir().context("making a folder")?;
        std::fs::write(folder.path().join("roots.pem"), pebble.directory_roots_pem())
            .context("writing the roots")?;
        Ok(Self { pebble, nginx, api_port: free_port()?, folder })
    }

    /// Starts the service and returns when it accepts connections.
    pub(super) fn start_service(&self, line: &str, environment: &[(&str, &str)]) -> Result<Running> {
        let mut launch = Launch::new(certwright_binary()?, self.folder.path().join("service.log"))
            .arguments(line.split(' ').skip(1).map(|word| self.fill_in(word)));
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

    /// The text with `{directory}`, `{roots}`, `{nginx}`, `{http}`, `{https}`, `{data}` and `{api}` filled in.
    pub(super) fn fill_in(&self, text: &str) -> String {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        text.replace("{directory}", &self.pebble.directory_url())
            .replace("{roots}", &path("roots.pem"))
            .replace("{nginx}", &self.nginx.dir().display().to_string())
            .replace("{https}", &self.nginx.https_port().to_string())
            .replace("{http}", &self.nginx.http_port().to_string())
            .replace("{data}", &path("data"))
            .replace("{api}", &self.api_port.to_string())
    }
}
