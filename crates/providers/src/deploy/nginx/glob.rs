//! Matches paths against the patterns of `include`, as glob(3) does.

/// Whether the whole path matches: `*`, `?` and `[…]` stay within one part, and hidden files need their dot.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let (patterns, parts): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    patterns.len() == parts.len()
        && patterns.iter().zip(&parts).all(|(pattern, part)| {
            let pattern: Vec<char> = pattern.chars().collect();
            let part: Vec<char> = part.chars().collect();
            let hidden = part.first() == Some(&'.') && pattern.first() != Some(&'.');
            !hidden && part_matches(&pattern, &part)
        })
}

/// Goes back to the last star only: linear in practice, never exponential.
fn part_matches(pattern: &[char], part: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < part.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some('?') => Some(p + 1),
            Some('[') => class(pattern, p, part[t]).and_then(|(hit, after)| hit.then_some(after)),
            Some('\\') if pattern.get(p + 1) == Some(&part[t]) => Some(p + 2),
            Some(literal) if *literal == part[t] => Some(p + 1),
            _ => None,
        };
        match (step, star) {
            (Some(after), _) => {
                p = after;
                t += 1;
            }
            (None, Some((after, from))) => {
                star = Some((after, from + 1));
                p = after;
                t = from + 1;
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|&rest| rest == '*')
}

/// Whether `[…]` at `open` contains the character, and the place after it; `None` when it is never closed.
fn class(pattern: &[char], open: usize, wanted: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(open + 1), Some('!' | '^'));
    let first = open + 1 + usize::from(negated);
    let close = first + 1 + pattern.get(first + 1..)?.iter().position(|&end| end == ']')?;
    let set = &pattern[first..close];
    let mut hit = false;
    let mut at = 0;
    while at < set.len() {
        if at + 2 < set.len() && set[at + 1] == '-' {
            hit |= (set[at]..=set[at + 2]).contains(&wanted);
            at += 3;
        } else {
            hit |= set[at] == wanted;
            at += 1;
        }
    }
    Some((hit != negated, close + 1))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn matches_like_the_shell() {
        for (pattern, path, expected) in [
            ("/etc/nginx/conf.d/*.conf", "/etc/nginx/conf.d/a.conf", true),
            ("/etc/nginx/conf.d/*.conf", "/etc/nginx/conf.d/a.conf.bak", false),
            ("/etc/nginx/conf.d/*.conf", "/etc/nginx/conf.d/.a.conf", false),
            ("/etc/nginx/conf.d/*.conf", "/etc/nginx/conf.d/x/a.conf", false),
            ("/e/*/*.conf", "/e/x/a.conf", true),
            ("/e/site-[0-9]?", "/e/site-12", true),
            ("/e/[!a]x", "/e/ax", false),
            ("/e/mime.types", "/e/mime.types", true),
            ("/e/a*b*c", "/e/aXbYbZc", true),
            ("/e/[", "/e/[", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
