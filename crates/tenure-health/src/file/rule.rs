//! The rules vendors publish, as files: a score to reproduce, written down.

use rust_decimal::Decimal;
use serde::Deserialize;
use tenure_model::{AsOf, Relationship, Rounding, Text};
use tenure_stats::Ratio;
use toml::Spanned;

use super::{BandTable, Faults, Number, ProfileFaultCode, ProfileFileError, bands_of};
use crate::bands::Bands;
use crate::error::PublishedError;
use crate::profile::Profile;
use crate::published::{
    PointScale, State, StateLevels, component_mean, group_mean, rounded, state_mean, state_rule,
    weighted_mean,
};

/// The format, as the file names it.
const SCHEMA: &str = "tenure/health-rule/1";

/// A rule that a vendor publishes, with the inputs of one's own: what [`published`](crate::published)
/// computes, from a TOML file.
///
/// 1. *Question*: what does that vendor's rule say about this account?
/// 2. *Formula*: that of the rule named: `component_mean`, `group_mean`, `points`, `state_mean`,
///    `state_rule` or `weighted_mean` of [`published`](crate::published).
/// 3. *Shape*: in, one value an input; for the rules of states 0 is poor, 1 average, 2 good. Out, the
///    exact score, the same rounded once, its band. The inputs of a group weigh together what one of
///    them says.
/// 4. *Undefined when* no input has a value, but for `points`, which start somewhere. What is missing is
///    left out, as [`published`](crate::published) says of each rule; of `component_mean`, of which nothing is
///    published, a member that is missing too, and a group without members.
/// 5. *Accuracy*: exact.
/// 6. *Source*: as the rule.
///
/// ```
/// use tenure_health::PublishedRule;
/// let text = r#"
/// schema = "tenure/health-rule/1"
/// id = "planhat"
/// rule = "points"
/// start = 5
/// min = 0
/// max = 10
/// [[input]]
/// id = "usage"
/// [[input]]
/// id = "support"
/// "#;
/// let rule = PublishedRule::from_toml("planhat.toml", text)?;
/// let score = rule.score(&[Some(4.into()), Some(3.into())])?;
/// // 5 + 4 + 3, cut by 2.
/// assert_eq!(score.rounded, Some(10));
/// assert_eq!(score.clamped_by.map(|cut| cut.to_string()), Some("2/1".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedRule {
    id: Text,
    kind: Kind,
    rounding: Rounding,
    inputs: Vec<Input>,
    bands: Option<Bands>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    ComponentMean,
    GroupMean,
    Points(PointScale),
    StateMean(StateLevels),
    StateRule,
    WeightedMean { least: Decimal, greatest: Decimal },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Input {
    id: Text,
    weight: Decimal,
    group: Text,
    expires_after_days: Option<u32>,
}

/// What a published rule says about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleScore {
    /// The exact score; `None` where it is undefined, or the rule gives a state.
    pub exact: Option<Ratio>,
    /// The score, rounded once.
    pub rounded: Option<i128>,
    /// The state, by `state_rule`.
    pub state: Option<State>,
    /// The band of the rounded score, where the file has bands.
    pub band: Option<String>,
    /// By how much the sum was cut, by `points`.
    pub clamped_by: Option<Ratio>,
    /// By `weighted_mean`, what the missing could make of it, least and greatest.
    pub ends: Option<(Ratio, Ratio)>,
}

