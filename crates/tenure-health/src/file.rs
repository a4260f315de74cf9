//! Profiles from TOML text, and back: what is wrong stands with its line and column.

use std::fmt::{self, Write as _};

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use toml::Spanned;

use crate::bands::{Bands, Edge};
use crate::combiner::{Combiner, Gate};
use crate::component::Component;
use crate::error::{NormaliserError, ProfileError};
use crate::freshness::{Freshness, HalfLife};
use crate::normaliser::{Direction, Normaliser};
use crate::profile::{MissingPolicy, Profile};
use crate::value::Value;

mod rule;

pub use rule::{PublishedRule, RuleScore};

/// The format, as the file names it.
const SCHEMA: &str = "tenure/health-profile/1";

/// What kind of fault: stable names for programs.
///
/// ```
/// assert_eq!(tenure_health::ProfileFaultCode::WeightSum.name(), "weight_sum");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProfileFaultCode {
    /// More than [`Profile::MAX_FILE_BYTES`].
    TooLarge,
    /// Not TOML, a key that is missing, unknown or twice, or a value of another type.
    Shape,
    /// Another format, or another version of it.
    BadSchema,
    /// A word that means nothing there.
    UnknownValue,
    /// A component, gate, band or profile without a name, or with that of another.
    BadName,
    /// A weight that is not above 0, above 100, or too fine.
    BadWeight,
    /// Weights that do not sum to 100.
    WeightSum,
    /// Breakpoints that are too few, out of order or off the scale.
    BadPoints,
    /// Breakpoints that turn back against the direction.
    AgainstDirection,
    /// A half-life out of range, or beside an expiry.
    BadFreshness,
    /// A missing policy whose number is missing, out of range, or of another policy.
    BadMissing,
    /// A cap off the scale, or too many gates.
    BadGate,
    /// Bands that leave a gap, overlap, or do not cover 0 to 1000.
    BadBands,
    /// No component, or too many.
    ComponentCount,
    /// A number that a published rule cannot have, or that has no effect with it.
    BadRule,
}

impl ProfileFaultCode {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Shape => "shape",
            Self::BadSchema => "bad_schema",
            Self::UnknownValue => "unknown_value",
            Self::BadName => "bad_name",
            Self::BadWeight => "bad_weight",
            Self::WeightSum => "weight_sum",
            Self::BadPoints => "bad_points",
            Self::AgainstDirection => "against_direction",
            Self::BadFreshness => "bad_freshness",
            Self::BadMissing => "bad_missing",
            Self::BadGate => "bad_gate",
            Self::BadBands => "bad_bands",
            Self::ComponentCount => "component_count",
            Self::BadRule => "bad_rule",
        }
    }
}

/// One thing that is wrong with the file of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFault {
    code: ProfileFaultCode,
    line: usize,
    column: usize,
    message: String,
    hint: Option<&'static str>,
}

impl ProfileFault {
    /// What kind.
    #[must_use]
    pub const fn code(&self) -> ProfileFaultCode {
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

    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        self.hint
    }
}

/// A file that is no profile: everything that is wrong with it, or, where it is no TOML of the right
/// shape, the first thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFileError {
    file: String,
    faults: Vec<ProfileFault>,
}

impl ProfileFileError {
    /// The file, as the caller named it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The faults, in the order of the file; at least one.
    #[must_use]
    pub fn faults(&self) -> &[ProfileFault] {
        &self.faults
    }
}

impl fmt::Display for ProfileFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.faults.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            let ProfileFault { code, line, column, message, hint } = fault;
            write!(f, "{between}{}:{line}:{column}: {message}", self.file)?;
            if let Some(hint) = hint {
                write!(f, ": {hint}")?;
            }
            write!(f, " [{}]", code.name())?;
        }
        Ok(())
    }
}

impl std::error::Error for ProfileFileError {}

