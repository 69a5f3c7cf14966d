//! The fault table: one test for each fault that its number names, with the mischief proxy between the engine and a
//! real Pebble. `docs/faults.md` lists them all, with the defence that each is about.

mod accounts;
mod answers;
mod chains;
mod disk;
mod hostile;
mod limits;
mod losses;
mod poisoned;
mod scene;
mod special;
mod steps;
