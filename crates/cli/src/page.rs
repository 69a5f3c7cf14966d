//! Pages of lists: how to see the rest.

use crate::fault::Fault;
use crate::output::Output;
use certwright_api::page::{Page, PageQuery};
use clap::Args;

/// Which part of a long list.
#[derive(Clone, Debug, Args)]
pub(crate) struct Part {
    /// How many to show, at most 200
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u32,
    /// How many to pass over
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: u64,
}

impl Part {
    /// What is asked for, where nothing but the part is chosen.
    pub(crate) fn query(&self) -> PageQuery {
        PageQuery { offset: Some(self.offset), limit: Some(self.limit) }
    }
}

/// Says how to see the rest, where there is one.
pub(crate) fn more<T>(output: &Output, page: &Page<T>) -> Result<(), Fault> {
    match words(page) {
        Some(words) => output.note(&words),
        None => Ok(()),
    }
}

fn words<T>(page: &Page<T>) -> Option<String> {
    let end = page.offset + page.items.len() as u64;
    if page.items.is_empty() || (page.offset == 0 && end >= page.total) {
        return None;
    }
    let rest = if end < page.total { format!("; go on with --offset {end}") } else { String::new() };
    Some(format!("{} to {end} of {}{rest}", page.offset + 1, page.total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_to_go_on() {
        let page = |rows: usize, total, offset| Page { items: vec![(); rows], total, offset, limit: 2 };
        for (page, expected) in [
            (page(0, 0, 0), None),
            (page(2, 2, 0), None),
            (page(2, 5, 0), Some("1 to 2 of 5; go on with --offset 2")),
            (page(1, 5, 4), Some("5 to 5 of 5")),
        ] {
            assert_eq!(words(&page).as_deref(), expected);
        }
    }
}
