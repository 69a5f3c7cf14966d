//! A webroot whose owner puts things in our way, other runs that share it, and deaths at every call.

use super::calls::{Folder, stop};
use super::made::{ASIDE, MARK, enter_or_make};
use super::*;
use certwright_core::challenge::HTTP_01_PATH;
use certwright_core::failure::FailureClass;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use tempfile::TempDir;

const TOKEN: &str = "token-1";
const ANSWER: &str = "token-1.thumbprint";

/// A webroot, and a folder outside of it that nobody may touch.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["root", "outside", "outside/acme-challenge"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn outside(&self) -> PathBuf {
        self.folder.path().join("outside")
    }

    fn show(&self) -> Result<(), Trouble> {
        show(&self.root(), TOKEN, ANSWER)
    }

    fn hide(&self) -> Result<(), Trouble> {
        hide(&self.root(), TOKEN, ANSWER)
    }

    fn answer(&self) -> PathBuf {
        place(&self.root(), TOKEN)
    }

    /// Every path below the root.
    fn all(&self) -> Vec<String> {
        fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    walk(&path, into);
                }
                into.push(path);
            }
        }
        let mut paths = Vec::new();
        walk(&self.root(), &mut paths);
        let root = self.root();
        let mut paths: Vec<_> =
            paths.into_iter().map(|path| path.strip_prefix(&root).unwrap().display().to_string()).collect();
        paths.sort();
        paths
    }

    fn check_outside_is_untouched(&self) {
        assert_eq!(fs::read_dir(self.outside()).unwrap().count(), 1);
        assert_eq!(fs::read_dir(self.outside().join("acme-challenge")).unwrap().count(), 0);
    }
}

fn write(path: &Path, text: &str) {
    super::super::replace(path, text.as_bytes(), super::super::Access::PUBLIC).unwrap();
}

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn the_way_is_that_of_the_standard() {
    assert_eq!(format!("/{}/{}/", WAY[0], WAY[1]), HTTP_01_PATH);
}

#[test]
fn an_answer_comes_and_goes_and_nothing_stays_twice_is_once() {
    let site = Site::new();
    for _ in 0..2 {
        site.show().unwrap();
        site.show().unwrap();
        assert_eq!(fs::read_to_string(site.answer()).unwrap(), ANSWER);
        site.hide().unwrap();
        site.hide().unwrap();
        assert_eq!(site.all(), Vec::<String>::new());
    }
}

#[test]
fn a_root_behind_a_link_of_the_administrator_is_used() {
    let site = Site::new();
    let link = site.folder.path().join("link");
    symlink(site.root(), &link).unwrap();
    show(&link, TOKEN, ANSWER).unwrap();
    assert_eq!(fs::read_to_string(site.answer()).unwrap(), ANSWER);
    hide(&link, TOKEN, ANSWER).unwrap();
    assert_eq!(site.all(), Vec::<String>::new());
}

#[test]
fn a_missing_root_is_not_made_and_a_person_is_asked() {
    let site = Site::new();
    let missing = site.at("missing");
    let failure = show(&missing, TOKEN, ANSWER).unwrap_err().failure("write the answer");
    assert_eq!((failure.kind.as_str(), failure.class), ("webroot", FailureClass::NeedsPerson));
    assert!(failure.answer.contains("root/missing"), "{failure}");
    hide(&missing, TOKEN, ANSWER).unwrap();
    assert!(!missing.exists());
}

#[test]
fn a_link_on_the_way_is_refused_with_its_place_and_target() {
    for name in [".well-known", ".well-known/acme-challenge"] {
        let site = Site::new();
        fs::create_dir_all(site.at(name).parent().unwrap()).unwrap();
        symlink(site.outside(), site.at(name)).unwrap();
        let before = site.all();
        let failure = site.show().unwrap_err().failure("write the answer for shop.example.test");
        assert_eq!((failure.kind.as_str(), failure.class), ("webroot", FailureClass::NeedsPerson));
        let target =
            format!("{} is a symbolic link to {}.", site.at(name).display(), site.outside().display());
        assert!(failure.answer.starts_with(&target), "{failure}");
        assert!(failure.remedy.starts_with(&format!("remove {} or", site.at(name).display())), "{failure}");
        // What can be read through the link is not removed either.
        site.hide().unwrap();
        assert_eq!(site.all(), before);
        site.check_outside_is_untouched();
    }
}

#[test]
fn a_fifo_or_a_file_on_the_way_is_refused_without_waiting_for_it() {
    let site = Site::new();
    fifo(&site.at(".well-known"));
    let trouble = site.show().unwrap_err();
    assert!(matches!(&trouble, Trouble::Found { what, .. } if what == "a FIFO"), "{trouble:?}");
    site.hide().unwrap();
    fs::remove_file(site.at(".well-known")).unwrap();
    write(&site.at(".well-known"), "mine");
    let trouble = site.show().unwrap_err();
    assert!(matches!(&trouble, Trouble::Found { what, .. } if what == "a file"), "{trouble:?}");
    assert_eq!(fs::read_to_string(site.at(".well-known")).unwrap(), "mine");
}