impl PublishedRule {
    /// Reads a rule from TOML. The name of the file goes into the places of faults.
    ///
    /// # Errors
    /// What is no TOML of this shape: the first fault. A rule, number, input or band that is none, a key
    /// that has no effect with the rule: all of them.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, ProfileFileError> {
        let mut faults = Faults { text, found: Vec::new() };
        let rule = read(text, &mut faults);
        faults.found.sort_by_key(|fault| (fault.line, fault.column));
        match rule {
            Some(rule) if faults.found.is_empty() => Ok(rule),
            _ => Err(ProfileFileError { file: file.to_owned(), faults: faults.found }),
        }
    }

    /// Whether a text says that it is such a file.
    ///
    /// ```
    /// use tenure_health::PublishedRule;
    /// assert!(PublishedRule::is_meant("schema = \"tenure/health-rule/1\""));
    /// assert!(!PublishedRule::is_meant("schema = \"tenure/health-profile/1\""));
    /// ```
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let head = toml::from_str::<Head>(text);
        head.is_ok_and(|head| head.schema.starts_with("tenure/health-rule/"))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The rule, as files name it.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self.kind {
            Kind::ComponentMean => "component_mean",
            Kind::GroupMean => "group_mean",
            Kind::Points(_) => "points",
            Kind::StateMean(_) => "state_mean",
            Kind::StateRule => "state_rule",
            Kind::WeightedMean { .. } => "weighted_mean",
        }
    }

    /// The ids of its inputs, as in the column `component` of `observations`.
    #[must_use]
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = &str> {
        self.inputs.iter().map(|input| &*input.id)
    }

    /// The latest visible value of each input of an account; `None`: never observed, or older than it
    /// may be.
    #[must_use]
    pub fn values(&self, relationship: &Relationship, as_of: AsOf) -> Vec<Option<Decimal>> {
        let latest = |input: &Input| {
            let seen = relationship.observations().iter().filter(|entry| {
                entry.record.component == input.id
                    && as_of.sees(entry.record.observed_at, entry.recorded_at)
            });
            let latest = seen.max_by_key(|entry| {
                let id = entry.id.as_ref();
                (entry.record.observed_at, entry.recorded_at, id, entry.record.value)
            })?;
            let age = as_of.day().signed_duration_since(latest.record.observed_at).num_days();
            let expired = input.expires_after_days.is_some_and(|days| age > i64::from(days));
            (!expired).then_some(latest.record.value)
        };
        self.inputs.iter().map(latest).collect()
    }

    /// What the rule says of one value an input, in their order.
    ///
    /// # Errors
    /// Not one value an input; a value or a score outside its scale; numbers beyond 128 bits.
    pub fn score(&self, values: &[Option<Decimal>]) -> Result<RuleScore, PublishedError> {
        let (found, expected) = (values.len(), self.inputs.len());
        if found != expected {
            return Err(PublishedError::Values { found, expected });
        }
        let mut score = RuleScore {
            exact: None,
            rounded: None,
            state: None,
            band: None,
            clamped_by: None,
            ends: None,
        };
        let given = || self.inputs.iter().zip(values);
        let present = || values.iter().flatten().copied().collect::<Vec<Decimal>>();
        match self.kind {
            Kind::ComponentMean => {
                let mut groups: Vec<(&Text, Decimal, Vec<Decimal>)> = Vec::new();
                for (input, value) in given() {
                    let Some(value) = *value else { continue };
                    match groups.iter_mut().find(|(group, _, _)| **group == input.group) {
                        Some((_, _, members)) => members.push(value),
                        None => groups.push((&input.group, input.weight, vec![value])),
                    }
                }
                let groups: Vec<_> =
                    groups.into_iter().map(|(_, weight, members)| (weight, members)).collect();
                score.exact = match groups.as_slice() {
                    [] => None,
                    groups => Some(component_mean(groups)?),
                };
            }
            Kind::GroupMean => score.exact = group_mean(&present())?,
            Kind::Points(scale) => {
                let points = scale.score(&present())?;
                score.clamped_by = Some(points.clamped_by());
                score.exact = Some(points.score());
            }
            Kind::StateMean(levels) => {
                let metrics: Result<Vec<_>, PublishedError> =
                    given().map(|(input, value)| Ok((input.weight, state(*value)?))).collect();
                score.exact = state_mean(&levels, &metrics?)?;
            }
            Kind::StateRule => {
                let states: Result<Vec<_>, PublishedError> =
                    values.iter().map(|&value| state(value)).collect();
                score.state = state_rule(&states?);
            }
            Kind::WeightedMean { least, greatest } => {
                let terms: Vec<_> = given().map(|(input, value)| (input.weight, *value)).collect();
                let mean = weighted_mean((least, greatest), &terms)?;
                score.exact = mean.renormalised;
                score.ends = Some((mean.lo, mean.hi));
            }
        }
        score.rounded = score.exact.map(|exact| rounded(exact, self.rounding));
        if let (Some(bands), Some(rounded)) = (&self.bands, score.rounded) {
            let found = Decimal::try_from_i128_with_scale(rounded, 0);
            let found = found.map_err(|_| PublishedError::Overflow)?;
            let (least, greatest) = bands.scale();
            let band = bands.of(found);
            let band = band.map_err(|_| PublishedError::OffScale { found, least, greatest })?;
            score.band = Some(band.to_owned());
        }
        Ok(score)
    }
}

