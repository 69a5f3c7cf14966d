//! Lists of names that an edit adds to and takes from.

use crate::fault::Fault;
use certwright_core::identifier::Identifier;

/// A name as the API names it; what is no identifier stays as it was typed, for the service to refuse.
pub(crate) fn ascii(typed: &str) -> String {
    Identifier::parse(typed).map_or_else(|_| typed.to_owned(), |identifier| identifier.ascii())
}

/// Takes one out of the list; where it is not in it, says so in the words `missing`, and what is.
pub(crate) fn take(from: &mut Vec<String>, wanted: &str, missing: &str) -> Result<(), Fault> {
    match from.iter().position(|text| text == wanted) {
        Some(index) => {
            from.remove(index);
            Ok(())
        }
        None => Err(Fault::refused(missing, format!("it has: {}", from.join(", ")))),
    }
}
