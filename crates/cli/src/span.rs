//! Spans of time as people type and read them: `90d`, `36h`, `60s`.

const UNITS: [(&str, i64, &str); 4] =
    [("d", 24 * 3600, "day"), ("h", 3600, "hour"), ("m", 60, "minute"), ("s", 1, "second")];

/// Reads a span in seconds: a number and one of d, h, m, s.
pub(crate) fn seconds(text: &str) -> Result<i64, String> {
    let wanted =
        || format!("{text:?} is no span of time; write a number and d, h, m or s, such as 90d or 36h");
    let (_, size, _) = UNITS.iter().find(|(unit, _, _)| text.ends_with(unit)).ok_or_else(wanted)?;
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wanted());
    }
    digits.parse::<i64>().ok().and_then(|number| number.checked_mul(*size)).ok_or_else(wanted)
}

/// The span in the largest unit that fits without a rest.
pub(crate) fn words(seconds: i64) -> String {
    let fitting = UNITS.iter().find(|(_, size, _)| seconds != 0 && seconds % size == 0);
    let (count, unit) = fitting.map_or((seconds, "second"), |(_, size, unit)| (seconds / size, *unit));
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_said() {
        for (text, read, said) in [
            ("90d", 7_776_000, "90 days"),
            ("1d", 86_400, "1 day"),
            ("36h", 129_600, "36 hours"),
            ("48h", 172_800, "2 days"),
            ("90m", 5_400, "90 minutes"),
            ("61s", 61, "61 seconds"),
            ("0s", 0, "0 seconds"),
        ] {
            assert_eq!(seconds(text), Ok(read), "{text}");
            assert_eq!(words(read), said, "{text}");
        }
        for wrong in ["", "90", "d", "-1d", "1.5d", "1w", "1 d", "99999999999999999d", "ü"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