/// A number as it is written.
#[derive(Debug, Clone, Copy)]
struct Number(Decimal);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Number, E> {
        Ok(Number(number.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Number, E> {
        // The shortest text that reads as this number, which is the text it was read from.
        let text = format!("{number}");
        let exact = Decimal::from_str_exact(&text);
        exact.map(Number).map_err(|_| E::custom(format!("`{text}` is beyond what is kept exactly")))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Spanned<String>,
    id: Spanned<String>,
    combiner: Option<Spanned<String>>,
    missing: Option<Spanned<String>>,
    min_coverage: Option<Spanned<Number>>,
    neutral: Option<Spanned<i64>>,
    edge: Option<Spanned<String>>,
    #[serde(default)]
    component: Vec<Spanned<ComponentTable>>,
    #[serde(default)]
    gate: Vec<Spanned<GateTable>>,
    #[serde(default)]
    band: Vec<Spanned<BandTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComponentTable {
    id: Spanned<String>,
    weight: Spanned<Number>,
    direction: Spanned<String>,
    points: Vec<Spanned<(Number, i64)>>,
    half_life_days: Option<Spanned<i64>>,
    expires_after_days: Option<Spanned<i64>>,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GateTable {
    id: Spanned<String>,
    cap: Spanned<i64>,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BandTable {
    name: String,
    from: Number,
    to: Number,
}

/// Collects faults while a file is read.
struct Faults<'t> {
    text: &'t str,
    found: Vec<ProfileFault>,
}

impl Faults<'_> {
    fn add(&mut self, at: usize, code: ProfileFaultCode, message: impl fmt::Display) {
        self.add_hinted(at, code, message, None);
    }

    fn add_hinted(
        &mut self,
        at: usize,
        code: ProfileFaultCode,
        message: impl fmt::Display,
        hint: Option<&'static str>,
    ) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count());
        let column = column.saturating_add(1);
        let message = message.to_string();
        self.found.push(ProfileFault { code, line, column, message, hint });
    }

    /// One of a few words.
    fn word<T: Copy>(
        &mut self,
        found: &Spanned<String>,
        words: &[(&'static str, T)],
        hint: &'static str,
    ) -> Option<T> {
        let known = words.iter().find(|(word, _)| word == found.get_ref());
        if known.is_none() {
            let message = format!("`{}` means nothing here", found.get_ref());
            let at = found.span().start;
            self.add_hinted(at, ProfileFaultCode::UnknownValue, message, Some(hint));
        }
        known.map(|(_, value)| *value)
    }
}

const COMBINERS: [(&str, Combiner); 3] = [
    ("weighted_mean", Combiner::WeightedMean),
    ("weighted_geometric", Combiner::WeightedGeometric),
    ("min", Combiner::Min),
];
const DIRECTIONS: [(&str, Direction); 2] =
    [("higher_better", Direction::HigherBetter), ("lower_better", Direction::LowerBetter)];
const EDGES: [(&str, Edge); 2] =
    [("lower_inclusive", Edge::LowerInclusive), ("upper_inclusive", Edge::UpperInclusive)];
const POLICIES: [(&str, MissingPolicy); 4] = [
    ("interval", MissingPolicy::Interval),
    ("renormalise", MissingPolicy::RENORMALISE),
    ("neutral", MissingPolicy::Neutral { value: 0 }),
    ("pessimistic", MissingPolicy::Pessimistic),
];

impl Profile {
    /// The most bytes a file may have.
    pub const MAX_FILE_BYTES: usize = 256 * 1024;

    /// Reads a profile from TOML. The name of the file goes into the places of faults.
    ///
    /// # Errors
    /// What is no TOML of this shape: the first fault. A name, weight, line, freshness, policy, gate or
    /// band that is none: all of them.
    ///
    /// ```
    /// use tenure_health::Profile;
    /// let text = r#"
    /// schema = "tenure/health-profile/1"
    /// id = "house"
    /// [[component]]
    /// id = "delivery"
    /// weight = 60
    /// direction = "higher_better"
    /// points = [[50, 0], [80, 500], [100, 1000]]
    /// expires_after_days = 100
    /// [[component]]
    /// id = "sentiment"
    /// weight = 39
    /// direction = "higher_better"
    /// points = [[0, 0], [100, 1000]]
    /// half_life_days = 180
    /// "#;
    /// let error = Profile::from_toml("house.toml", text).err().ok_or("a profile")?;
    /// assert_eq!(
    ///     error.to_string(),
    ///     "house.toml:2:10: weights sum to `99`, not to 100 [weight_sum]"
    /// );
    /// let profile = Profile::from_toml("house.toml", &text.replace("39", "40"))?;
    /// assert_eq!(profile.components().len(), 2);
    /// assert_eq!(Profile::from_toml("again.toml", &profile.to_toml())?, profile);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_toml(file: &str, text: &str) -> Result<Self, ProfileFileError> {
        let mut faults = Faults { text, found: Vec::new() };
        let profile = read(text, &mut faults);
        faults.found.sort_by_key(|fault| (fault.line, fault.column));
        match profile {
            Some(profile) if faults.found.is_empty() => Ok(profile),
            _ => Err(ProfileFileError { file: file.to_owned(), faults: faults.found }),
        }
    }

    /// The profile as TOML that [`Profile::from_toml`] reads: where one of your own starts.
    ///
    /// ```
    /// let text = tenure_health::profiles::client().to_toml();
    /// assert!(text.starts_with("schema = \"tenure/health-profile/1\"\nid = \"client\"\n"));
    /// ```
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = format!("schema = \"{SCHEMA}\"\nid = {}\n", quoted(self.id()));
        let _ = writeln!(out, "combiner = \"{}\"", self.combiner().name());
        let _ = writeln!(out, "missing = \"{}\"", self.missing().name());
        match self.missing() {
            MissingPolicy::Renormalise { min_coverage } => {
                let _ = writeln!(out, "min_coverage = {min_coverage}");
            }
            MissingPolicy::Neutral { value } => {
                let _ = writeln!(out, "neutral = {value}");
            }
            MissingPolicy::Interval | MissingPolicy::Pessimistic => {}
        }
        let edge = EDGES.iter().find(|(_, edge)| *edge == self.bands().edge());
        let _ = writeln!(out, "edge = \"{}\"", edge.map_or("lower_inclusive", |(name, _)| name));
        for one in self.components() {
            let points = one.normaliser().breakpoints().iter();
            let points: Vec<String> = points.map(|(x, y)| format!("[{x}, {y}]")).collect();
            let _ = write!(
                out,
                "\n[[component]]\nid = {}\nweight = {}\ndirection = \"{}\"\npoints = [{}]\n",
                quoted(one.id()),
                one.weight(),
                one.direction().name(),
                points.join(", "),
            );
            let _ = match one.freshness() {
                Freshness::Lasting => Ok(()),
                Freshness::HalfLife(life) => writeln!(out, "half_life_days = {}", life.days()),
                Freshness::ExpiresAfter { days } => writeln!(out, "expires_after_days = {days}"),
            };
            if !one.reason().is_empty() {
                let _ = writeln!(out, "reason = {}", quoted(one.reason()));
            }
        }
        for gate in self.gates() {
            let (id, cap) = (quoted(gate.id()), gate.cap());
            let _ = write!(out, "\n[[gate]]\nid = {id}\ncap = {cap}\n");
            if !gate.reason().is_empty() {
                let _ = writeln!(out, "reason = {}", quoted(gate.reason()));
            }
        }
        let mut from = self.bands().scale().0;
        for (to, name) in self.bands().ends() {
            let name = quoted(name);
            let _ = write!(out, "\n[[band]]\nname = {name}\nfrom = {from}\nto = {to}\n");
            from = to;
        }
        out
    }
}

/// Text as a basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn read(text: &str, faults: &mut Faults<'_>) -> Option<Profile> {
    if text.len() > Profile::MAX_FILE_BYTES {
        let message = format!("`{}` bytes, more than {}", text.len(), Profile::MAX_FILE_BYTES);
        faults.add(0, ProfileFaultCode::TooLarge, message);
        return None;
    }
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().map_or(text.len(), |span| span.start);
            let message = error.message().lines().next().unwrap_or_default();
            faults.add(at, ProfileFaultCode::Shape, message);
            return None;
        }
    };
    if file.schema.get_ref() != SCHEMA {
        let message = format!("`{}` is not `{SCHEMA}`", file.schema.get_ref());
        faults.add(file.schema.span().start, ProfileFaultCode::BadSchema, message);
        return None;
    }
    let components: Vec<Option<Component>> =
        file.component.iter().map(|one| component(one.get_ref(), faults)).collect();
    let combiner = match &file.combiner {
        Some(name) => faults.word(name, &COMBINERS, "weighted_mean, weighted_geometric or min"),
        None => Some(Combiner::default()),
    };
    let missing = missing(&file, faults);
    let gates: Vec<Option<Gate>> = file.gate.iter().map(|one| gate(one, faults)).collect();
    let bands = bands_of(file.edge.as_ref(), &file.band, faults);
    // Whole, so that what concerns the profile as a whole can be told.
    let components: Option<Vec<Component>> = components.into_iter().collect();
    let gates: Option<Vec<Gate>> = gates.into_iter().collect();
    let profile = Profile::new(file.id.get_ref().as_str(), components?);
    let profile = refused(profile, &file, faults)?.with_combiner(combiner?);
    let profile = refused(profile.with_gates(gates?), &file, faults)?;
    let profile = refused(profile.with_missing(missing?), &file, faults)?;
    match bands? {
        Some(bands) => refused(profile.with_bands(bands), &file, faults),
        None => Some(profile),
    }
}