#[test]
fn a_link_or_fifo_at_the_places_of_the_answer_is_replaced_and_not_followed() {
    for name in [TOKEN, ".token-1.certwright-new"] {
        let site = Site::new();
        let secret = site.folder.path().join("secret");
        write(&secret, "secret");
        fs::create_dir_all(site.at(".well-known/acme-challenge")).unwrap();
        let planted = site.at(".well-known/acme-challenge").join(name);
        symlink(&secret, &planted).unwrap();
        site.show().unwrap();
        assert!(site.answer().symlink_metadata().unwrap().is_file());
        fs::remove_file(site.answer()).unwrap();
        fifo(&planted);
        site.show().unwrap();
        assert_eq!(fs::read_to_string(site.answer()).unwrap(), ANSWER);
        site.hide().unwrap();
        assert_eq!(site.all(), [".well-known", ".well-known/acme-challenge"]);
        assert_eq!(fs::read_to_string(&secret).unwrap(), "secret");
    }
}

#[test]
fn what_stands_at_the_answers_place_and_is_not_ours_stays() {
    let site = Site::new();
    let secret = site.folder.path().join("secret");
    write(&secret, ANSWER);
    fs::create_dir_all(site.at(".well-known/acme-challenge")).unwrap();
    // It reads like our answer, but it is a link.
    symlink(&secret, site.answer()).unwrap();
    site.hide().unwrap();
    assert!(site.answer().is_symlink() && secret.exists());
    fs::remove_file(site.answer()).unwrap();
    fifo(&site.answer());
    site.hide().unwrap();
    assert!(site.answer().exists());
    fs::remove_file(site.answer()).unwrap();
    write(&site.answer(), "somebody else's answer");
    site.hide().unwrap();
    assert!(site.answer().exists());
}

#[test]
fn something_at_the_name_we_make_folders_under_is_refused_and_left_alone() {
    let site = Site::new();
    symlink(site.outside(), site.at(ASIDE)).unwrap();
    let trouble = site.show().unwrap_err();
    assert!(matches!(&trouble, Trouble::Found { place, .. } if *place == site.at(ASIDE)), "{trouble:?}");
    site.hide().unwrap();
    assert_eq!(site.all(), [ASIDE]);
    site.check_outside_is_untouched();
}

#[test]
fn everybody_may_read_whatever_the_umask_and_the_folders_owner_owns_ours() {
    let site = Site::new();
    let is_root = rustix::process::geteuid().is_root();
    if is_root {
        chown(site.root(), Some(65534), Some(65533)).unwrap();
    }
    let before = rustix::process::umask(Mode::from(0o077));
    site.show().unwrap();
    rustix::process::umask(before);
    let above = fs::metadata(site.root()).unwrap();
    for (path, mode) in [(".well-known", 0o755), (".well-known/acme-challenge", 0o755)] {
        let found = fs::metadata(site.at(path)).unwrap();
        assert_eq!(found.mode() & 0o7777, mode, "{path}");
        assert_eq!((found.uid(), found.gid()), (above.uid(), above.gid()), "{path}");
    }
    let answer = fs::metadata(site.answer()).unwrap();
    assert_eq!(answer.mode() & 0o7777, 0o644);
    assert_eq!(answer.uid(), rustix::process::geteuid().as_raw(), "its owner cannot change what we answer");
    site.hide().unwrap();
    assert_eq!(site.all(), Vec::<String>::new());
}

#[test]
fn folders_of_others_stay_also_empty_ones_and_ours_go() {
    let site = Site::new();
    fs::create_dir(site.at(".well-known")).unwrap();
    site.show().unwrap();
    site.hide().unwrap();
    assert_eq!(site.all(), [".well-known"]);
    fs::create_dir(site.at(".well-known/acme-challenge")).unwrap();
    site.show().unwrap();
    site.hide().unwrap();
    assert_eq!(site.all(), [".well-known", ".well-known/acme-challenge"]);
}

#[test]
fn a_folder_of_ours_that_others_use_stays_until_they_are_gone() {
    let site = Site::new();
    site.show().unwrap();
    write(&site.at(".well-known/security.txt"), "Contact: ada");
    site.hide().unwrap();
    assert_eq!(site.all(), [".well-known", ".well-known/.made-by-certwright", ".well-known/security.txt"]);
    fs::remove_file(site.at(".well-known/security.txt")).unwrap();
    site.show().unwrap();
    site.hide().unwrap();
    assert_eq!(site.all(), Vec::<String>::new());
}

