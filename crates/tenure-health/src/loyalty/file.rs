//! Programmes from TOML text: what is wrong stands with its line and column.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::{Landing, Programme, Window};

/// The most bytes a text may have.
const MAX_BYTES: usize = 1 << 20;

/// What kind of fault: stable names for programs.
///
/// ```
/// assert_eq!(tenure_health::loyalty::ProgrammeFaultCode::BadThreshold.name(), "bad_threshold");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProgrammeFaultCode {
    /// More than one mebibyte.
    TooLarge,
    /// Not TOML, a key that is missing, unknown or twice, or a value of another type.
    Shape,
    /// A word that means nothing there.
    UnknownValue,
    /// A programme or tier without a name, or a tier with that of another.
    BadName,
    /// A length or month of a window that is missing, out of range, or of another kind of window.
    BadWindow,
    /// A soft landing where no window ends.
    BadLanding,
    /// A threshold out of order.
    BadThreshold,
    /// No tier, or too many.
    TierCount,
}

impl ProgrammeFaultCode {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Shape => "shape",
            Self::UnknownValue => "unknown_value",
            Self::BadName => "bad_name",
            Self::BadWindow => "bad_window",
            Self::BadLanding => "bad_landing",
            Self::BadThreshold => "bad_threshold",
            Self::TierCount => "tier_count",
        }
    }
}

/// One thing that is wrong with a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeFault {
    code: ProgrammeFaultCode,
    line: usize,
    column: usize,
    message: String,
}

impl ProgrammeFault {
    /// What kind.
    #[must_use]
    pub const fn code(&self) -> ProgrammeFaultCode {
        self.code
    }

    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A text that holds no programme: everything that is wrong with it, or, where it is no TOML of the
/// right shape, the first thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeFileError {
    file: String,
    faults: Vec<ProgrammeFault>,
}

impl ProgrammeFileError {
    /// The file, as the caller named it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The faults, in the order of the file; at least one.
    #[must_use]
    pub fn faults(&self) -> &[ProgrammeFault] {
        &self.faults
    }
}

impl fmt::Display for ProgrammeFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.faults.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            let ProgrammeFault { code, line, column, message } = fault;
            write!(f, "{between}{}:{line}:{column}: {message} [{}]", self.file, code.name())?;
        }
        Ok(())
    }
}

impl std::error::Error for ProgrammeFileError {}

/// The file around the programme, of which nothing else is looked at.
#[derive(Deserialize)]
struct Around {
    loyalty: Option<Spanned<Section>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    id: Spanned<String>,
    window: Spanned<String>,
    first_month: Option<Spanned<i64>>,
    months: Option<Spanned<i64>>,
    landing: Option<Spanned<String>>,
    #[serde(default)]
    tier: Vec<Tier>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    name: Spanned<String>,
    from: Spanned<i64>,
}

/// Collects faults while a text is read.
struct Faults<'t> {
    text: &'t str,
    found: Vec<ProgrammeFault>,
}

impl Faults<'_> {
    fn add(&mut self, at: usize, code: ProgrammeFaultCode, message: impl fmt::Display) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count());
        let (column, message) = (column.saturating_add(1), message.to_string());
        self.found.push(ProgrammeFault { code, line, column, message });
    }
}

impl Programme {
    /// Reads the section `[loyalty]` of a TOML text, such as a `tenure.toml`; the rest of the text is
    /// not looked at. `None` where there is no such section. The name of the file goes into the places
    /// of faults.
    ///
    /// | key | holds |
    /// |---|---|
    /// | `id` | the name of the programme in reports |
    /// | `window` | `calendar` `anniversary` `rolling` |
    /// | `first_month` | of a calendar window: the month it begins with, 1 to 12 |
    /// | `months` | of a rolling window: how many, 1 to 120 |
    /// | `landing` | at a window's end: `hard` (left out: this) or `soft`, one tier at most |
    /// | `[[loyalty.tier]]` | least first: `name`, and the qualifying points it begins `from` |
    ///
    /// # Errors
    /// What is no TOML of this shape: the first fault. A name, window, landing or threshold that is none:
    /// all of them.
    ///
    /// ```
    /// use tenure_health::loyalty::Programme;
    /// let text = r#"
    /// [loyalty]
    /// id = "house"
    /// window = "calendar"
    /// first_month = 1
    /// [[loyalty.tier]]
    /// name = "member"
    /// from = 0
    /// [[loyalty.tier]]
    /// name = "gold"
    /// from = 0
    /// "#;
    /// let error = Programme::from_toml("tenure.toml", text).err().ok_or("a programme")?;
    /// assert_eq!(
    ///     error.to_string(),
    ///     "tenure.toml:11:8: threshold `0` of tier `gold`: the first is 0, each other one above that \
    ///      before it [bad_threshold]"
    /// );
    /// let text = text.replace("\"gold\"\nfrom = 0", "\"gold\"\nfrom = 500");
    /// let programme = Programme::from_toml("tenure.toml", &text)?.ok_or("no [loyalty]")?;
    /// assert_eq!((programme.id(), programme.tiers().len()), ("house", 2));
    /// assert_eq!(Programme::from_toml("tenure.toml", "as_of = 2025-01-01")?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_toml(file: &str, text: &str) -> Result<Option<Self>, ProgrammeFileError> {
        let mut faults = Faults { text, found: Vec::new() };
        let programme = read(text, &mut faults);
        faults.found.sort_by_key(|fault| (fault.line, fault.column));
        if faults.found.is_empty() {
            return Ok(programme);
        }
        Err(ProgrammeFileError { file: file.to_owned(), faults: faults.found })
    }
}

