//! Finds the end of a Lua block, whose braces, strings and comments are not nginx's.

/// After the `}` that closes the block whose inside begins at `at`.
pub(super) fn skip(code: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 1;
    while let Some(&byte) = code.get(at) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' | b'\'' => at = short_string(code, at)?,
            b'[' => at = long_string(code, at).unwrap_or(at),
            b'-' if code.get(at + 1) == Some(&b'-') => at = comment(code, at + 2),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The closing quote's place.
fn short_string(code: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    while let Some(&byte) = code.get(at) {
        match byte {
            b'\\' => at += 1,
            _ if byte == code[start] => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The place of the last bracket of `[[…]]` or `[=[…]=]`; `None` where none begins.
fn long_string(code: &[u8], start: usize) -> Option<usize> {
    let level = code[start + 1..].iter().take_while(|&&byte| byte == b'=').count();
    if code.get(start + 1 + level) != Some(&b'[') {
        return None;
    }
    let close = [b"]".as_slice(), &vec![b'='; level], b"]"].concat();
    code[start..]
        .windows(close.len())
        .position(|window| window == close)
        .map(|length| start + length + close.len() - 1)
}

/// The last place of a comment whose `--` ended before `start`.
fn comment(code: &[u8], start: usize) -> usize {
    if code.get(start) == Some(&b'[')
        && let Some(end) = long_string(code, start)
    {
        return end;
    }
    code[start..].iter().position(|&byte| byte == b'\n').map_or(code.len(), |length| start + length)
}
