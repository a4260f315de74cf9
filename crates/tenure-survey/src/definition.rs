//! What is measured, as a value that travels with state and result.

use std::borrow::Cow;
use std::fmt;

use tenure_model::Rounding;

use crate::error::{InvalidAnswerError, Place};
use crate::{Answer, Bands, Cut, DefinitionError, DefinitionMismatchError, Reason, Scale, preset};

/// What becomes of blank answers. All other missing answers are always excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum MissingPolicy {
    /// Only valid answers count. The default.
    #[default]
    Exclude,
    /// Blanks join the neutral band, as tools do that keep them in the denominator of NPS; mean and
    /// top box are as without them.
    CountAsPassive,
    /// Blanks join the denominator of the top box; mean and bands are as without them.
    InDenominator,
}

/// What becomes of answers that are no point of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum InvalidPolicy {
    /// They are counted, by reason, and enter no result. The default.
    #[default]
    Exclude,
    /// They are refused.
    Error,
}

/// Which way is good. No number is reversed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "a scale has two ends")]
pub enum Direction {
    /// A high answer is a good one. The default.
    #[default]
    HigherIsBetter,
    /// A low answer is a good one, as for effort asked on 1 to 5.
    LowerIsBetter,
}

/// Which of its numbers a definition shows first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Statistic {
    /// Favourable minus unfavourable, in points from -100 to 100.
    Points,
    /// The same as a fraction from -1 to 1.
    Net,
    /// The share of the top box, 0 to 1.
    Share,
    /// The mean, on the scale.
    Mean,
    /// The mean with the lowest point at 0 and the highest at 100.
    Rescaled,
}

/// What a response rate is taken of. The answers counted are always the valid ones.
///
/// AAPOR's RR1 to RR6 are a family of their own: they differ in what else counts as an answer and as
/// eligible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ResponseBase {
    /// The invitations that arrived. The default.
    #[default]
    Delivered,
    /// All invitations.
    Invited,
}