/// `None` without a programme, and with a fault.
fn read(text: &str, faults: &mut Faults<'_>) -> Option<Programme> {
    use ProgrammeFaultCode::{BadName, Shape, TierCount, TooLarge};
    if text.len() > MAX_BYTES {
        faults.add(0, TooLarge, format!("`{}` bytes, more than {MAX_BYTES}", text.len()));
        return None;
    }
    let around: Around = match toml::from_str(text) {
        Ok(around) => around,
        Err(error) => {
            let at = error.span().map_or(text.len(), |span| span.start);
            faults.add(at, Shape, error.message().lines().next().unwrap_or_default());
            return None;
        }
    };
    let section = around.loyalty?;
    let at = section.span().start;
    let section = section.into_inner();
    if section.id.get_ref().is_empty() {
        faults.add(section.id.span().start, BadName, "a programme needs a name");
    }
    let window = window(&section, faults);
    let landing = landing(&section, window, faults);
    if !(1..=Programme::MAX_TIERS).contains(&section.tier.len()) {
        let found = section.tier.len();
        faults.add(at, TierCount, format!("`{found}` tiers: a programme has 1 to 64"));
    }
    let tiers = tiers(&section, faults);
    match Programme::new(&tiers, window?, landing?) {
        Ok(programme) => Some(programme.with_id(section.id.get_ref().as_str())),
        Err(error) => {
            // Everything it refuses was looked at, with its place; what is left has none.
            if faults.found.is_empty() {
                faults.add(at, Shape, error);
            }
            None
        }
    }
}

fn window(section: &Section, faults: &mut Faults<'_>) -> Option<Window> {
    use ProgrammeFaultCode::{BadWindow, UnknownValue};
    let Section { window, first_month, months, .. } = section;
    let at = window.span().start;
    let word = window.get_ref().as_str();
    if !["calendar", "anniversary", "rolling"].contains(&word) {
        let message = format!("`{word}` is no window: calendar, anniversary or rolling");
        faults.add(at, UnknownValue, message);
        return None;
    }
    // A number of another kind of window would have no effect.
    let mut right = true;
    for (key, number, of) in
        [("first_month", first_month, "calendar"), ("months", months, "rolling")]
    {
        match number {
            Some(number) if of != word => {
                let message = format!("`{key}` has no effect with window = \"{word}\"");
                faults.add(number.span().start, BadWindow, message);
                right = false;
            }
            None if of == word => {
                faults.add(at, BadWindow, format!("window = \"{word}\" needs `{key}`"));
                right = false;
            }
            _ => {}
        }
    }
    let mut within = |number: &Option<Spanned<i64>>, most: u32, what: &str| {
        let number = number.as_ref()?;
        let found = u32::try_from(*number.get_ref()).ok().filter(|n| (1..=most).contains(n));
        if found.is_none() {
            let message = format!("`{}` {what} is outside 1 to {most}", number.get_ref());
            faults.add(number.span().start, BadWindow, message);
        }
        found
    };
    let found = match word {
        "calendar" => {
            Some(Window::Calendar { first_month: within(first_month, 12, "as a month")? })
        }
        "rolling" => Some(Window::Rolling { months: within(months, 120, "months")? }),
        _ => Some(Window::Anniversary),
    };
    found.filter(|_| right)
}

fn landing(section: &Section, window: Option<Window>, faults: &mut Faults<'_>) -> Option<Landing> {
    let Some(landing) = &section.landing else { return Some(Landing::default()) };
    let at = landing.span().start;
    match (landing.get_ref().as_str(), window) {
        ("soft", Some(Window::Rolling { .. })) => {
            let message = "a rolling window has no end at which a member could land softly";
            faults.add(at, ProgrammeFaultCode::BadLanding, message);
            None
        }
        ("soft", _) => Some(Landing::Soft),
        ("hard", _) => Some(Landing::Hard),
        (other, _) => {
            let message = format!("`{other}` is no landing: hard or soft");
            faults.add(at, ProgrammeFaultCode::UnknownValue, message);
            None
        }
    }
}

