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

/// Over which channels a repeat counts.
///
/// ```
/// assert_eq!(tenure_service::ChannelScope::default().name(), "all_channels");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ChannelScope {
    /// Over all: a contact by mail after a call is a repeat. Rates over such episodes are what the
    /// trade calls *one contact resolution*.
    #[default]
    AllChannels,
    /// Each channel for itself: a mail after a call is another first contact. A contact that does
    /// not tell its channel is in no episode, and counted. It overstates, since people change the
    /// channel when the first did not help.
    EachChannel,
}

impl ChannelScope {
    /// The name in documents: `all_channels` or `each_channel`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllChannels => "all_channels",
            Self::EachChannel => "each_channel",
        }
    }
}

/// What a reopening is.
///
/// ```
/// assert_eq!(tenure_service::Reopenings::default().name(), "ignored");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Reopenings {
    /// No contact: in no episode, and counted.
    #[default]
    Ignored,
    /// A contact like any other: within the window a repeat, after it the first of a new episode.
    Contacts,
}

impl Reopenings {
    /// The name in documents: `ignored` or `contacts`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Contacts => "contacts",
        }
    }
}

/// When contacts about one issue are one episode: the repeat window in days, its end included, and
/// from where it is measured; over which channels; whether a reopening is a contact. Seven days,
/// rolling, over all channels, reopenings ignored, by default.
///
/// ```
/// use tenure_service::{ChannelScope, FcrDefinition, Reopenings, RepeatRule};
///
/// assert_eq!(FcrDefinition::default().to_string(), "fcr.rolling.7d.v1");
/// let month = FcrDefinition::new(30, RepeatRule::Fixed)?;
/// assert_eq!(month.to_string(), "fcr.fixed.30d.v1");
/// let strict = month.with_reopenings(Reopenings::Contacts);
/// assert_eq!(strict.to_string(), "fcr.fixed.30d.reopenings.v1");
/// let phone = month.with_channels(ChannelScope::EachChannel);
/// assert_eq!(phone.to_string(), "fcr.fixed.30d.each_channel.v1");
/// # Ok::<(), tenure_service::RepeatWindowError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "DefinitionDocument", into = "DefinitionDocument"))]
pub struct FcrDefinition {
    window_days: u32,
    rule: RepeatRule,
    channels: ChannelScope,
    reopenings: Reopenings,
}

impl FcrDefinition {
    /// The longest repeat window: ten years and some days.
    pub const MAX_WINDOW_DAYS: u32 = 3_660;

    /// A window of so many days, measured by that rule, over all channels, reopenings ignored.
    ///
    /// # Errors
    /// 0, or more than [`FcrDefinition::MAX_WINDOW_DAYS`].
    pub const fn new(window_days: u32, rule: RepeatRule) -> Result<Self, RepeatWindowError> {
        if window_days > 0 && window_days <= Self::MAX_WINDOW_DAYS {
            let (channels, reopenings) = (ChannelScope::AllChannels, Reopenings::Ignored);
            Ok(Self { window_days, rule, channels, reopenings })
        } else {
            Err(RepeatWindowError { found: window_days })
        }
    }

    /// The same with another scope of channels.
    #[must_use]
    pub const fn with_channels(self, channels: ChannelScope) -> Self {
        Self { channels, ..self }
    }

    /// The same with reopenings read in another way.
    #[must_use]
    pub const fn with_reopenings(self, reopenings: Reopenings) -> Self {
        Self { reopenings, ..self }
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

    /// Over which channels a repeat counts.
    #[must_use]
    pub const fn channels(self) -> ChannelScope {
        self.channels
    }

    /// What a reopening is.
    #[must_use]
    pub const fn reopenings(self) -> Reopenings {
        self.reopenings
    }
}

impl Default for FcrDefinition {
    fn default() -> Self {
        Self {
            window_days: 7,
            rule: RepeatRule::Rolling,
            channels: ChannelScope::AllChannels,
            reopenings: Reopenings::Ignored,
        }
    }
}

/// Its id and version.
impl fmt::Display for FcrDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fcr.{}.{}d", self.rule.name(), self.window_days)?;
        if self.channels == ChannelScope::EachChannel {
            f.write_str(".each_channel")?;
        }
        if self.reopenings == Reopenings::Contacts {
            f.write_str(".reopenings")?;
        }
        f.write_str(".v1")
    }
}

/// A definition on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "FcrDefinition")]
struct DefinitionDocument {
    window_days: u32,
    rule: RepeatRule,
    channels: ChannelScope,
    reopenings: Reopenings,
}

#[cfg(feature = "serde")]
impl TryFrom<DefinitionDocument> for FcrDefinition {
    type Error = RepeatWindowError;

    fn try_from(document: DefinitionDocument) -> Result<Self, RepeatWindowError> {
        let DefinitionDocument { window_days, rule, channels, reopenings } = document;
        Ok(Self::new(window_days, rule)?.with_channels(channels).with_reopenings(reopenings))
    }
}

#[cfg(feature = "serde")]
impl From<FcrDefinition> for DefinitionDocument {
    fn from(definition: FcrDefinition) -> Self {
        let FcrDefinition { window_days, rule, channels, reopenings } = definition;
        Self { window_days, rule, channels, reopenings }
    }
}

/// A rate of first contact resolution. Each has its own denominator, all over mature episodes.
///
/// ```text
/// name                    numerator                           denominator
/// resolved_and_no_repeat  flag yes, one contact               flag known        ("gross")
/// no_repeat               one contact                         all
/// flag_only               flag yes                            flag known
/// net                     flag yes, one contact, resolvable   flag known, resolvable
/// one_and_done            one contact                         *contacts* of the episodes
/// ```
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
    /// unknown are left out. Beside [`FcrRate::Net`] it is called *gross*; over all channels *one
    /// contact resolution*.
    #[default]
    ResolvedAndNoRepeat,
    /// No other contact followed, whatever the flag.
    NoRepeat,
    /// The first contact is flagged resolved, whatever followed. Episodes whose first flag is
    /// unknown are left out. It overstates: the flag is our own opinion.
    FlagOnly,
    /// As the default, over the episodes that *could* be resolved at first contact: those whose
    /// first contact says it was not (a part had to be sent), or does not say, are left out. The
    /// wording "net" is not standardised.
    Net,
    /// Contacts that are an episode of their own, of all contacts of mature episodes. Lower than
    /// the share of episodes, since a repeated issue has more contacts.
    OneAndDone,
}

impl FcrRate {
    /// Every rate, the default first.
    pub const ALL: &'static [Self] =
        &[Self::ResolvedAndNoRepeat, Self::NoRepeat, Self::FlagOnly, Self::Net, Self::OneAndDone];

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResolvedAndNoRepeat => "resolved_and_no_repeat",
            Self::NoRepeat => "no_repeat",
            Self::FlagOnly => "flag_only",
            Self::Net => "net",
            Self::OneAndDone => "one_and_done",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_last_a_day_to_ten_years() {
        let longest = FcrDefinition::new(FcrDefinition::MAX_WINDOW_DAYS, RepeatRule::Rolling);
        assert_eq!(longest.map(FcrDefinition::window_micros), Ok(316_224_000_000_000));
        let error = FcrDefinition::new(3_661, RepeatRule::Rolling).unwrap_err();
        assert_eq!(error.found(), 3_661);
        assert_eq!(error.to_string(), "repeat window of `3661` days is outside 1 to 3660");
        let error = FcrDefinition::new(0, RepeatRule::Fixed).unwrap_err();
        assert_eq!(error.to_string(), "repeat window of `0` days is outside 1 to 3660");
    }
}