macro_rules! names {
    ($type:ty, $choices:literal, $($variant:ident => $name:literal),+) => {
        impl $type {
            /// Every name, for an error that lists them.
            pub(crate) const CHOICES: &'static str = $choices;

            /// The name in definition texts and documents.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

names!(MissingPolicy, "exclude, count_as_passive, in_denominator",
    Exclude => "exclude", CountAsPassive => "count_as_passive", InDenominator => "in_denominator");
names!(InvalidPolicy, "exclude, error", Exclude => "exclude", Error => "error");
names!(Statistic, "points, net, share, mean, rescaled",
    Points => "points", Net => "net", Share => "share", Mean => "mean", Rescaled => "rescaled");
names!(ResponseBase, "delivered, invited", Delivered => "delivered", Invited => "invited");

/// What a survey score means: scale, bands, top box, direction, what happens to missing and invalid
/// answers, of what the response rate is taken, over how many days, and how the number is shown.
///
/// A definition is a value. State and result carry it, and two states merge only if all of it is
/// equal: a vendor that moves a band edge makes another metric, not a better one.
///
/// The presets are ready made; anything else goes through [`Definition::builder`].
///
/// ```
/// use tenure_survey::{Cut, Definition, MissingPolicy, Scale};
///
/// let nps = Definition::nps();
/// assert_eq!(nps.id(), "nps.standard.v1");
///
/// let ours = Definition::builder("acme.smileys", Scale::new(1, 3)?)
///     .top_box(Cut::AtLeast(3))
///     .build()?;
/// assert_ne!(nps, ours);
/// let text = nps.with_missing(MissingPolicy::CountAsPassive)?.to_string();
/// assert_eq!(text, "nps.standard.v1 missing=count_as_passive");
/// # Ok::<(), tenure_survey::DefinitionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Document", into = "Document"))]
pub struct Definition {
    pub(crate) id: Cow<'static, str>,
    pub(crate) version: u32,
    pub(crate) scale: Scale,
    pub(crate) bands: Option<Bands>,
    pub(crate) top_box: Option<Cut>,
    pub(crate) direction: Direction,
    pub(crate) statistic: Statistic,
    pub(crate) missing: MissingPolicy,
    pub(crate) invalid: InvalidPolicy,
    pub(crate) response_of: ResponseBase,
    pub(crate) window_days: Option<u16>,
    pub(crate) rounding: Rounding,
    pub(crate) decimals: u8,
}

impl Default for Definition {
    fn default() -> Self {
        Self::nps()
    }
}

impl Definition {
    /// Most decimals of a rounded value.
    pub const MAX_DECIMALS: u8 = 10;
    /// Most bytes of an id.
    pub const MAX_ID_BYTES: usize = 64;

    /// A definition of one's own; see [`DefinitionBuilder`].
    #[must_use]
    pub fn builder(id: &str, scale: Scale) -> DefinitionBuilder {
        DefinitionBuilder {
            definition: Self {
                id: Cow::Owned(id.to_owned()),
                version: 1,
                scale,
                bands: None,
                top_box: None,
                direction: Direction::default(),
                statistic: Statistic::Mean,
                missing: MissingPolicy::default(),
                invalid: InvalidPolicy::default(),
                response_of: ResponseBase::default(),
                window_days: None,
                rounding: Rounding::default(),
                decimals: 0,
            },
            statistic: None,
        }
    }

    /// The name of what is measured, such as `nps.standard.v1`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version of the rule behind the id.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The points that can be answered.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// The two ends set against each other, if there is a net score.
    #[must_use]
    pub const fn bands(&self) -> Option<Bands> {
        self.bands
    }

    /// The points whose share is taken, if there is such a share.
    #[must_use]
    pub const fn top_box(&self) -> Option<Cut> {
        self.top_box
    }

    /// Which way is good.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// The number shown first.
    #[must_use]
    pub const fn statistic(&self) -> Statistic {
        self.statistic
    }

    /// What becomes of blanks.
    #[must_use]
    pub const fn missing(&self) -> MissingPolicy {
        self.missing
    }

    /// What becomes of answers off the scale.
    #[must_use]
    pub const fn invalid(&self) -> InvalidPolicy {
        self.invalid
    }

    /// What the response rate is taken of.
    #[must_use]
    pub const fn response_of(&self) -> ResponseBase {
        self.response_of
    }

    /// How many days of answers one score rests on; `None` if that is left to the tally.
    #[must_use]
    pub const fn window_days(&self) -> Option<u16> {
        self.window_days
    }

    /// How the number is rounded when shown.
    #[must_use]
    pub const fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// To how many decimals it is rounded when shown.
    #[must_use]
    pub const fn decimals(&self) -> u8 {
        self.decimals
    }

    /// The same with another missing policy.
    ///
    /// # Errors
    /// [`MissingPolicy::CountAsPassive`] without bands, [`MissingPolicy::InDenominator`] without top
    /// box.
    pub fn with_missing(self, missing: MissingPolicy) -> Result<Self, DefinitionError> {
        Self { missing, ..self }.checked()
    }

    /// The same with another policy for answers off the scale.
    #[must_use]
    pub fn with_invalid(self, invalid: InvalidPolicy) -> Self {
        Self { invalid, ..self }
    }

    /// The same with the response rate taken of another base.
    #[must_use]
    pub fn with_response_of(self, response_of: ResponseBase) -> Self {
        Self { response_of, ..self }
    }

    /// The same for answers of a window of so many days: a tally that names its period must then
    /// cover exactly as many, see [`Tally::over`](crate::Tally::over).
    ///
    /// # Errors
    /// No days.
    pub fn with_window_days(self, days: u16) -> Result<Self, DefinitionError> {
        Self { window_days: Some(days), ..self }.checked()
    }

    /// The same with another number shown first.
    ///
    /// # Errors
    /// A statistic of bands or top box the definition does not have.
    pub fn with_statistic(self, statistic: Statistic) -> Result<Self, DefinitionError> {
        Self { statistic, ..self }.checked()
    }

    /// The same, shown otherwise.
    ///
    /// # Errors
    /// More than [`Definition::MAX_DECIMALS`].
    pub fn with_rounding(self, rounding: Rounding, decimals: u8) -> Result<Self, DefinitionError> {
        Self { rounding, decimals, ..self }.checked()
    }

    /// The definition, if all parts fit each other.
    fn checked(self) -> Result<Self, DefinitionError> {
        for cut in [self.top_box, self.bands.map(|bands| bands.favourable)].into_iter().flatten() {
            cut.check(self.scale)?;
        }
        if let Some(bands) = self.bands {
            bands.unfavourable.check(self.scale)?;
        }
        let lacking = |needs_bands: bool, needs_box: bool| {
            if needs_bands && self.bands.is_none() {
                Some("bands")
            } else if needs_box && self.top_box.is_none() {
                Some("a top box")
            } else {
                None
            }
        };
        let statistic = self.statistic;
        let net = matches!(statistic, Statistic::Points | Statistic::Net);
        if let Some(needs) = lacking(net, statistic == Statistic::Share) {
            return Err(DefinitionError::Statistic { statistic, needs });
        }
        let policy = self.missing;
        if let Some(needs) =
            lacking(policy == MissingPolicy::CountAsPassive, policy == MissingPolicy::InDenominator)
        {
            return Err(DefinitionError::MissingPolicy { policy, needs });
        }
        if self.decimals > Self::MAX_DECIMALS {
            return Err(DefinitionError::Decimals { found: self.decimals });
        }
        if self.version == 0 {
            return Err(DefinitionError::Version);
        }
        if self.window_days == Some(0) {
            return Err(DefinitionError::WindowDays);
        }
        self.checked_id()
    }

    fn checked_id(self) -> Result<Self, DefinitionError> {
        let plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-()".contains(&byte)
        };
        let reason = if self.id.is_empty() {
            Some("is empty")
        } else if self.id.len() > Self::MAX_ID_BYTES {
            Some("is longer than 64 bytes")
        } else if !self.id.bytes().all(plain) {
            Some("has other letters than a-z, 0-9, `.`, `_`, `-`, `(` and `)`")
        } else if preset::by_id(&self.id).is_some_and(|preset| !preset.same_rule(&self)) {
            Some("is that of a preset with another rule")
        } else {
            None
        };
        match reason {
            Some(reason) => Err(DefinitionError::Id { id: self.id.into_owned(), reason }),
            None => Ok(self),
        }
    }

    /// Equal but for policies and display.
    fn same_rule(&self, other: &Self) -> bool {
        self.version == other.version
            && self.scale == other.scale
            && self.bands == other.bands
            && self.top_box == other.top_box
            && self.direction == other.direction
    }

    /// Where an answer is counted.
    pub(crate) fn place(&self, answer: Answer) -> Place {
        match answer {
            Answer::Missing(reason) => Place::Excluded(reason),
            Answer::Value(value) => match i16::try_from(value) {
                Ok(point) if self.scale.contains(value) => Place::Point(point),
                _ => Place::Excluded(Reason::OutOfRange),
            },
        }
    }

    /// Where an answer is counted, unless the definition refuses it.
    pub(crate) fn admit(&self, answer: Answer) -> Result<Place, InvalidAnswerError> {
        match self.place(answer) {
            Place::Excluded(reason @ (Reason::OutOfRange | Reason::NonInteger))
                if self.invalid == InvalidPolicy::Error =>
            {
                Err(self.refusal(reason, None))
            }
            place => Ok(place),
        }
    }

    pub(crate) const fn refusal(&self, reason: Reason, row: Option<usize>) -> InvalidAnswerError {
        InvalidAnswerError { reason, row, lo: self.scale.lo, hi: self.scale.hi }
    }

    /// Refuses to combine states of two definitions.
    pub(crate) fn require_same(&self, other: &Self) -> Result<(), DefinitionMismatchError> {
        if self == other {
            Ok(())
        } else {
            let (ours, theirs) = (self.to_string(), other.to_string());
            Err(DefinitionMismatchError { ours, theirs })
        }
    }
}

/// A definition in the making.
///
/// Its statistic, unless set, is points if there are bands, else the share if there is a top box,
/// else the mean.
///
/// ```
/// use tenure_survey::{Bands, Cut, Definition, Direction, Scale};
///
/// let effort = Definition::builder("acme.effort", Scale::new(1, 5)?)
///     .top_box(Cut::AtMost(2))
///     .bands(Bands::new(Cut::AtLeast(4), Cut::AtMost(2))?)
///     .direction(Direction::LowerIsBetter)
///     .build()?;
/// assert_eq!(effort.scale().hi(), 5);
/// # Ok::<(), tenure_survey::DefinitionError>(())
/// ```
#[derive(Debug, Clone)]
pub struct DefinitionBuilder {
    definition: Definition,
    statistic: Option<Statistic>,
}

impl DefinitionBuilder {
    /// The version of the rule; 1 unless set.
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.definition.version = version;
        self
    }

    /// The ends set against each other.
    #[must_use]
    pub fn bands(mut self, bands: Bands) -> Self {
        self.definition.bands = Some(bands);
        self
    }

    /// The points whose share is taken.
    #[must_use]
    pub fn top_box(mut self, top_box: Cut) -> Self {
        self.definition.top_box = Some(top_box);
        self
    }

    /// Which way is good.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.definition.direction = direction;
        self
    }

    /// The number shown first.
    #[must_use]
    pub fn statistic(mut self, statistic: Statistic) -> Self {
        self.statistic = Some(statistic);
        self
    }

    /// What becomes of blanks.
    #[must_use]
    pub fn missing(mut self, missing: MissingPolicy) -> Self {
        self.definition.missing = missing;
        self
    }

    /// What becomes of answers off the scale.
    #[must_use]
    pub fn invalid(mut self, invalid: InvalidPolicy) -> Self {
        self.definition.invalid = invalid;
        self
    }

    /// What the response rate is taken of.
    #[must_use]
    pub fn response_of(mut self, response_of: ResponseBase) -> Self {
        self.definition.response_of = response_of;
        self
    }

    /// How many days of answers one score rests on.
    #[must_use]
    pub fn window_days(mut self, days: u16) -> Self {
        self.definition.window_days = Some(days);
        self
    }

    /// How the number is shown.
    #[must_use]
    pub fn rounding(mut self, rounding: Rounding, decimals: u8) -> Self {
        self.definition.rounding = rounding;
        self.definition.decimals = decimals;
        self
    }

    /// The definition.
    ///
    /// # Errors
    /// Parts that do not fit each other or the scale; an id that is empty, not plain, or that of a
    /// preset with another rule.
    pub fn build(self) -> Result<Definition, DefinitionError> {
        let mut definition = self.definition;
        definition.statistic = self.statistic.unwrap_or({
            if definition.bands.is_some() {
                Statistic::Points
            } else if definition.top_box.is_some() {
                Statistic::Share
            } else {
                Statistic::Mean
            }
        });
        definition.checked()
    }
}

