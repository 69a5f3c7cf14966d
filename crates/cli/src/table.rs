//! Tables for people: a heading, rows, no lines between them.

use crate::look::{Look, Tone, clean};
use comfy_table::{Attribute, Cell, ContentArrangement, presets};

/// Cells of one row.
pub(crate) type Row = Vec<(Tone, String)>;

/// A cell in no particular tone.
pub(crate) fn plain(text: impl Into<String>) -> (Tone, String) {
    (Tone::Plain, text.into())
}

/// A table as text; `nothing` instead, where there are no rows.
pub(crate) fn table(
    look: Look,
    heading: &[&str],
    rows: impl IntoIterator<Item = Row>,
    nothing: &str,
) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    if look.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    if let Some(width) = look.width {
        table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(heading.iter().map(|text| Cell::new(text).add_attribute(Attribute::Bold)));
    for row in rows {
        table.add_row(row.into_iter().map(|(tone, text)| {
            let cell = Cell::new(clean(&text));
            match tone.color() {
                Some(color) => cell.fg(color),
                None => cell,
            }
        }));
    }
    if table.is_empty() {
        return format!("{nothing}\n");
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    finish(table.lines())
}

/// A page of one thing: names on the left, values on the right. Values that are empty are left out.
pub(crate) fn page<'a>(look: Look, lines: impl IntoIterator<Item = (&'a str, (Tone, String))>) -> String {
    let lines: Vec<_> = lines.into_iter().filter(|(_, (_, value))| !value.is_empty()).collect();
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
    let mut text = String::new();
    for (name, (tone, value)) in lines {
        for (index, line) in clean(&value).lines().enumerate() {
            let name = if index == 0 { name } else { "" };
            text.push_str(&look.paint(Tone::Bold, &format!("{name:<width$}")));
            text.push_str(&look.paint(tone, line));
            text.push('\n');
        }
    }
    text
}

fn finish(lines: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        vec![
            vec![plain("shop"), (Tone::Good, "served".to_owned()), plain("a long line of several words")],
            vec![plain("a.example"), (Tone::Bad, "failing".to_owned()), plain("x\x1b[2J")],
        ]
    }

    #[test]
    fn columns_stand_below_their_headings_and_lines_are_whole_without_a_terminal() {
        assert_eq!(
            table(Look::default(), &["NAME", "HEALTH", "WHY"], rows(), "none"),
            "\
NAME       HEALTH   WHY
shop       served   a long line of several words
a.example  failing  x [2J
"
        );
        assert_eq!(table(Look::default(), &["NAME"], Vec::new(), "No certificates."), "No certificates.\n");
    }

    #[test]
    fn a_narrow_terminal_breaks_words_within_their_column() {
        let look = Look { color: false, width: Some(36) };
        let text = table(look, &["NAME", "HEALTH", "WHY"], rows(), "none");
        assert!(text.lines().all(|line| line.chars().count() <= 36), "{text}");
    }

    #[test]
    fn a_page_leaves_out_what_is_empty() {
        let lines = [("Name", plain("shop")), ("Notes", plain("")), ("Warnings", plain("one\ntwo"))];
        assert_eq!(page(Look::default(), lines), "Name      shop\nWarnings  one\n          two\n");
    }
}
