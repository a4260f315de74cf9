//! What counts as a repeat, and which rates there are.

use std::fmt;

use crate::error::RepeatWindowError;

/// From where the repeat window is measured.
///
/// ```
/// assert_eq!(tenure_service::RepeatRule::default().name(), "rolling");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RepeatRule {
    /// A contact joins if it comes within the window of the *previous* contact.
    #[default]
    Rolling,
    /// A contact joins if it comes within the window of the *first* contact of the episode.
    Fixed,
}

impl RepeatRule {
    /// The name in documents: `rolling` or `fixed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rolling => "rolling",
            Self::Fixed => "fixed",
        }
    }
}

/// When contacts about one issue are one episode: the repeat window in days, its end included, and
/// from where it is measured. Seven days, rolling, by default.
///
/// ```
/// use tenure_service::{FcrDefinition, RepeatRule};
///
/// assert_eq!(FcrDefinition::default().to_string(), "fcr.rolling.7d.v1");
/// let month = FcrDefinition::new(30, RepeatRule::Fixed)?;
/// assert_eq!(month.to_string(), "fcr.fixed.30d.v1");
/// # Ok::<(), tenure_service::RepeatWindowError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "DefinitionDocument", into = "DefinitionDocument"))]
pub struct FcrDefinition {
    window_days: u32,
    rule: RepeatRule,
}

impl FcrDefinition {
    /// The longest repeat window: ten years and some days.
    pub const MAX_WINDOW_DAYS: u32 = 3_660;

    /// A window of so many days, measured by that rule; 0 days join only contacts at one instant.
    ///
    /// # Errors
    /// More than [`FcrDefinition::MAX_WINDOW_DAYS`].
    pub const fn new(window_days: u32, rule: RepeatRule) -> Result<Self, RepeatWindowError> {
        if window_days <= Self::MAX_WINDOW_DAYS {
            Ok(Self { window_days, rule })
        } else {
            Err(RepeatWindowError { found: window_days })
        }
    }

    /// The window in days.
    #[must_use]
    pub const fn window_days(self) -> u32 {
        self.window_days
    }

    /// The window in microseconds.
    #[must_use]
    pub fn window_micros(self) -> i64 {
        // at most 3,660 days: far from the end of 64 bits
        i64::from(self.window_days).saturating_mul(86_400_000_000)
    }

    /// From where the window is measured.
    #[must_use]
    pub const fn rule(self) -> RepeatRule {
        self.rule
    }
}

impl Default for FcrDefinition {
    fn default() -> Self {
        Self { window_days: 7, rule: RepeatRule::Rolling }
    }
}

/// Its id and version.
impl fmt::Display for FcrDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fcr.{}.{}d.v1", self.rule.name(), self.window_days)
    }
}

/// A definition on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "FcrDefinition")]
struct DefinitionDocument {
    window_days: u32,
    rule: RepeatRule,
}

#[cfg(feature = "serde")]
impl TryFrom<DefinitionDocument> for FcrDefinition {
    type Error = RepeatWindowError;

    fn try_from(document: DefinitionDocument) -> Result<Self, RepeatWindowError> {
        Self::new(document.window_days, document.rule)
    }
}

#[cfg(feature = "serde")]
impl From<FcrDefinition> for DefinitionDocument {
    fn from(definition: FcrDefinition) -> Self {
        Self { window_days: definition.window_days, rule: definition.rule }
    }
}

/// Which episodes count as resolved at first contact.
///
/// ```
/// use tenure_service::FcrRate;
///
/// assert_eq!(FcrRate::default().name(), "resolved_and_no_repeat");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FcrRate {
    /// The first contact is flagged resolved, and no other followed. Episodes whose first flag is
    /// unknown are left out.
    #[default]
    ResolvedAndNoRepeat,
    /// No other contact followed, whatever the flag.
    NoRepeat,
    /// The first contact is flagged resolved, whatever followed. Episodes whose first flag is
    /// unknown are left out. It overstates: the flag is our own opinion.
    FlagOnly,
}

impl FcrRate {
    /// Every rate, the default first.
    pub const ALL: &'static [Self] = &[Self::ResolvedAndNoRepeat, Self::NoRepeat, Self::FlagOnly];

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResolvedAndNoRepeat => "resolved_and_no_repeat",
            Self::NoRepeat => "no_repeat",
            Self::FlagOnly => "flag_only",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_at_ten_years() {
        let longest = FcrDefinition::new(FcrDefinition::MAX_WINDOW_DAYS, RepeatRule::Rolling);
        assert_eq!(longest.map(FcrDefinition::window_micros), Ok(316_224_000_000_000));
        let error = FcrDefinition::new(3_661, RepeatRule::Rolling).unwrap_err();
        assert_eq!(error.found(), 3_661);
        assert_eq!(error.to_string(), "repeat window of `3661` days is outside 0 to 3660");
    }
}
