//! Who has a file locked, as the kernel's table says (`/proc/locks`, see proc_locks(5)).

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Which kind of lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// Of a whole file, by `flock`.
    Whole,
    /// Of parts of a file, by `fcntl`, as SQLite does.
    Part,
}

/// A process that has this file locked, where it can be seen.
pub(super) fn holder(path: &Path, lock: Lock) -> Option<u32> {
    let inode = path.metadata().ok()?.ino();
    let table = std::fs::read_to_string("/proc/locks").ok()?;
    table.lines().find_map(|line| process(line, lock, inode))
}

/// `1: FLOCK  ADVISORY  WRITE 812 fd:01:1234 0 EOF`; whoever waits has a `->` after the number.
fn process(line: &str, lock: Lock, inode: u64) -> Option<u32> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    let kinds: &[&str] = match lock {
        Lock::Whole => &["FLOCK"],
        Lock::Part => &["POSIX", "OFDLCK"],
    };
    if !kinds.contains(columns.get(1)?) {
        return None;
    }
    let held: u64 = columns.get(5)?.rsplit(':').next()?.parse().ok()?;
    let process: i64 = columns.get(4)?.parse().ok()?;
    (held == inode).then(|| u32::try_from(process).ok().filter(|process| *process > 0)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let line = "12: FLOCK  ADVISORY  WRITE 812 fd:01:1234 0 EOF";
        assert_eq!(process(line, Lock::Whole, 1234), Some(812));
        assert_eq!(process(line, Lock::Whole, 1235), None);
        assert_eq!(process(line, Lock::Part, 1234), None);
        assert_eq!(process("1: POSIX  ADVISORY  READ 7 08:02:5 120 120", Lock::Part, 5), Some(7));
        assert_eq!(process("1: -> FLOCK  ADVISORY  WRITE 7 08:02:5 0 EOF", Lock::Whole, 5), None, "it waits");
        assert_eq!(process("1: OFDLCK ADVISORY  WRITE -1 08:02:5 0 EOF", Lock::Part, 5), None, "nobody's");
        assert_eq!(process("", Lock::Whole, 0), None);
    }
}