/// A definition on its way in or out, whole: a reader need not know the preset.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Definition")]
struct Document {
    id: String,
    version: u32,
    scale: Scale,
    bands: Option<Bands>,
    top_box: Option<Cut>,
    direction: Direction,
    statistic: Statistic,
    missing: MissingPolicy,
    invalid: InvalidPolicy,
    response_of: ResponseBase,
    window_days: Option<u16>,
    rounding: Rounding,
    decimals: u8,
}

#[cfg(feature = "serde")]
impl From<Definition> for Document {
    fn from(definition: Definition) -> Self {
        Self {
            id: definition.id.into_owned(),
            version: definition.version,
            scale: definition.scale,
            bands: definition.bands,
            top_box: definition.top_box,
            direction: definition.direction,
            statistic: definition.statistic,
            missing: definition.missing,
            invalid: definition.invalid,
            response_of: definition.response_of,
            window_days: definition.window_days,
            rounding: definition.rounding,
            decimals: definition.decimals,
        }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Document> for Definition {
    type Error = DefinitionError;

    fn try_from(document: Document) -> Result<Self, DefinitionError> {
        Self {
            id: Cow::Owned(document.id),
            version: document.version,
            scale: document.scale,
            bands: document.bands,
            top_box: document.top_box,
            direction: document.direction,
            statistic: document.statistic,
            missing: document.missing,
            invalid: document.invalid,
            response_of: document.response_of,
            window_days: document.window_days,
            rounding: document.rounding,
            decimals: document.decimals,
        }
        .checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale() -> Scale {
        Scale::new(1, 5).unwrap()
    }

    #[test]
    fn parts_must_fit() {
        let outside = Definition::builder("x", scale()).top_box(Cut::AtLeast(6)).build();
        assert!(matches!(outside, Err(DefinitionError::Cut { .. })));
        for (unfavourable, favourable) in [(0, 4), (2, 6)] {
            let bands = Bands::new(Cut::AtMost(unfavourable), Cut::AtLeast(favourable)).unwrap();
            let outside = Definition::builder("x", scale()).bands(bands).build();
            assert!(matches!(outside, Err(DefinitionError::Cut { .. })));
        }
        for statistic in [Statistic::Points, Statistic::Net, Statistic::Share] {
            let bare = Definition::builder("x", scale()).statistic(statistic).build();
            assert!(matches!(bare, Err(DefinitionError::Statistic { .. })));
        }
        for missing in [MissingPolicy::CountAsPassive, MissingPolicy::InDenominator] {
            let bare = Definition::builder("x", scale()).missing(missing).build();
            assert!(matches!(bare, Err(DefinitionError::MissingPolicy { .. })));
        }
        let fine = Definition::nps().with_rounding(Rounding::Floor, 11);
        assert_eq!(fine, Err(DefinitionError::Decimals { found: 11 }));
        assert_eq!(Definition::nps().with_window_days(0), Err(DefinitionError::WindowDays));
        let unversioned = Definition::builder("x", scale()).version(0).build();
        assert_eq!(unversioned, Err(DefinitionError::Version));
    }

    #[test]
    fn ids_are_plain_and_not_taken() {
        let long = "x".repeat(65);
        for id in ["", "NPS", "a b", "é", long.as_str(), "nps.standard.v1", "csat.top_box(3)"] {
            let refused = Definition::builder(id, scale()).build();
            assert!(matches!(refused, Err(DefinitionError::Id { .. })), "{id}");
        }
        assert!(Definition::builder(&"x".repeat(64), scale()).build().is_ok());
    }

    #[test]
    fn the_statistic_follows_the_parts() {
        let bands = Bands::new(Cut::AtMost(2), Cut::AtLeast(4)).unwrap();
        let statistic = |builder: DefinitionBuilder| builder.build().unwrap().statistic();
        let bare = Definition::builder("x", scale());
        assert_eq!(statistic(bare.clone()), Statistic::Mean);
        assert_eq!(statistic(bare.clone().top_box(Cut::AtLeast(4))), Statistic::Share);
        assert_eq!(statistic(bare.bands(bands).top_box(Cut::AtLeast(4))), Statistic::Points);
    }

    #[test]
    fn names_come_back() {
        for policy in
            [MissingPolicy::Exclude, MissingPolicy::CountAsPassive, MissingPolicy::InDenominator]
        {
            assert_eq!(MissingPolicy::from_name(policy.name()), Some(policy));
            assert!(MissingPolicy::CHOICES.contains(policy.name()));
        }
        for statistic in [
            Statistic::Points,
            Statistic::Net,
            Statistic::Share,
            Statistic::Mean,
            Statistic::Rescaled,
        ] {
            assert!(Statistic::CHOICES.contains(statistic.name()));
            assert_eq!(Statistic::from_name(statistic.name()), Some(statistic));
        }
        for policy in [InvalidPolicy::Exclude, InvalidPolicy::Error] {
            assert_eq!(InvalidPolicy::from_name(policy.name()), Some(policy));
        }
        for base in [ResponseBase::Delivered, ResponseBase::Invited] {
            assert_eq!(ResponseBase::from_name(base.name()), Some(base));
            assert!(ResponseBase::CHOICES.contains(base.name()));
        }
        assert_eq!(Statistic::from_name("nps"), None);
    }
}
