//! Whose clock is wrong: what authorities say the time is, beside what this machine says. It is told, and decides nothing:
//! an authority may say anything.

use crate::id::AuthorityId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Clocks that differ by more are wrong enough for what is due, and for certificates that are not valid yet.
pub const APART: SignedDuration = SignedDuration::from_mins(5);
/// So many answers say so before it is believed: one may have waited in a cache, or while the machine slept.
const TIMES: u32 = 2;
/// An authority of several machines, one of them wrong, agrees only when none has said otherwise for so long.
const SETTLED: SignedDuration = SignedDuration::from_mins(30);
/// What was said is forgotten after this: each directory in use is looked at weekly.
const HEARD_FOR: SignedDuration = SignedDuration::from_hours(8 * 24);
/// The most different times that are kept of one authority, which may say another one each time.
const VOICES: usize = 4;
/// The most authorities that are listened to: nobody uses more.
const AUTHORITIES: usize = 64;

/// One time that an authority says it is, by a clock that never jumps.
#[derive(Clone, Copy, Debug)]
struct Voice {
    /// What the time was there when our steady clock stood at nothing.
    zero: Timestamp,
    /// When it was last heard, by the steady clock.
    heard: SignedDuration,
    /// How often.
    times: u32,
    /// How often in a row it was heard while our clock said something else.
    apart: u32,
}

impl Voice {
    /// By how much our clock is ahead of it; less than nothing where it is behind.
    fn ahead(&self, now: Timestamp, passed: SignedDuration) -> SignedDuration {
        now.duration_since(self.zero.saturating_add(passed).unwrap_or(Timestamp::MAX))
    }

    /// Whether it says, and has said often enough, that the clocks differ. A machine that slept finds its steady clock
    /// behind and has gone on in the eyes of everybody: only who is heard while the clocks differ says that ours is
    /// ahead. That ours is behind no sleep explains: it was put back.
    fn says_apart(&self, ahead: SignedDuration) -> bool {
        is_apart(ahead) && (self.apart >= TIMES || (ahead.is_negative() && self.times >= TIMES))
    }
}

fn is_apart(ahead: SignedDuration) -> bool {
    ahead.abs() > APART
}

#[derive(Clone, Debug, Default)]
struct Heard {
    /// On this machine, or so it seems: its clock is ours, and proves nothing.
    is_here: bool,
    voices: Vec<Voice>,
}

/// A clock that differs from ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Whose.
    pub authority: AuthorityId,
    /// By how much ours is ahead of it; less than nothing where it is behind.
    pub ahead: SignedDuration,
}

/// Whose clock is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Judgement {
    /// Ours: by the authority that was heard last, while not as many others agree with us.
    pub ours: Option<Difference>,
    /// Those of authorities, while at least as many others agree with us.
    pub theirs: Vec<Difference>,
    /// Who agrees with us, those first that are not on this machine.
    pub agreeing: Vec<AuthorityId>,
    /// Whether that proves our clock right: somebody elsewhere agrees, or only this machine's own authorities are known.
    pub is_right: bool,
}

/// What authorities say the time is. Moments of the steady clock are given as the time since it stood at nothing.
#[derive(Clone, Debug, Default)]
pub struct ClockCheck {
    heard: BTreeMap<AuthorityId, Heard>,
}

impl ClockCheck {
    /// An authority has said what the time is.
    pub fn hear(
        &mut self,
        authority: &AuthorityId,
        is_here: bool,
        said: Timestamp,
        now: Timestamp,
        passed: SignedDuration,
    ) {
        let Ok(zero) = said.checked_sub(passed) else { return };
        if !self.heard.contains_key(authority) && self.heard.len() >= AUTHORITIES {
            return;
        }
        let heard = self.heard.entry(authority.clone()).or_default();
        heard.is_here = is_here;
        let voices = &mut heard.voices;
        voices.retain(|voice| passed - voice.heard <= HEARD_FOR);
        // What does not fit any other is a new one: the other's clock was set, or this machine slept.
        let at = voices.iter().position(|voice| !is_apart(voice.zero.duration_since(zero)));
        let (times, before) = at.map_or((0, 0), |at| {
            let voice = voices.remove(at);
            (voice.times, voice.apart)
        });
        let apart = if is_apart(now.duration_since(said)) { before.saturating_add(1) } else { 0 };
        if voices.len() >= VOICES {
            voices.remove(0);
        }
        voices.push(Voice { zero, heard: passed, times: times.saturating_add(1), apart });
    }

