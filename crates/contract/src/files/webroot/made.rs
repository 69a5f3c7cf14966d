//! Folders that we made: how they come, how they are known, and how they go.
//!
//! A folder of ours holds the file [`MARK`] from the first moment at which it has its name, to the last: it is made
//! and taken apart under another name, [`ASIDE`]. So whoever looks, in whatever run and after whatever crash, sees
//! whose it is, and nothing has to be remembered anywhere else.

use super::calls::{Entered, Folder};
use super::{TRIES, Trouble};

/// The file that says that a folder is ours.
pub(super) const MARK: &str = ".made-by-certwright";
const WORDS: &str = "Certwright made this folder to answer a certificate authority. It removes the folder with its last \
                     answer, unless something else is in it by then.\n";
/// The name of a folder that is being made or taken apart.
pub(super) const ASIDE: &str = ".certwright-folder";
/// As folders of a site are: readable by everybody.
const FOLDER_MODE: u32 = 0o755;
const MARK_MODE: u32 = 0o600;

/// Opens a folder; makes it if it is not there.
pub(super) fn enter_or_make(above: &Folder, name: &str) -> Result<Folder, Trouble> {
    for _ in 0..TRIES {
        match above.enter(name)? {
            Entered::Folder(folder) => return Ok(folder),
            Entered::Other(what) => return Err(Trouble::Found { place: above.place(name), what }),
            Entered::Absent => make(above, name)?,
        }
    }
    Err(Trouble::Found { place: above.place(name), what: "made and removed again and again".to_owned() })
}

/// Makes a folder of ours. When somebody else makes one of that name meanwhile, theirs stays.
fn make(above: &Folder, name: &str) -> Result<(), Trouble> {
    tidy(above, name)?;
    if !above.make(ASIDE)? {
        return Err(in_the_way(above));
    }
    let Entered::Folder(new) = above.enter(ASIDE)? else { return Err(in_the_way(above)) };
    // Whoever may write above can put another folder in the place of ours, before we have opened it. One that is
    // empty and our own can be given away without loss, whichever it is.
    if !new.has_nothing_but("")? {
        return Err(in_the_way(above));
    }
    let (us, owner) = (rustix::process::geteuid(), above.owner()?);
    let ours = new.owner()?.0 == us.as_raw();
    let give = (us.is_root() && ours && owner != new.owner()?).then_some(owner);
    new.create(MARK, WORDS.as_bytes(), MARK_MODE, give)?;
    new.set(FOLDER_MODE, give)?;
    if !above.rename(ASIDE, name)? {
        tidy(above, name)?;
    }
    above.sync()
}

fn in_the_way(above: &Folder) -> Trouble {
    let what = above.what_is(ASIDE).ok().flatten().unwrap_or_else(|| "gone already".to_owned());
    Trouble::Found { place: above.place(ASIDE), what }
}

/// Clears up what a crash left of a folder that was to get the name, or had it.
pub(super) fn tidy(above: &Folder, name: &str) -> Result<(), Trouble> {
    let Entered::Folder(left) = above.enter(ASIDE)? else { return Ok(()) };
    if left.has_nothing_but(MARK)? {
        left.remove_file(MARK)?;
        if above.remove_folder(ASIDE)? {
            return above.sync();
        }
    }
    // Somebody put something into it in the last moment: it gets its name back, if that is free.
    above.rename(ASIDE, name)?;
    above.sync()
}

/// Removes a folder that we made and nobody needs.
pub(super) fn retire(above: &Folder, name: &str) -> Result<(), Trouble> {
    let Entered::Folder(folder) = above.enter(name)? else { return Ok(()) };
    if !folder.has_file(MARK)? || !folder.has_nothing_but(MARK)? || !above.rename(name, ASIDE)? {
        return Ok(());
    }
    tidy(above, name)
}