fn tiers<'s>(section: &'s Section, faults: &mut Faults<'_>) -> Vec<(&'s str, i64)> {
    let mut tiers: Vec<(&str, i64)> = Vec::with_capacity(section.tier.len());
    for tier in &section.tier {
        let (name, from) = (tier.name.get_ref().as_str(), *tier.from.get_ref());
        if name.is_empty() || tiers.iter().any(|&(known, _)| known == name) {
            let message = format!("tier `{name}` has no name, or that of another tier");
            faults.add(tier.name.span().start, ProgrammeFaultCode::BadName, message);
        }
        let in_order = match tiers.last() {
            None => from == 0,
            Some(&(_, last)) => from > last,
        };
        if !in_order {
            let message = format!(
                "threshold `{from}` of tier `{name}`: the first is 0, each other one above that \
                 before it"
            );
            faults.add(tier.from.span().start, ProgrammeFaultCode::BadThreshold, message);
        }
        tiers.push((name, from));
    }
    tiers
}

#[cfg(test)]
mod tests {
    use super::{Landing, Programme, ProgrammeFaultCode, Window};

    const WHOLE: &str = r#"as_of = "2025-12-31"

[loyalty]
id = "house"
window = "rolling"
months = 24

[[loyalty.tier]]
name = "member"
from = 0

[[loyalty.tier]]
name = "gold"
from = 1000
"#;

    #[test]
    fn everything_is_read() {
        let programme = Programme::from_toml("tenure.toml", WHOLE).unwrap().unwrap();
        let tiers = [("member", 0), ("gold", 1000)];
        let built = Programme::new(&tiers, Window::Rolling { months: 24 }, Landing::Hard).unwrap();
        assert_eq!(programme, built.with_id("house"));
        let text = WHOLE.replace(
            "\"rolling\"\nmonths = 24",
            "\"calendar\"\nfirst_month = 4\nlanding = \"soft\"",
        );
        let programme = Programme::from_toml("tenure.toml", &text).unwrap().unwrap();
        assert_eq!(programme.window(), Window::Calendar { first_month: 4 });
        assert_eq!(programme.landing(), Landing::Soft);
        let text = WHOLE.replace("\"rolling\"\nmonths = 24", "\"anniversary\"");
        let programme = Programme::from_toml("tenure.toml", &text).unwrap().unwrap();
        assert_eq!(programme.window(), Window::Anniversary);
    }

    #[test]
    fn every_fault_has_its_place() {
        use ProgrammeFaultCode::{
            BadLanding, BadName, BadThreshold, BadWindow, Shape, TierCount, TooLarge, UnknownValue,
        };
        let faults = |text: &str| -> Vec<(ProgrammeFaultCode, usize, usize)> {
            let error = Programme::from_toml("t", text).unwrap_err();
            error.faults().iter().map(|one| (one.code(), one.line(), one.column())).collect()
        };
        let of = |from: &str, to: &str| {
            assert!(WHOLE.contains(from), "{from}");
            faults(&WHOLE.replace(from, to))
        };
        assert_eq!(of("id = \"house\"", "id = \"\""), [(BadName, 4, 6)]);
        assert_eq!(of("\"rolling\"", "\"weekly\""), [(UnknownValue, 5, 10)]);
        assert_eq!(of("\"rolling\"", "\"anniversary\""), [(BadWindow, 6, 10)]);
        assert_eq!(of("\"rolling\"", "\"calendar\""), [(BadWindow, 5, 10), (BadWindow, 6, 10)]);
        assert_eq!(of("months = 24\n", ""), [(BadWindow, 5, 10)]);
        assert_eq!(of("24", "121"), [(BadWindow, 6, 10)]);
        assert_eq!(of("24", "-1"), [(BadWindow, 6, 10)]);
        assert_eq!(of("months = 24", "months = 24\nlanding = \"soft\""), [(BadLanding, 7, 11)]);
        assert_eq!(of("months = 24", "months = 24\nlanding = \"no\""), [(UnknownValue, 7, 11)]);
        assert_eq!(of("from = 0", "from = 1"), [(BadThreshold, 10, 8)]);
        assert_eq!(of("1000", "0"), [(BadThreshold, 14, 8)]);
        assert_eq!(of("\"gold\"", "\"member\""), [(BadName, 13, 8)]);
        assert_eq!(of("months = 24", "colour = 1"), [(Shape, 6, 1)]);
        assert_eq!(of("months = 24", "months = \"24\""), [(Shape, 6, 10)]);
        assert_eq!(of("[loyalty]", "[loyalty"), [(Shape, 3, 9)]);
        // All of them at once, in their order.
        let bad = WHOLE.replace("house", "").replace("24", "0").replace("1000", "-5");
        assert_eq!(faults(&bad), [(BadName, 4, 6), (BadWindow, 6, 10), (BadThreshold, 14, 8)]);
        let none = "[loyalty]\nid = \"a\"\nwindow = \"anniversary\"\n";
        assert_eq!(faults(none), [(TierCount, 1, 1)]);
        assert_eq!(faults(&" ".repeat((1 << 20) + 1)), [(TooLarge, 1, 1)]);
        assert_eq!(Programme::from_toml("t", ""), Ok(None));
        assert_eq!(Programme::from_toml("t", "[report]\nloyalty = 3\n"), Ok(None));
    }
}