    /// Whose clock is wrong now, by what was heard.
    pub fn judge(&self, now: Timestamp, passed: SignedDuration) -> Judgement {
        let mut apart: Vec<(SignedDuration, Difference)> = Vec::new();
        let (mut agreeing, mut witnesses) = (Vec::new(), 0);
        for (authority, heard) in &self.heard {
            let fresh = || heard.voices.iter().rev().filter(|voice| passed - voice.heard <= HEARD_FOR);
            let Some(last) = fresh().next() else { continue };
            // The last one counts however long ago that was; others while they may still be said again.
            let counts = |voice: &&Voice| last.heard - voice.heard <= SETTLED;
            let differing = fresh()
                .filter(counts)
                .map(|voice| (voice, voice.ahead(now, passed)))
                .find(|(voice, ahead)| voice.says_apart(*ahead));
            if let Some((voice, ahead)) = differing {
                apart.push((voice.heard, Difference { authority: authority.clone(), ahead }));
            } else if !is_apart(last.ahead(now, passed))
                && !fresh().filter(counts).any(|voice| voice.apart > 0 && is_apart(voice.ahead(now, passed)))
            {
                agreeing.insert(if heard.is_here { agreeing.len() } else { witnesses }, authority.clone());
                witnesses += usize::from(!heard.is_here);
            }
        }
        if apart.len() > witnesses {
            let last = apart.into_iter().max_by_key(|(heard, _)| *heard).map(|(_, difference)| difference);
            return Judgement { ours: last, theirs: Vec::new(), agreeing, is_right: false };
        }
        let theirs = apart.into_iter().map(|(_, difference)| difference).collect();
        let only_here =
            self.heard.values().filter(|heard| !heard.voices.is_empty()).all(|heard| heard.is_here);
        let is_right = witnesses > 0 || (only_here && !agreeing.is_empty());
        Judgement { ours: None, theirs, agreeing, is_right }
    }
}

