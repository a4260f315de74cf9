//! Any text as the file of a health profile.

use tenure_health::{Absence, Profile, Reading, Score};

/// The name under which the text is read.
const FILE: &str = "any";

/// A file is a profile, or every fault of it has a place in it. A profile can be written and read
/// again, and knows nothing of an account of which nothing is known.
///
/// # Panics
/// Where that law is broken.
pub fn profiles(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let profile = match Profile::from_toml(FILE, text) {
        Ok(profile) => profile,
        Err(error) => {
            assert_eq!(error.file(), FILE);
            assert!(!error.faults().is_empty());
            let lines: Vec<&str> = text.split('\n').collect();
            for fault in error.faults() {
                let line = fault.line().checked_sub(1).and_then(|line| lines.get(line));
                let Some(line) = line else { unreachable!("no such line: {error}") };
                // The end of a line is a place, too.
                assert!((1..=line.chars().count().saturating_add(1)).contains(&fault.column()));
            }
            return;
        }
    };
    assert_eq!(Profile::from_toml(FILE, &profile.to_toml()).as_ref(), Ok(&profile));
    let unknown = vec![Reading::missing(Absence::NotObserved); profile.components().len()];
    let Ok(score) = Score::new(&profile, &unknown) else { unreachable!("one reading a component") };
    assert_eq!((score.lo(), score.hi()), (0, 1000));
    let whole =
        score.parts().iter().fold(score.interaction()[1], |sum, part| sum.saturating_add(part.hi));
    assert_eq!(whole, 1000);
}
