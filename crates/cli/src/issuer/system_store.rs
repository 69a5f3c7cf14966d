//! The store of trusted roots of this machine: which kind it is, where roots are put, and what makes them count.

use certwright_api::issuers::certificates_in;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A kind of store.
struct Family {
    /// The folder for roots of one's own, below `/`.
    folder: &'static str,
    /// Whether the folder alone shows the kind; otherwise the program does, and the folder is made.
    by_folder: bool,
    /// What reads the folder and makes the bundle.
    program: &'static str,
    /// Its arguments after something was added, and after something was removed.
    arguments: [&'static [&'static str]; 2],
    /// What programs read.
    bundle: &'static str,
}

/// openSUSE has a program of Debian's name, and Debian none of the folders of the others: the order counts.
const FAMILIES: [Family; 3] = [
    // RHEL, Fedora and what is made of them.
    Family {
        folder: "etc/pki/ca-trust/source/anchors",
        by_folder: true,
        program: "usr/bin/update-ca-trust",
        arguments: [&["extract"], &["extract"]],
        bundle: "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    },
    // SUSE.
    Family {
        folder: "etc/pki/trust/anchors",
        by_folder: true,
        program: "usr/sbin/update-ca-certificates",
        arguments: [&[], &[]],
        bundle: "var/lib/ca-certificates/ca-bundle.pem",
    },
    // Debian, Ubuntu, Alpine.
    Family {
        folder: "usr/local/share/ca-certificates",
        by_folder: false,
        program: "usr/sbin/update-ca-certificates",
        // Without --fresh the link to a file that has gone stays.
        arguments: [&[], &["--fresh"]],
        bundle: "etc/ssl/certs/ca-certificates.crt",
    },
];

/// The store of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SystemStore {
    /// The folder for roots of one's own.
    pub(super) folder: PathBuf,
    /// What reads the folder and makes the bundle.
    pub(super) program: PathBuf,
    /// Its arguments after something was added.
    pub(super) after_adding: &'static [&'static str],
    /// Its arguments after something was removed.
    pub(super) after_removing: &'static [&'static str],
    /// What programs read.
    pub(super) bundle: PathBuf,
}

impl SystemStore {
    /// The store of the machine whose root directory this is; `None` where it is of no kind known here.
    pub(super) fn of(root: &Path) -> Option<Self> {
        FAMILIES.iter().find_map(|family| {
            let (folder, program) = (root.join(family.folder), root.join(family.program));
            let is_it = program.is_file() && (!family.by_folder || folder.is_dir());
            let [after_adding, after_removing] = family.arguments;
            let bundle = root.join(family.bundle);
            is_it.then_some(Self { folder, program, after_adding, after_removing, bundle })
        })
    }

    /// Where the root of the authority of this name is put.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("certwright-{name}.crt"))
    }

    /// Whether the bundle, as it is now, holds the certificate (DER).
    pub(super) fn holds(&self, der: &[u8]) -> io::Result<bool> {
        Ok(certificates_in(&fs::read(&self.bundle)?).iter().any(|one| one == der))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::publish;

    #[test]
    fn each_family_is_known_by_what_it_has() {
        let root = std::env::temp_dir().join(format!("certwright-cli-{}", crate::session::once()));
        let make = |path: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            publish(&path, b"", true).unwrap();
        };
        assert_eq!(SystemStore::of(&root), None, "an empty machine");
        make("usr/sbin/update-ca-certificates");
        let debian = SystemStore::of(&root).unwrap();
        assert_eq!(debian.file("home"), root.join("usr/local/share/ca-certificates/certwright-home.crt"));
        assert_eq!((debian.after_adding, debian.after_removing), (&[][..], &["--fresh"][..]));
        fs::create_dir_all(root.join("etc/pki/trust/anchors")).unwrap();
        let suse = SystemStore::of(&root).unwrap();
        assert_eq!(suse.file("home"), root.join("etc/pki/trust/anchors/certwright-home.crt"));
        assert_eq!(suse.program, debian.program);
        fs::create_dir_all(root.join("etc/pki/ca-trust/source/anchors")).unwrap();
        assert_eq!(SystemStore::of(&root).unwrap(), suse, "a folder without its program");
        make("usr/bin/update-ca-trust");
        let fedora = SystemStore::of(&root).unwrap();
        assert_eq!(fedora.bundle, root.join("etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"));
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn the_bundle_says_whether_a_root_is_trusted() {
        let root = std::env::temp_dir().join(format!("certwright-cli-{}", crate::session::once()));
        fs::create_dir_all(root.join("usr/sbin")).unwrap();
        publish(&root.join("usr/sbin/update-ca-certificates"), b"", true).unwrap();
        let store = SystemStore::of(&root).unwrap();
        assert!(store.holds(&[0x30, 0]).is_err(), "no bundle is no answer");
        fs::create_dir_all(store.bundle.parent().unwrap()).unwrap();
        let pem = "# Some Root\n-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        publish(&store.bundle, pem.as_bytes(), true).unwrap();
        assert!(store.holds(&[0x30, 0]).unwrap());
        assert!(!store.holds(&[0x30, 1, 1]).unwrap());
        fs::remove_dir_all(&root).unwrap();
    }
}
