//! What can be wrong with a rule set, a pack or a playbook: all of it at once, with its place.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::named::named;

named! {
    /// What kind of fault: stable names for programs.
    ///
    /// ```
    /// assert_eq!(tenure_classify::FaultCode::UnsortedBins.name(), "unsorted_bins");
    /// ```
    #[non_exhaustive]
    FaultCode {
        /// The file is larger than [`MAX_DOCUMENT_BYTES`](crate::MAX_DOCUMENT_BYTES).
        TooLarge = "too_large",
        /// The file is not text in UTF-8.
        NotUtf8 = "not_utf8",
        /// The text is not TOML, or not JSON.
        Syntax = "syntax",
        /// Tables or arrays nested too deep.
        TooDeep = "too_deep",
        /// One key twice in one table.
        DuplicateKey = "duplicate_key",
        /// `schema` names another format, or another version of it.
        BadSchema = "bad_schema",
        /// A key that means nothing there.
        UnknownKey = "unknown_key",
        /// A key that must be there is not.
        MissingKey = "missing_key",
        /// Text where a number belongs, and the like.
        TypeMismatch = "type_mismatch",
        /// A word that is none of those accepted.
        UnknownValue = "unknown_value",
        /// A number outside what has a meaning.
        OutOfRange = "out_of_range",
        /// A decimal with more places than are kept.
        NotExact = "not_exact",
        /// A name or a text that is empty.
        MissingName = "missing_name",
        /// A signal that is not measured.
        UnknownSignal = "unknown_signal",
        /// A rule set without signals scores nothing.
        NoSignal = "no_signal",
        /// Two rules with one name.
        DuplicateId = "duplicate_id",
        /// The lower bounds of the bins do not grow.
        UnsortedBins = "unsorted_bins",
        /// The first bin must start at 0 and give 0 points.
        FirstBinNotZero = "first_bin_not_zero",
        /// More of a signal would give fewer points.
        DecreasingPoints = "decreasing_points",
        /// Evidence only ever adds.
        NegativePoints = "negative_points",
        /// No account can reach the threshold.
        UnreachableThreshold = "unreachable_threshold",
        /// The customer threshold must lie below the client threshold.
        ThresholdCrossing = "threshold_crossing",
        /// Leaving a class must be harder than entering it.
        HysteresisInverted = "hysteresis_inverted",
        /// A hard rule that an earlier one always precedes.
        DeadHardRule = "dead_hard_rule",
        /// A rule without a reason code.
        MissingReason = "missing_reason",
        /// A reason code that is none, or not one of that rule.
        UnknownReason = "unknown_reason",
        /// A base that nobody handed in.
        UnknownBase = "unknown_base",
        /// A rule set that extends itself, by itself or through others.
        CircularBase = "circular_base",
        /// Two words for the same account.
        TermConflict = "term_conflict",
        /// A pack that sets thresholds or points.
        PackSetsThreshold = "pack_sets_threshold",
        /// A regulated term without the source it rests on.
        NoSource = "no_source",
        /// A class and stage without a treatment.
        PlaybookGap = "playbook_gap",
        /// A class and stage with two treatments.
        PlaybookOverlap = "playbook_overlap",
        /// A treatment that lets undetermined accounts be closed without a person.
        UndeterminedAutoClose = "undetermined_auto_close",
        /// A treatment that lets undetermined accounts hear broadcasts alone.
        UndeterminedBroadcastOnly = "undetermined_broadcast_only",
    }
}

/// A place in a file; the first character is line 1, column 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    pub(crate) file: Arc<str>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Location {
    /// The file, as the caller named it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
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
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The way to a value: keys and places in lists, from the root.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Key(Cow<'static, str>),
    Index(usize),
}

