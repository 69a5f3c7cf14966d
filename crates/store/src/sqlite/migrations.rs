//! The migrations in their order. A new one is one file in `migrations/sqlite` and one line here: sqlx's macro, which reads
//! the folder, would have SQLite compiled a second time for itself.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use std::sync::LazyLock;

/// Number, name of the file and its text.
type File = (i64, &'static str, &'static str);

macro_rules! files {
    ($($version:literal => $name:literal),* $(,)?) => {
        &[$(($version, $name, include_str!(concat!("../../migrations/sqlite/", $name, ".sql")))),*]
    };
}

const FILES: &[File] = files![
    1 => "0001_first",
    2 => "0002_issuers",
    3 => "0003_renewal_information",
    4 => "0004_defaults",
    20 => "0020_revocation",
    30 => "0030_certificate_choices",
    40 => "0040_ledger",
    45 => "0045_service_life",
    46 => "0046_asked",
    47 => "0047_spread",
    48 => "0048_incidents",
    50 => "0050_people",
    51 => "0051_sign_in_tries",
    60 => "0060_chosen_by_target",
    61 => "0061_halted_authorities",
    63 => "0063_incident_members",
];

/// Migrations that this program knows.
pub(super) static KNOWN: LazyLock<Migrator> = LazyLock::new(|| {
    let migration = |&(version, name, sql): &File| {
        let words = name.split_once('_').map_or(name, |(_, words)| words);
        Migration::new(version, words.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(FILES.iter().map(migration).collect())
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_known_by_its_number() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        let known: Vec<String> = FILES.iter().map(|(_, name, _)| format!("{name}.sql")).collect();
        assert_eq!(known, there);
        for (version, name, _) in FILES {
            assert!(name.starts_with(&format!("{version:04}_")), "{version} {name}");
        }
    }
}