/// Says where a constructor's refusal stands.
fn refused(
    profile: Result<Profile, ProfileError>,
    file: &File,
    faults: &mut Faults<'_>,
) -> Option<Profile> {
    let error = match profile {
        Ok(profile) => return Some(profile),
        Err(error) => error,
    };
    let id = file.id.span().start;
    // The second of two of one id.
    let second = |wanted: &str| {
        let ids = file.component.iter().map(|one| &one.get_ref().id);
        let ids = ids.chain(file.gate.iter().map(|one| &one.get_ref().id));
        ids.filter(|one| one.get_ref() == wanted).nth(1).map_or(id, |one| one.span().start)
    };
    let (at, code) = match &error {
        ProfileError::EmptyId => (id, ProfileFaultCode::BadName),
        ProfileError::ComponentCount { .. } => (0, ProfileFaultCode::ComponentCount),
        ProfileError::DuplicateComponent { component } => {
            (second(component), ProfileFaultCode::BadName)
        }
        ProfileError::DuplicateGate { gate } => (second(gate), ProfileFaultCode::BadName),
        ProfileError::GateCount { .. } => (0, ProfileFaultCode::BadGate),
        ProfileError::WeightSum { .. } => (file.schema.span().start, ProfileFaultCode::WeightSum),
        ProfileError::BandScale { .. } => {
            (file.band.first().map_or(0, |band| band.span().start), ProfileFaultCode::BadBands)
        }
        ProfileError::MinCoverage { .. } => {
            let at = file.min_coverage.as_ref().map_or(id, |one| one.span().start);
            (at, ProfileFaultCode::BadMissing)
        }
        ProfileError::Neutral { .. } => {
            let at = file.neutral.as_ref().map_or(id, |one| one.span().start);
            (at, ProfileFaultCode::BadMissing)
        }
    };
    faults.add(at, code, error);
    None
}