/// A difference of clocks in words, as exact as anybody needs it.
pub fn in_words(difference: SignedDuration) -> String {
    let minutes = (difference.abs().as_secs() + 30) / 60;
    let (number, unit) = match minutes {
        0..120 => (minutes, "minutes"),
        120..2880 => ((minutes + 30) / 60, "hours"),
        _ => ((minutes + 720) / 1440, "days"),
    };
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine whose wall clock can be set, and which may sleep.
    struct Machine {
        check: ClockCheck,
        truth: Timestamp,
        passed: SignedDuration,
        /// By how much its clock is ahead of the truth.
        ahead: SignedDuration,
    }

    fn minutes(minutes: i64) -> SignedDuration {
        SignedDuration::from_mins(minutes)
    }

    impl Machine {
        fn new() -> Self {
            let truth = "2026-11-26T00:00:00Z".parse().unwrap();
            Self {
                check: ClockCheck::default(),
                truth,
                passed: SignedDuration::ZERO,
                ahead: SignedDuration::ZERO,
            }
        }

        fn now(&self) -> Timestamp {
            self.truth + self.ahead
        }

        fn pass(&mut self, time: SignedDuration) {
            self.truth += time;
            self.passed += time;
        }

        /// An answer of an authority whose clock is so far from the truth.
        fn hear(&mut self, authority: &str, wrong: i64) {
            self.pass(SignedDuration::from_secs(1));
            let said = self.truth + minutes(wrong);
            self.check.hear(&authority.into(), authority == "here", said, self.now(), self.passed);
        }

        fn judge(&self) -> Judgement {
            self.check.judge(self.now(), self.passed)
        }

        /// By how many minutes our clock is ahead, and who says so.
        fn ours(&self) -> Option<(String, i64)> {
            self.judge().ours.map(|ours| (ours.authority.to_string(), ours.ahead.as_mins()))
        }

        fn theirs(&self) -> Vec<String> {
            self.judge().theirs.into_iter().map(|theirs| theirs.authority.to_string()).collect()
        }
    }

    #[test]
    fn fault_32_two_answers_that_differ_say_that_our_clock_is_wrong_and_by_how_much() {
        for ahead in [-600, -6, 6, 60 * 24 * 365] {
            let mut machine = Machine::new();
            machine.ahead = minutes(ahead);
            machine.hear("ca", 0);
            assert_eq!(machine.ours(), None, "one answer proves nothing");
            machine.hear("ca", 0);
            assert_eq!(machine.ours(), Some(("ca".to_owned(), ahead)));
            // Set right: nobody needs to be asked again.
            machine.ahead = SignedDuration::ZERO;
            assert_eq!(machine.ours(), None);
            assert_eq!(machine.judge().agreeing, ["ca".into()]);
        }
        let mut machine = Machine::new();
        machine.ahead = minutes(4);
        machine.hear("ca", 0);
        machine.hear("ca", 0);
        assert_eq!(machine.judge().agreeing, ["ca".into()], "minutes are no trouble");
    }

    #[test]
    fn fault_32_a_clock_that_is_put_back_is_noticed_without_asking_anybody() {
        let mut machine = Machine::new();
        machine.hear("ca", 0);
        machine.hear("ca", 0);
        machine.pass(minutes(60));
        assert!(machine.judge().ours.is_none());
        machine.ahead = minutes(-60 * 24 * 365);
        assert_eq!(machine.ours(), Some(("ca".to_owned(), -60 * 24 * 365)));
        machine.ahead = SignedDuration::ZERO;
        assert_eq!(machine.judge().agreeing, ["ca".into()]);
    }

    #[test]
    fn fault_32_a_machine_that_slept_has_no_wrong_clock() {
        let mut machine = Machine::new();
        machine.hear("ca", 0);
        machine.hear("ca", 0);
        // Everybody's time goes on, the steady clock of this machine does not.
        machine.truth += minutes(9 * 60);
        let judged = machine.judge();
        assert_eq!((judged.ours, judged.theirs, judged.agreeing), (None, vec![], vec![]), "nothing is known");
        machine.hear("ca", 0);
        assert_eq!(machine.judge().agreeing, ["ca".into()]);
    }

    #[test]
    fn one_authority_against_another_does_not_put_our_clock_in_the_wrong() {
        let mut machine = Machine::new();
        machine.hear("good", 0);
        for _ in 0..10 {
            machine.hear("bad", 90);
        }
        assert_eq!(machine.ours(), None);
        assert_eq!(machine.theirs(), ["bad"]);
        // Two against one: it is ours.
        machine.ahead = minutes(90);
        for name in ["good", "other", "good", "other"] {
            machine.hear(name, 0);
        }
        assert_eq!(machine.ours(), Some(("other".to_owned(), 90)));
        assert!(machine.theirs().is_empty());
    }

    #[test]
    fn an_authority_of_this_machine_proves_nothing() {
        let mut machine = Machine::new();
        machine.ahead = minutes(60);
        machine.hear("here", 60);
        machine.hear("here", 60);
        machine.hear("ca", 0);
        machine.hear("ca", 0);
        assert_eq!(machine.ours(), Some(("ca".to_owned(), 60)));
        // Nothing is known of the other one any more: that one says so does not make it right.
        machine.pass(minutes(9 * 24 * 60));
        machine.hear("here", 60);
        assert_eq!((machine.ours(), machine.judge().is_right), (None, false));
        machine.ahead = SignedDuration::ZERO;
        machine.hear("here", 0);
        machine.hear("ca", 0);
        let judged = machine.judge();
        assert!(judged.is_right && judged.agreeing == ["ca".into(), "here".into()], "{judged:?}");
        let mut alone = Machine::new();
        alone.hear("here", 0);
        assert!(alone.judge().is_right, "nobody else is known");
    }

    #[test]
    fn an_authority_with_one_wrong_machine_of_several_is_told_once() {
        let mut machine = Machine::new();
        let mut told = Vec::new();
        for number in 0..60 {
            machine.hear("ca", if number % 3 == 0 { 60 } else { 0 });
            machine.pass(minutes(1));
            told.push(machine.ours().is_some());
        }
        told.dedup();
        assert_eq!(told, [false, true], "it comes and goes");
        machine.pass(minutes(31));
        machine.hear("ca", 0);
        assert_eq!(machine.judge().agreeing, ["ca".into()]);
    }

    #[test]
    fn an_authority_that_says_another_time_each_time_and_one_beyond_all_time_do_no_harm() {
        let mut machine = Machine::new();
        for number in 0..1000 {
            machine.hear("liar", (number + 1) * 60);
        }
        assert_eq!(machine.judge(), Judgement::default());
        assert!(machine.check.heard[&"liar".into()].voices.len() <= VOICES);
        machine.pass(minutes(1));
        for said in [Timestamp::MAX, Timestamp::MIN, Timestamp::MAX, Timestamp::MIN] {
            machine.check.hear(&"liar".into(), false, said, machine.truth, machine.passed);
        }
        machine.pass(minutes(60));
        machine.judge();
        for number in 0..1000 {
            machine.hear(&format!("ca-{number}"), 0);
        }
        assert_eq!(machine.check.heard.len(), AUTHORITIES);
    }

    #[test]
    fn what_was_said_long_ago_is_forgotten() {
        let mut machine = Machine::new();
        machine.ahead = minutes(60);
        machine.hear("ca", 0);
        machine.hear("ca", 0);
        assert!(machine.ours().is_some());
        machine.pass(minutes(9 * 24 * 60));
        assert_eq!(machine.judge(), Judgement::default());
    }

    #[test]
    fn a_difference_is_told_as_exactly_as_anybody_needs() {
        let day = 24 * 60;
        for (difference, words) in [
            (minutes(6), "6 minutes"),
            (SignedDuration::from_secs(-389), "6 minutes"),
            (minutes(119), "119 minutes"),
            (minutes(-121), "2 hours"),
            (minutes(day), "24 hours"),
            (minutes(-365 * day + 1), "365 days"),
        ] {
            assert_eq!(in_words(difference), words);
        }
    }
}