#[test]
fn challenges_that_share_the_folders_do_not_take_them_from_each_other() {
    let site = Site::new();
    site.show().unwrap();
    show(&site.root(), "token-2", "two").unwrap();
    site.hide().unwrap();
    assert_eq!(fs::read_to_string(place(&site.root(), "token-2")).unwrap(), "two");
    hide(&site.root(), "token-2", "two").unwrap();
    assert_eq!(site.all(), Vec::<String>::new());

    std::thread::scope(|scope| {
        for one in 0..4 {
            let root = site.root();
            scope.spawn(move || {
                for round in 0..50 {
                    let token = format!("token-{one}-{round}");
                    show(&root, &token, &token).unwrap();
                    assert_eq!(fs::read_to_string(place(&root, &token)).unwrap(), token);
                    hide(&root, &token, &token).unwrap();
                }
            });
        }
    });
    assert_eq!(site.all(), Vec::<String>::new());
}

/// Runs `act`, which dies before its `calls`-th change; false when it came to its end.
fn dies(calls: usize, act: impl FnOnce() -> Result<(), Trouble>) -> bool {
    stop::LEFT.set(Some(calls));
    let outcome = act();
    stop::LEFT.set(None);
    match outcome {
        Ok(()) => false,
        Err(trouble) => {
            assert!(matches!(&trouble, Trouble::Failed(error) if error.to_string().contains("by the test")));
            true
        }
    }
}

/// With nothing there, with a folder of somebody else's, and with one of ours in which there is another answer.
fn beginnings() -> [Box<dyn Fn() -> Site>; 3] {
    let others = || {
        let site = Site::new();
        fs::create_dir(site.at(".well-known")).unwrap();
        site
    };
    let shared = || {
        let site = Site::new();
        show(&site.root(), "token-2", "two").unwrap();
        site
    };
    [Box::new(Site::new), Box::new(others), Box::new(shared)]
}

#[test]
fn dying_anywhere_leaves_nothing_of_ours_and_everything_of_others() {
    for (index, begin) in beginnings().iter().enumerate() {
        let expected = begin().all();
        let (mut shows, mut hides) = (0, 0);
        loop {
            let site = begin();
            let died = dies(shows, || site.show());
            site.hide().unwrap();
            assert_eq!(site.all(), expected, "beginning {index}, died in showing before change {shows}");
            // Going on instead of giving up comes to the same.
            let site = begin();
            dies(shows, || site.show());
            site.show().unwrap();
            assert_eq!(fs::read_to_string(site.answer()).unwrap(), ANSWER);
            site.hide().unwrap();
            assert_eq!(site.all(), expected, "beginning {index}, showed again after change {shows}");
            shows += 1;
            if !died {
                break;
            }
        }
        loop {
            let site = begin();
            site.show().unwrap();
            let died = dies(hides, || site.hide());
            site.hide().unwrap();
            assert_eq!(site.all(), expected, "beginning {index}, died in hiding before change {hides}");
            hides += 1;
            if !died {
                break;
            }
        }
        assert!(shows > 4 && hides > 2, "there is nothing left to die before: {shows}, {hides}");
    }
}

#[test]
fn dying_between_folder_and_file_leaves_a_folder_that_is_known_as_ours() {
    let site = Site::new();
    let top = Folder::root(&site.root()).unwrap();
    enter_or_make(&top, WAY[0]).unwrap();
    assert_eq!(site.all(), [".well-known", &format!(".well-known/{MARK}")]);
    // Another process made the one below before we came to it.
    fs::create_dir(site.at(".well-known/acme-challenge")).unwrap();
    site.hide().unwrap();
    assert!(site.at(".well-known/acme-challenge").is_dir(), "somebody else's folder is gone");
    fs::remove_dir(site.at(".well-known/acme-challenge")).unwrap();
    site.hide().unwrap();
    assert_eq!(site.all(), Vec::<String>::new());
}

#[test]
fn a_file_put_into_a_folder_that_is_just_going_brings_it_back() {
    let site = Site::new();
    site.show().unwrap();
    fs::remove_file(site.answer()).unwrap();
    fs::rename(site.at(".well-known/acme-challenge"), site.at(".well-known").join(ASIDE)).unwrap();
    write(&site.at(".well-known").join(ASIDE).join("late"), "somebody else's");
    site.hide().unwrap();
    assert_eq!(fs::read_to_string(place(&site.root(), "late")).unwrap(), "somebody else's");
}

#[test]
fn what_is_no_token_is_never_a_name() {
    let site = Site::new();
    for token in ["", ".", "..", "../x", "a/b", ".made-by-certwright"] {
        assert!(show(&site.root(), token, "x").is_err());
        assert!(hide(&site.root(), token, "x").is_err());
    }
    assert_eq!(site.all(), Vec::<String>::new());
}