fn component(table: &ComponentTable, faults: &mut Faults<'_>) -> Option<Component> {
    let direction = faults.word(&table.direction, &DIRECTIONS, "higher_better or lower_better");
    let freshness = freshness(table, faults);
    let mut points = Some(Vec::with_capacity(table.points.len()));
    for point in &table.points {
        let &(Number(x), y) = point.get_ref();
        let found = match (Value::new(x), u16::try_from(y)) {
            (Ok(x), Ok(y)) => Some((x, y)),
            (Err(error), _) => {
                faults.add(point.span().start, ProfileFaultCode::BadPoints, error);
                None
            }
            (_, Err(_)) => {
                let message = format!("y `{y}` is outside 0 to 1000");
                faults.add(point.span().start, ProfileFaultCode::BadPoints, message);
                None
            }
        };
        points = points.zip(found).map(|(mut points, found)| {
            points.push(found);
            points
        });
    }
    let line = Normaliser::new(direction?, &points?);
    let line = line.map_err(|error| {
        let (index, code) = match error {
            NormaliserError::Count { .. } => (None, ProfileFaultCode::BadPoints),
            NormaliserError::Unsorted { index, .. } | NormaliserError::OffScale { index, .. } => {
                (Some(index), ProfileFaultCode::BadPoints)
            }
            NormaliserError::AgainstDirection { index, .. } => {
                (Some(index), ProfileFaultCode::AgainstDirection)
            }
        };
        let at = index.and_then(|index| table.points.get(index));
        let at = at.map_or(table.id.span().start, |point| point.span().start);
        faults.add(at, code, error);
    });
    let Number(weight) = *table.weight.get_ref();
    let component = Component::new(table.id.get_ref().as_str(), weight, line.ok()?);
    let component = component.map_err(|error| {
        let (at, code) = if table.id.get_ref().is_empty() {
            (table.id.span().start, ProfileFaultCode::BadName)
        } else {
            (table.weight.span().start, ProfileFaultCode::BadWeight)
        };
        faults.add(at, code, error);
    });
    Some(component.ok()?.with_freshness(freshness?).with_reason(table.reason.as_str()))
}

