//! Which names and passwords are taken (NIST SP 800-63B §3.1.1.2): a length, a short list of the commonest, no rules
//! of composition.

use crate::refusal::Refusal;

/// The fewest characters of a password.
pub const FEWEST: usize = 12;

/// The most: more than anybody types, and little enough to hash.
pub const MOST: usize = 1024;

/// The most characters of a user's name.
const LONGEST_NAME: usize = 64;

/// What stands in the head of every list of leaked passwords and has twelve characters or more, in lower case.
const COMMONEST: &[&str] = &[
    "123456789012",
    "1234567890123",
    "123456789123",
    "1234567891234",
    "1234567890qwerty",
    "012345678910",
    "098765432109",
    "111111111111",
    "000000000000",
    "112233445566",
    "121212121212",
    "123123123123",
    "123412341234",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u",
    "1q2w3e4r5t6y7u8i",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "q1w2e3r4t5y6",
    "qazwsxedcrfv",
    "qwerty123456",
    "qwerty1234567",
    "qwerty123456789",
    "qwerty1234567890",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjkl",
    "asdfghjkl123",
    "zxcvbnm12345",
    "abc123456789",
    "abcdef123456",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcdefghijklmnopqrstuvwxyz",
    "a1b2c3d4e5f6",
    "aaaaaaaaaaaa",
    "password1234",
    "password12345",
    "password123456",
    "password123!",
    "password2024",
    "password2025",
    "password2026",
    "passwordpassword",
    "mypassword123",
    "newpassword123",
    "p@ssw0rd1234",
    "p@ssword1234",
    "p@ssw0rd123!",
    "passw0rd1234",
    "administrator",
    "administrator1",
    "administrator123",
    "admin1234567",
    "admin12345678",
    "admin123456789",
    "adminadminadmin",
    "changeme1234",
    "changemechangeme",
    "changeit1234",
    "letmein12345",
    "letmeinletmein",
    "welcome12345",
    "welcome123456",
    "welcome123!!",
    "iloveyou1234",
    "iloveyouforever",
    "correcthorsebatterystaple",
    "correct horse battery staple",
    "correct-horse-battery-staple",
    "football1234",
    "baseball1234",
    "superman1234",
    "sunshine1234",
    "princess1234",
    "certwright123",
    "certwright1234",
    "certwrightcertwright",
    "thisismypassword",
    "trustno1trustno1",
    "secretsecret",
    "secret123456",
    "summer2024!!",
    "summer2025!!",
    "summer2026!!",
    "winter2024!!",
    "winter2025!!",
    "winter2026!!",
];

/// How a name is compared: surrounding spaces and letter case do not count.
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What is wrong with a user's or token's name.
pub fn name_complaint(field: &str, name: &str) -> Option<Refusal> {
    let name = name.trim();
    let plain = |c: char| c.is_alphanumeric() || "._-@+ ".contains(c);
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Some(Refusal::new(field, "is empty or longer than 64 characters", "give a short name"));
    }
    if !name.chars().all(plain) {
        return Some(Refusal::new(
            field,
            "has odd characters",
            "use letters, digits, spaces and any of . _ - @ +",
        ));
    }
    // Ids begin like that, and a name must not be taken for one.
    if ["user-", "token-"].iter().any(|prefix| folded(name).starts_with(prefix)) {
        return Some(Refusal::new(field, "begins like an id", "choose another name"));
    }
    None
}

/// What is wrong with a password for this user.
pub fn complaint(field: &str, password: &str, user: &str) -> Option<Refusal> {
    let length = password.chars().count();
    if length < FEWEST {
        return Some(Refusal::new(
            field,
            format!("has fewer than {FEWEST} characters"),
            "use a longer one: several words, or one from a password manager",
        ));
    }
    if length > MOST {
        return Some(Refusal::new(field, format!("has more than {MOST} characters"), "use a shorter one"));
    }
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    if COMMONEST.contains(&lower.trim()) || lower.chars().all(|c| Some(c) == first) {
        return Some(Refusal::new(
            field,
            "is one of the commonest passwords, which are tried first",
            "choose one that nobody else has",
        ));
    }
    let name = folded(user);
    if !name.is_empty()
        && lower.contains(&name)
        && lower.replace(&name, "").trim_matches(|c: char| !c.is_alphabetic()).is_empty()
    {
        return Some(Refusal::new(field, "is the name", "choose one that cannot be guessed by the name"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_commonness_decide_and_nothing_else() {
        for (password, taken) in [
            ("elevenchars", false),
            ("twelve chars", true),
            ("zwölf Zeichen", true),
            ("Password1234", false),
            ("Correct Horse Battery Staple", false),
            ("correct horse battery stapler", true),
            ("zzzzzzzzzzzzzzz", false),
            ("alice-alice-1", false),
            ("alice in wonderland", true),
            ("123456789012", false),
            ("739281640572", true),
        ] {
            assert_eq!(complaint("password", password, "Alice").is_none(), taken, "{password}");
        }
        assert!(COMMONEST.iter().all(|one| one.chars().count() >= FEWEST && one.to_lowercase() == **one));
        assert!(complaint("password", &"ab".repeat(512), "x").is_none());
        assert!(complaint("password", &"abc".repeat(342), "x").is_some());
    }

    #[test]
    fn names_are_short_and_plain() {
        for (name, taken) in [
            ("alice", true),
            ("Jürgen Müller", true),
            ("a@example.com", true),
            ("", false),
            ("  ", false),
            ("a\nb", false),
            ("<b>", false),
            ("User-1", false),
            ("token-1", false),
            (&"a".repeat(65), false),
        ] {
            assert_eq!(name_complaint("name", name).is_none(), taken, "{name}");
        }
        assert_eq!(folded(" Alice "), "alice");
    }
}
