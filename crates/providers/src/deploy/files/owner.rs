//! Owners by name, from the machine's own lists.

use super::write::LARGEST;
use certwright_contract::files;
use std::path::Path;

/// `user[:group]` as numbers, by the machine's own lists; the user's own group where none is named.
pub(super) fn owner_ids(owner: &str) -> Result<Option<(u32, u32)>, String> {
    if owner.is_empty() {
        return Ok(None);
    }
    let (user, group) = owner.split_once(':').map_or((owner, None), |(user, group)| (user, Some(group)));
    let entry = entry("/etc/passwd", user)?;
    let user_id = number(user, entry.as_deref(), 2)
        .ok_or_else(|| format!("there is no user {user} on this machine"))?;
    let group_id = match group {
        Some(group) => number(group, self::entry("/etc/group", group)?.as_deref(), 2)
            .ok_or_else(|| format!("there is no group {group} on this machine"))?,
        None => number("", entry.as_deref(), 3)
            .ok_or_else(|| format!("user {user} has no group; give it as user:group"))?,
    };
    Ok(Some((user_id, group_id)))
}

/// The line of a name or number in a file of colon-separated lines.
fn entry(file: &str, name: &str) -> Result<Option<String>, String> {
    let bytes = files::read(Path::new(file), LARGEST).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&bytes);
    let named = |line: &&str| {
        let mut parts = line.split(':');
        parts.next() == Some(name) || parts.nth(1) == Some(name)
    };
    Ok(text.lines().find(named).map(str::to_owned))
}

fn number(typed: &str, entry: Option<&str>, part: usize) -> Option<u32> {
    entry
        .and_then(|line| line.split(':').nth(part))
        .and_then(|number| number.parse().ok())
        .or_else(|| typed.parse().ok())
}