impl Path {
    pub(crate) const fn root() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn key(&self, key: impl Into<Cow<'static, str>>) -> Self {
        self.step(Step::Key(key.into()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    fn step(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                    let dot = if place == 0 { "" } else { "." };
                    if !key.is_empty() && key.chars().all(plain) {
                        write!(f, "{dot}{key}")?;
                    } else {
                        write!(f, "{dot}{:?}", shortened(key))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// One thing that is wrong with a rule set, a pack or a playbook.
///
/// ```
/// use tenure_classify::{FaultCode, RuleSet};
/// let mut parts = RuleSet::generic().parts().clone();
/// parts.window_days = 0;
/// let error = parts.build().err().ok_or("built")?;
/// let [fault] = error.faults() else { return Err("several faults") };
/// assert_eq!(fault.code(), FaultCode::OutOfRange);
/// assert_eq!(fault.path(), "window_days");
/// assert_eq!(fault.location(), None);
/// assert_eq!(fault.to_string(), "window_days: `0` is not from 1 to 36500 [out_of_range]");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fault {
    code: FaultCode,
    path: Path,
    message: String,
    hint: Option<String>,
    location: Option<Location>,
}

impl Fault {
    pub(crate) const fn new(code: FaultCode, path: Path, message: String) -> Self {
        Self { code, path, message, hint: None, location: None }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[cfg(feature = "serde")]
    pub(crate) fn at(mut self, location: Option<&Location>) -> Self {
        self.location = location.cloned();
        self
    }

    #[cfg(feature = "serde")]
    pub(crate) fn moved(self, path: Path, location: Option<&Location>) -> Self {
        Self { path, ..self }.at(location)
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn way(&self) -> &Path {
        &self.path
    }

    /// What kind.
    #[must_use]
    pub const fn code(&self) -> FaultCode {
        self.code
    }

    /// The way to the value, such as `signal[3].bins[2]`; empty for the whole document.
    #[must_use]
    pub fn path(&self) -> String {
        self.path.to_string()
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Where; `None` for what was built in Rust.
    #[must_use]
    pub const fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        if !self.path.steps().is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, ": {hint}")?;
        }
        write!(f, " [{}]", self.code)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Fault {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Fault", 7)?;
        fields.serialize_field("code", &self.code)?;
        fields.serialize_field("path", &self.path())?;
        fields.serialize_field("message", &self.message)?;
        fields.serialize_field("hint", &self.hint)?;
        fields.serialize_field("file", &self.location.as_ref().map(Location::file))?;
        fields.serialize_field("line", &self.location.as_ref().map(Location::line))?;
        fields.serialize_field("column", &self.location.as_ref().map(Location::column))?;
        fields.end()
    }
}

/// A rule set, pack or playbook that cannot be used: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DocumentError {
    faults: Vec<Fault>,
}

impl DocumentError {
    /// The faults, in the order of the document; at least one.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// At least one fault.
    pub(crate) const fn new(faults: Vec<Fault>) -> Self {
        Self { faults }
    }

    /// The value if nothing is wrong.
    pub(crate) fn unless<T>(faults: Vec<Fault>, value: T) -> Result<T, Self> {
        if faults.is_empty() { Ok(value) } else { Err(Self { faults }) }
    }
}

impl From<Fault> for DocumentError {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault] }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.faults.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            write!(f, "{between}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DocumentError {}

/// The most characters of a foreign text that a message repeats.
const SHOWN: usize = 60;

/// A foreign text as a message may repeat it: short, without control characters.
pub(crate) fn shortened(text: &str) -> String {
    let mut shown: String =
        text.chars().take(SHOWN).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{Path, shortened};

    #[test]
    fn a_path_reads_like_the_file() {
        let path = Path::root().key("signal").index(3).key("bins").index(2).index(1);
        assert_eq!(path.to_string(), "signal[3].bins[2][1]");
        assert_eq!(Path::root().to_string(), "");
        let odd = Path::root().key("text").key("a.b").key("").key("c\"\n");
        assert_eq!(odd.to_string(), "text.\"a.b\".\"\".\"c\\\"\u{fffd}\"");
    }

    #[test]
    fn what_a_message_repeats_is_short_and_plain() {
        assert_eq!(shortened("a\u{1b}[31mb"), "a\u{fffd}[31mb");
        let long = "x".repeat(60);
        assert_eq!(shortened(&long), long);
        assert_eq!(shortened(&format!("{long}y")), format!("{long}…"));
    }
}
