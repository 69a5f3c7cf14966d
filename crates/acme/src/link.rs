//! The Link header (RFC 8288), of which ACME needs the targets of one relation.

use http::HeaderMap;
use http::header::LINK;

/// More alternates than this are not looked at.
const TARGET_CAP: usize = 32;

/// The targets of all links with the given relation, as sent.
pub(crate) fn targets(headers: &HeaderMap, relation: &str) -> Vec<String> {
    headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(split)
        .filter(|(_, parameters)| has_relation(parameters, relation))
        .map(|(target, _)| target.to_owned())
        .take(TARGET_CAP)
        .collect()
}

/// Cuts one header value into targets and their parameters. A target may contain commas and semicolons,
/// so it is found by its angle brackets.
fn split(value: &str) -> Vec<(&str, &str)> {
    let mut links = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else {
            break;
        };
        let end = end_of_parameters(after);
        links.push((target, &after[..end]));
        rest = &after[end..];
    }
    links
}

/// The position of the comma that ends a link, ignoring those within quotes.
fn end_of_parameters(text: &str) -> usize {
    let mut quoted = false;
    for (position, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => return position,
            _ => {}
        }
    }
    text.len()
}

fn has_relation(parameters: &str, relation: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value
                .trim()
                .trim_matches('"')
                .split_whitespace()
                .any(|each| each.eq_ignore_ascii_case(relation))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn alternates_are_found_in_every_spelling() {
        let mut headers = HeaderMap::new();
        for value in [
            r#"<https://ca.example/dir>;rel="index""#,
            r#"<https://ca.example/c/1,2>;rel="alternate""#,
            r#"<https://ca.example/c/2>; title="a, b"; REL=Alternate, <https://ca.example/c/3>;rel="up alternate""#,
            r#"<https://ca.example/broken"#,
            "nonsense",
        ] {
            headers.append(LINK, HeaderValue::from_static(value));
        }
        assert_eq!(
            targets(&headers, "alternate"),
            ["https://ca.example/c/1,2", "https://ca.example/c/2", "https://ca.example/c/3"]
        );
        assert_eq!(targets(&headers, "index"), ["https://ca.example/dir"]);
    }
}