fn freshness(table: &ComponentTable, faults: &mut Faults<'_>) -> Option<Freshness> {
    match (&table.half_life_days, &table.expires_after_days) {
        (None, None) => Some(Freshness::Lasting),
        (Some(_), Some(second)) => {
            let message = "a value has a half-life or an expiry, not both";
            faults.add(second.span().start, ProfileFaultCode::BadFreshness, message);
            None
        }
        (Some(days), None) => {
            let found =
                u32::try_from(*days.get_ref()).ok().and_then(|days| HalfLife::new(days).ok());
            if found.is_none() {
                let message = format!("half-life `{}` is outside 1 to 36500 days", days.get_ref());
                faults.add(days.span().start, ProfileFaultCode::BadFreshness, message);
            }
            found.map(Freshness::HalfLife)
        }
        (None, Some(days)) => {
            let found = u32::try_from(*days.get_ref()).ok();
            if found.is_none() {
                let message = format!("`{}` days are outside 0 to {}", days.get_ref(), u32::MAX);
                faults.add(days.span().start, ProfileFaultCode::BadFreshness, message);
            }
            found.map(|days| Freshness::ExpiresAfter { days })
        }
    }
}

fn missing(file: &File, faults: &mut Faults<'_>) -> Option<MissingPolicy> {
    let policy = match &file.missing {
        Some(name) => {
            faults.word(name, &POLICIES, "interval, renormalise, neutral or pessimistic")?
        }
        None => MissingPolicy::default(),
    };
    let coverage = file.min_coverage.as_ref();
    let neutral = file.neutral.as_ref();
    // A number of another policy would have no effect.
    let renormalises = matches!(policy, MissingPolicy::Renormalise { .. });
    let is_neutral = matches!(policy, MissingPolicy::Neutral { .. });
    let stray = coverage.filter(|_| !renormalises).map(|one| ("min_coverage", one.span().start));
    let stray = stray.or(neutral.filter(|_| !is_neutral).map(|one| ("neutral", one.span().start)));
    if let Some((key, at)) = stray {
        let message = format!("`{key}` has no effect with missing = \"{}\"", policy.name());
        faults.add(at, ProfileFaultCode::BadMissing, message);
        return None;
    }
    match (policy, coverage, neutral) {
        (MissingPolicy::Renormalise { .. }, Some(share), _) => {
            Some(MissingPolicy::Renormalise { min_coverage: share.get_ref().0 })
        }
        (MissingPolicy::Neutral { .. }, _, Some(found)) => {
            let value = u16::try_from(*found.get_ref()).ok().filter(|&value| value <= 1000);
            if value.is_none() {
                let message = format!("neutral value `{}` is outside 0 to 1000", found.get_ref());
                faults.add(found.span().start, ProfileFaultCode::BadMissing, message);
            }
            value.map(|value| MissingPolicy::Neutral { value })
        }
        (MissingPolicy::Neutral { .. }, _, None) => {
            let at = file.missing.as_ref().map_or(0, |one| one.span().start);
            let hint = Some("the points a missing component counts as");
            faults.add_hinted(at, ProfileFaultCode::BadMissing, "`neutral` is missing", hint);
            None
        }
        (policy, _, _) => Some(policy),
    }
}