/// 0 is poor, 1 average, 2 good.
fn state(value: Option<Decimal>) -> Result<Option<State>, PublishedError> {
    let Some(found) = value else { return Ok(None) };
    [State::Poor, State::Average, State::Good]
        .into_iter()
        .zip([Decimal::ZERO, Decimal::ONE, Decimal::TWO])
        .find_map(|(state, number)| (number == found).then_some(Some(state)))
        .ok_or(PublishedError::OffScale { found, least: Decimal::ZERO, greatest: Decimal::TWO })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Spanned<String>,
    id: Spanned<String>,
    rule: Spanned<String>,
    rounding: Option<Spanned<String>>,
    start: Option<Spanned<Number>>,
    min: Option<Spanned<Number>>,
    max: Option<Spanned<Number>>,
    good: Option<Spanned<Number>>,
    average: Option<Spanned<Number>>,
    poor: Option<Spanned<Number>>,
    edge: Option<Spanned<String>>,
    #[serde(default)]
    input: Vec<Spanned<InputTable>>,
    #[serde(default)]
    band: Vec<Spanned<BandTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InputTable {
    id: Spanned<String>,
    weight: Option<Spanned<Number>>,
    group: Option<Spanned<String>>,
    expires_after_days: Option<Spanned<i64>>,
}

fn read(text: &str, faults: &mut Faults<'_>) -> Option<PublishedRule> {
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
    if file.id.get_ref().is_empty() {
        faults.add(file.id.span().start, ProfileFaultCode::BadName, "the id is empty");
    }
    let kind = kind(&file, faults);
    let rounding = match &file.rounding {
        None => Some(Rounding::default()),
        Some(name) => {
            let known = Rounding::from_name(name.get_ref());
            if known.is_none() {
                let message = format!("`{}` means nothing here", name.get_ref());
                let hint = Some("half_away, half_even, half_up, floor, ceil or truncate");
                let at = name.span().start;
                faults.add_hinted(at, ProfileFaultCode::UnknownValue, message, hint);
            }
            known
        }
    };
    let inputs = inputs(&file, faults);
    let bands = match (&file.edge, file.band.is_empty()) {
        (None, true) => Some(None),
        (Some(edge), true) => {
            let message = "`edge` has no effect without a [[band]]";
            faults.add(edge.span().start, ProfileFaultCode::BadRule, message);
            None
        }
        (edge, false) => bands_of(edge.as_ref(), &file.band, faults),
    };
    Some(PublishedRule {
        id: file.id.get_ref().as_str().into(),
        kind: kind?,
        rounding: rounding?,
        inputs: inputs?,
        bands: bands?,
    })
}

/// The rule with its numbers; those of another rule would have no effect.
fn kind(file: &File, faults: &mut Faults<'_>) -> Option<Kind> {
    let rules: [(&'static str, &[&str]); 6] = [
        ("component_mean", &[]),
        ("group_mean", &[]),
        ("points", &["start", "min", "max"]),
        ("state_mean", &["good", "average", "poor"]),
        ("state_rule", &[]),
        ("weighted_mean", &["min", "max"]),
    ];
    let words = rules.map(|(name, keys)| (name, (name, keys)));
    let hint = "component_mean, group_mean, points, state_mean, state_rule or weighted_mean";
    let (rule, keys) = faults.word(&file.rule, &words, hint)?;
    let mut sound = true;
    for (key, number) in [
        ("start", &file.start),
        ("min", &file.min),
        ("max", &file.max),
        ("good", &file.good),
        ("average", &file.average),
        ("poor", &file.poor),
    ] {
        if let Some(number) = number.as_ref().filter(|_| !keys.contains(&key)) {
            let message = format!("`{key}` has no effect with rule = \"{rule}\"");
            faults.add(number.span().start, ProfileFaultCode::BadRule, message);
            sound = false;
        }
    }
    let at = file.rule.span().start;
    let of = |number: &Option<Spanned<Number>>, default: Decimal| {
        number.as_ref().map_or(default, |number| number.get_ref().0)
    };
    let kind = match rule {
        "component_mean" => Ok(Kind::ComponentMean),
        "group_mean" => Ok(Kind::GroupMean),
        "points" => {
            let (start, min, max) =
                (of(&file.start, 5.into()), of(&file.min, 0.into()), of(&file.max, 10.into()));
            PointScale::new(start, min, max).map(Kind::Points)
        }
        "state_mean" => {
            let usual = StateLevels::default();
            Ok(Kind::StateMean(StateLevels {
                good: of(&file.good, usual.good),
                average: of(&file.average, usual.average),
                poor: of(&file.poor, usual.poor),
            }))
        }
        "state_rule" => Ok(Kind::StateRule),
        _ => {
            let (least, greatest) = (of(&file.min, 0.into()), of(&file.max, 100.into()));
            if least < greatest {
                Ok(Kind::WeightedMean { least, greatest })
            } else {
                Err(PublishedError::Scale { least, greatest })
            }
        }
    };
    let kind = kind.map_err(|error| faults.add(at, ProfileFaultCode::BadRule, error));
    kind.ok().filter(|_| sound)
}

fn inputs(file: &File, faults: &mut Faults<'_>) -> Option<Vec<Input>> {
    let rule = file.rule.get_ref().as_str();
    let weighs = ["component_mean", "state_mean", "weighted_mean"].contains(&rule);
    let grouped = rule == "component_mean";
    let before = faults.found.len();
    if file.input.is_empty() {
        let at = file.rule.span().start;
        faults.add(at, ProfileFaultCode::ComponentCount, "there is no [[input]]");
    }
    let mut inputs: Vec<Input> = Vec::with_capacity(file.input.len());
    for table in file.input.iter().map(Spanned::get_ref) {
        let (id, at) = (table.id.get_ref().as_str(), table.id.span().start);
        if id.is_empty() || inputs.iter().any(|known| &*known.id == id) {
            let message = format!("input `{id}` has no name, or that of another");
            faults.add(at, ProfileFaultCode::BadName, message);
        }
        let weight = match (&table.weight, weighs) {
            (Some(weight), true) => {
                let found = weight.get_ref().0;
                if found <= Decimal::ZERO {
                    let message = format!("weight `{found}` is not above 0");
                    faults.add(weight.span().start, ProfileFaultCode::BadWeight, message);
                }
                found
            }
            (Some(weight), false) => {
                let message = format!("`weight` has no effect with rule = \"{rule}\"");
                faults.add(weight.span().start, ProfileFaultCode::BadRule, message);
                Decimal::ONE
            }
            (None, true) => {
                let message = format!("input `{id}` has no weight");
                faults.add(at, ProfileFaultCode::BadWeight, message);
                Decimal::ONE
            }
            (None, false) => Decimal::ONE,
        };
        if let Some(group) = table.group.as_ref().filter(|_| !grouped) {
            let message = format!("`group` has no effect with rule = \"{rule}\"");
            faults.add(group.span().start, ProfileFaultCode::BadRule, message);
        }
        // Alone in a group of its own where none is named.
        let group = table.group.as_ref().map_or(id, |group| group.get_ref());
        let other = inputs.iter().find(|known| &*known.group == group);
        if let Some(other) = other.filter(|known| known.weight != weight) {
            let message = format!("group `{group}` weighs `{}` and `{weight}`", other.weight);
            faults.add(at, ProfileFaultCode::BadWeight, message);
        }
        let days = table.expires_after_days.as_ref().and_then(|days| {
            let found = u32::try_from(*days.get_ref()).ok();
            if found.is_none() {
                let message = format!("`{}` days are outside 0 to {}", days.get_ref(), u32::MAX);
                faults.add(days.span().start, ProfileFaultCode::BadFreshness, message);
            }
            found
        });
        inputs.push(Input { id: id.into(), weight, group: group.into(), expires_after_days: days });
    }
    (faults.found.len() == before).then_some(inputs)
}

#[cfg(test)]
mod tests {
    use super::{PublishedRule, RuleScore};
    use chrono::NaiveDate;
    use rust_decimal::Decimal;
    use tenure_model::record::Observation;
    use tenure_model::{AccountId, AsOf, Book, Event, Record, parse_date};

    fn rule(head: &str, inputs: &[&str]) -> PublishedRule {
        let text = file(head, inputs);
        PublishedRule::from_toml("rule.toml", &text).unwrap()
    }

    fn file(head: &str, inputs: &[&str]) -> String {
        let start = format!("schema = \"tenure/health-rule/1\"\nid = \"r\"\n{head}\n");
        inputs.iter().fold(start, |text, input| text + "[[input]]\n" + input + "\n")
    }

    fn score(rule: &PublishedRule, values: &[Option<i32>]) -> RuleScore {
        let values: Vec<_> = values.iter().map(|value| value.map(Decimal::from)).collect();
        rule.score(&values).unwrap()
    }

    fn refused(head: &str, inputs: &[&str]) -> Vec<String> {
        let error = PublishedRule::from_toml("rule.toml", &file(head, inputs)).unwrap_err();
        let faults = error.faults().iter();
        faults
            .map(|fault| format!("{}:{} {}", fault.line(), fault.column(), fault.code().name()))
            .collect()
    }

    /// The worked score of Natero's help page: 80, (76 + 65) / 2, (81 + 65 + 90) / 3 and 54, weighed 2,
    /// 3, 3 and 2, are 72.
    #[test]
    fn the_published_mean_of_components() {
        let of = |id: &str, weight: u8, group: &str| {
            format!("id = \"{id}\"\nweight = {weight}\ngroup = \"{group}\"")
        };
        let inputs = [
            of("a", 2, "one"),
            of("b", 3, "two"),
            of("c", 3, "two"),
            of("d", 3, "three"),
            of("e", 3, "three"),
            of("f", 3, "three"),
            of("g", 2, "four"),
        ];
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let rule = rule("rule = \"component_mean\"", &inputs);
        let found = score(&rule, &[80, 76, 65, 81, 65, 90, 54].map(Some));
        assert_eq!(found.rounded, Some(72));
        // Without the second and all of the third: (2 * 80 + 3 * 65 + 2 * 54) / 7.
        let some = [Some(80), None, Some(65), None, None, None, Some(54)];
        assert_eq!(score(&rule, &some).exact.unwrap().to_string(), "463/7");
        assert_eq!(score(&rule, &[None; 7]).exact, None);
    }

    /// Planhat: 10, 5, 5 and 5 are 6.25, shown as 6; a start of 5 and points are cut to 0 and 10.
    #[test]
    fn the_published_means_of_groups_and_points() {
        let four = ["id = \"a\"", "id = \"b\"", "id = \"c\"", "id = \"d\""];
        let found = score(&rule("rule = \"group_mean\"", &four), &[10, 5, 5, 5].map(Some));
        assert_eq!((found.exact.unwrap().to_string(), found.rounded), ("25/4".into(), Some(6)));
        let points = rule("rule = \"points\"", &four);
        let found = score(&points, &[Some(4), Some(3), None, None]);
        assert_eq!(
            (found.rounded, found.clamped_by.unwrap().to_string()),
            (Some(10), "2/1".into())
        );
        assert_eq!(score(&points, &[None; 4]).rounded, Some(5));
    }

    #[test]
    fn the_published_states() {
        let weighed =
            ["id = \"a\"\nweight = 2", "id = \"b\"\nweight = 1", "id = \"c\"\nweight = 5"];
        let mean = rule("rule = \"state_mean\"", &weighed);
        // (2 * 100 + 60) / 3 is 86.7.
        assert_eq!(score(&mean, &[Some(2), Some(1), None]).rounded, Some(87));
        let plain = ["id = \"a\"", "id = \"b\""];
        let worst = rule("rule = \"state_rule\"", &plain);
        assert_eq!(score(&worst, &[Some(2), None]).state.unwrap().name(), "good");
        assert_eq!(score(&worst, &[Some(2), Some(0)]).state.unwrap().name(), "poor");
        assert_eq!(score(&worst, &[None, None]).state, None);
        let error = worst.score(&[Some(3.into()), None]).unwrap_err();
        assert_eq!(error.to_string(), "value `3` is outside the scale `0` to `2`");
        let error = worst.score(&[None]).unwrap_err();
        assert_eq!(error.to_string(), "`1` values for `2` inputs");
    }

    /// Gainsight: 50 is red, 51 yellow, 75 yellow, 76 green.
    #[test]
    fn the_published_bands() {
        let bands = "id = \"x\"\nweight = 1\n[[band]]\nname = \"red\"\nfrom = 0\nto = 50\n\
                     [[band]]\nname = \"yellow\"\nfrom = 50\nto = 75\n\
                     [[band]]\nname = \"green\"\nfrom = 75\nto = 100";
        let rule = rule("rule = \"weighted_mean\"\nedge = \"upper_inclusive\"", &[bands]);
        let of = |value| score(&rule, &[Some(value)]).band.unwrap();
        let found = [0, 50, 51, 75, 76, 100].map(of);
        assert_eq!(found, ["red", "red", "yellow", "yellow", "green", "green"]);
        let missing = score(&rule, &[None]);
        let (lo, hi) = missing.ends.unwrap();
        assert_eq!(
            (lo.to_string(), hi.to_string(), missing.band),
            ("0/1".into(), "100/1".into(), None)
        );
    }

    #[test]
    fn what_is_no_rule_is_told_with_its_place() {
        let one = ["id = \"a\""];
        assert_eq!(refused("rule = \"median\"", &one), ["3:8 unknown_value"]);
        assert_eq!(refused("rule = \"group_mean\"\nstart = 5", &one), ["4:9 bad_rule"]);
        assert_eq!(refused("rule = \"points\"\nmin = 10", &one), ["3:8 bad_rule"]);
        assert_eq!(refused("rule = \"points\"", &[]), ["3:8 component_count"]);
        assert_eq!(refused("rule = \"points\"\nrounding = \"up\"", &one), ["4:12 unknown_value"]);
        assert_eq!(refused("rule = \"points\"", &["id = \"a\"\nweight = 1"]), ["6:10 bad_rule"]);
        assert_eq!(refused("rule = \"state_mean\"", &one), ["5:6 bad_weight"]);
        assert_eq!(
            refused("rule = \"state_mean\"", &["id = \"a\"\nweight = -1"]),
            ["6:10 bad_weight"]
        );
        assert_eq!(refused("rule = \"points\"", &["id = \"a\"", "id = \"a\""]), ["7:6 bad_name"]);
        let apart =
            ["id = \"a\"\nweight = 1\ngroup = \"g\"", "id = \"b\"\nweight = 2\ngroup = \"g\""];
        assert_eq!(refused("rule = \"component_mean\"", &apart), ["9:6 bad_weight"]);
        assert_eq!(
            refused("rule = \"points\"", &["id = \"a\"\ngroup = \"g\"\nexpires_after_days = -1"]),
            ["6:9 bad_rule", "7:22 bad_freshness"]
        );
    }

    #[test]
    fn values_are_the_latest_visible_and_expire() {
        let day = |text| parse_date(text).unwrap();
        let seen = |on: NaiveDate, component: &str, value: i32| {
            let record = Record::Observation(Observation::new(on, component, value.into()));
            Event::new(AccountId::new("acme").unwrap(), record)
        };
        let (book, _) = Book::from_events([
            seen(day("2025-01-01"), "pulse", 3),
            seen(day("2025-03-01"), "pulse", 4),
            seen(day("2025-09-01"), "pulse", 9),
            seen(day("2025-01-01"), "other", 1),
        ]);
        let pulse = ["id = \"pulse\"\nexpires_after_days = 90", "id = \"calls\""];
        let rule = rule("rule = \"points\"", &pulse);
        let on = |text| rule.values(&book.relationships()[0], AsOf::new(day(text)));
        assert_eq!(on("2025-05-30"), [Some(4.into()), None]);
        assert_eq!(on("2025-05-31"), [None, None]);
        assert_eq!(rule.inputs().collect::<Vec<_>>(), ["pulse", "calls"]);
        assert_eq!((rule.id(), rule.rule()), ("r", "points"));
    }
}
