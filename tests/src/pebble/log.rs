//! What Pebble's log tells: it has no other list of orders or certificates.

/// From lines like `Pebble 2026/11/23 23:18:00 Issued certificate serial 1a2b for order xyz`.
pub(super) fn issued_serials(log: &str) -> Vec<String> {
    log.lines()
        .filter_map(|line| line.split_once("Issued certificate serial "))
        .filter_map(|(_, rest)| rest.split(' ').next())
        .map(|serial| serial.to_lowercase().trim_start_matches('0').to_owned())
        .collect()
}

/// From lines like `Added order "xyz" to the db`.
pub(super) fn orders_opened(log: &str) -> usize {
    log.lines().filter(|line| line.contains("Added order \"")).count()
}

/// From lines like `There are now 3 accounts in memory`.
pub(super) fn accounts_created(log: &str) -> usize {
    log.lines()
        .filter(|line| line.contains("There are now ") && line.ends_with(" accounts in memory"))
        .count()
}