fn gate(one: &Spanned<GateTable>, faults: &mut Faults<'_>) -> Option<Gate> {
    let table = one.get_ref();
    let cap = u16::try_from(*table.cap.get_ref()).ok().filter(|&cap| cap <= 1000);
    let Some(cap) = cap else {
        let message = format!("cap `{}` is outside 0 to 1000", table.cap.get_ref());
        faults.add(table.cap.span().start, ProfileFaultCode::BadGate, message);
        return None;
    };
    match Gate::new(table.id.get_ref().as_str(), cap) {
        Ok(gate) => Some(gate.with_reason(table.reason.as_str())),
        Err(error) => {
            faults.add(table.id.span().start, ProfileFaultCode::BadName, error);
            None
        }
    }
}

/// `Some(None)`: the file leaves them at the default.
fn bands_of(
    edge: Option<&Spanned<String>>,
    tables: &[Spanned<BandTable>],
    faults: &mut Faults<'_>,
) -> Option<Option<Bands>> {
    let edge = match edge {
        Some(name) => faults.word(name, &EDGES, "lower_inclusive or upper_inclusive")?,
        None => Edge::default(),
    };
    if tables.is_empty() {
        if edge == Edge::default() {
            return Some(None);
        }
        let ours = Bands::default();
        let mut from = ours.scale().0;
        let turned = ours.ends().map(|(to, name)| {
            let band = (from, to, name);
            from = to;
            band
        });
        return Bands::new(edge, turned.collect::<Vec<_>>()).ok().map(Some);
    }
    let given = tables.iter().map(Spanned::get_ref);
    let given = given.map(|band| (band.from.0, band.to.0, band.name.as_str()));
    match Bands::new(edge, given) {
        Ok(bands) => Some(Some(bands)),
        Err(error) => {
            use crate::error::BandsError::{Count, DuplicateName, NotTouching, Reversed};
            let by_name = |name: &str, skip: usize| {
                let named = tables.iter().filter(|band| band.get_ref().name == name);
                named.skip(skip).map(|band| band.span().start).next()
            };
            let at = match &error {
                Count { .. } => None,
                Reversed { name, .. } => by_name(name, 0),
                DuplicateName { name } => by_name(name, 1),
                NotTouching { index, .. } => tables.get(*index).map(|band| band.span().start),
            };
            let first = tables.first().map_or(0, |band| band.span().start);
            faults.add(at.unwrap_or(first), ProfileFaultCode::BadBands, error);
            None
        }
    }
}

#[cfg(test)]
mod tests;
