//! How definitions and states are written down. Everything read goes through the constructors; a
//! state is checked as a whole.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tenure_model::{AsOf, Instant, RecordId, parse_date, parse_decimal};

use crate::bands::{Bands, Edge};
use crate::combiner::{Combiner, Gate};
use crate::component::Component;
use crate::freshness::Freshness;
use crate::normaliser::{Direction, Normaliser};
use crate::observations::{Observations, Pushed};
use crate::portfolio::Portfolio;
use crate::profile::{MissingPolicy, Profile};
use crate::value::Value;

/// What is wrong with a document, in the words of the constructor that refused it.
type Refused = String;

fn refused(error: impl std::fmt::Display) -> Refused {
    error.to_string()
}

fn decimal(text: &str) -> Result<Decimal, Refused> {
    parse_decimal(text).map_err(refused)
}

impl TryFrom<String> for Value {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        Self::new(decimal(&text)?).map_err(refused)
    }
}

impl From<Value> for String {
    fn from(value: Value) -> Self {
        value.to_string()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NormaliserForm {
    direction: Direction,
    breakpoints: Vec<(Value, u16)>,
}

impl TryFrom<NormaliserForm> for Normaliser {
    type Error = Refused;
    fn try_from(form: NormaliserForm) -> Result<Self, Refused> {
        Self::new(form.direction, &form.breakpoints).map_err(refused)
    }
}

impl From<Normaliser> for NormaliserForm {
    fn from(line: Normaliser) -> Self {
        Self { direction: line.direction(), breakpoints: line.breakpoints().to_vec() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComponentForm {
    id: String,
    weight: String,
    normaliser: Normaliser,
    freshness: Freshness,
    reason: String,
}

impl TryFrom<ComponentForm> for Component {
    type Error = Refused;
    fn try_from(form: ComponentForm) -> Result<Self, Refused> {
        let component = Self::new(form.id, decimal(&form.weight)?, form.normaliser);
        let component = component.map_err(refused)?.with_freshness(form.freshness);
        Ok(component.with_reason(form.reason))
    }
}

impl From<Component> for ComponentForm {
    fn from(component: Component) -> Self {
        Self {
            id: component.id().to_owned(),
            weight: component.weight().to_string(),
            normaliser: component.normaliser().clone(),
            freshness: component.freshness().clone(),
            reason: component.reason().to_owned(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GateForm {
    id: String,
    cap: u16,
    reason: String,
}

impl TryFrom<GateForm> for Gate {
    type Error = Refused;
    fn try_from(form: GateForm) -> Result<Self, Refused> {
        Ok(Self::new(form.id, form.cap).map_err(refused)?.with_reason(form.reason))
    }
}

impl From<Gate> for GateForm {
    fn from(gate: Gate) -> Self {
        let (id, reason) = (gate.id().to_owned(), gate.reason().to_owned());
        Self { id, cap: gate.cap(), reason }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BandForm {
    from: String,
    to: String,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BandsForm {
    edge: Edge,
    bands: Vec<BandForm>,
}

impl TryFrom<BandsForm> for Bands {
    type Error = Refused;
    fn try_from(form: BandsForm) -> Result<Self, Refused> {
        let bands: Result<Vec<_>, Refused> = form
            .bands
            .iter()
            .map(|band| Ok((decimal(&band.from)?, decimal(&band.to)?, band.name.as_str())))
            .collect();
        Self::new(form.edge, bands?).map_err(refused)
    }
}

impl From<Bands> for BandsForm {
    fn from(bands: Bands) -> Self {
        let mut from = bands.scale().0;
        let form = |(to, name): (Decimal, &str)| {
            let band =
                BandForm { from: from.to_string(), to: to.to_string(), name: name.to_owned() };
            from = to;
            band
        };
        Self { edge: bands.edge(), bands: bands.ends().map(form).collect() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum MissingForm {
    Interval,
    Renormalise { min_coverage: String },
    Neutral { value: u16 },
    Pessimistic,
}

/// Ranges are checked by the profile that takes the policy.
impl TryFrom<MissingForm> for MissingPolicy {
    type Error = Refused;
    fn try_from(form: MissingForm) -> Result<Self, Refused> {
        Ok(match form {
            MissingForm::Interval => Self::Interval,
            MissingForm::Renormalise { min_coverage } => {
                Self::Renormalise { min_coverage: decimal(&min_coverage)? }
            }
            MissingForm::Neutral { value } => Self::Neutral { value },
            MissingForm::Pessimistic => Self::Pessimistic,
        })
    }
}

impl From<MissingPolicy> for MissingForm {
    fn from(policy: MissingPolicy) -> Self {
        match policy {
            MissingPolicy::Interval => Self::Interval,
            MissingPolicy::Renormalise { min_coverage } => {
                Self::Renormalise { min_coverage: min_coverage.to_string() }
            }
            MissingPolicy::Neutral { value } => Self::Neutral { value },
            MissingPolicy::Pessimistic => Self::Pessimistic,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileForm {
    id: String,
    components: Vec<Component>,
    combiner: Combiner,
    gates: Vec<Gate>,
    missing: MissingPolicy,
    bands: Bands,
}

impl TryFrom<ProfileForm> for Profile {
    type Error = Refused;
    fn try_from(form: ProfileForm) -> Result<Self, Refused> {
        Self::new(form.id, form.components)
            .map(|profile| profile.with_combiner(form.combiner))
            .and_then(|profile| profile.with_gates(form.gates))
            .and_then(|profile| profile.with_missing(form.missing))
            .and_then(|profile| profile.with_bands(form.bands))
            .map_err(refused)
    }
}

impl From<Profile> for ProfileForm {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id().to_owned(),
            components: profile.components().to_vec(),
            combiner: profile.combiner(),
            gates: profile.gates().to_vec(),
            missing: profile.missing(),
            bands: profile.bands().clone(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LatestForm {
    component: String,
    value: Value,
    observed_at: String,
    recorded_at: Option<Instant>,
    id: Option<RecordId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObservationsForm {
    profile: Profile,
    as_of: String,
    known_at: String,
    latest: Vec<LatestForm>,
}

impl TryFrom<ObservationsForm> for Observations {
    type Error = Refused;
    fn try_from(form: ObservationsForm) -> Result<Self, Refused> {
        let day = |text: &str| parse_date(text).map_err(refused);
        let as_of = AsOf::new(day(&form.as_of)?).known_at(day(&form.known_at)?);
        let mut state = Self::new(&form.profile, as_of);
        for one in form.latest {
            // A state holds one visible value a component of its profile.
            let slot = state.slot(&one.component);
            let free = slot.and_then(|slot| state.slots().get(slot)).is_some_and(Option::is_none);
            let observed_at = day(&one.observed_at)?;
            let pushed =
                state.push(&one.component, one.value, observed_at, one.recorded_at, one.id);
            if !free || pushed != Pushed::Latest {
                let id = one.component;
                return Err(format!(
                    "`{id}` is unknown, there twice, or not visible as of that day"
                ));
            }
        }
        Ok(state)
    }
}

impl From<Observations> for ObservationsForm {
    fn from(state: Observations) -> Self {
        let profile = state.profile();
        let ids = profile.components().iter().map(Component::id);
        let ids = ids.chain(profile.gates().iter().map(Gate::id));
        let latest = ids.zip(state.slots()).filter_map(|(id, latest)| {
            let component = id.to_owned();
            let (observed_at, recorded_at, id, value) = latest.clone()?;
            let observed_at = observed_at.to_string();
            Some(LatestForm { component, value, observed_at, recorded_at, id })
        });
        Self {
            latest: latest.collect(),
            as_of: state.as_of().day().to_string(),
            known_at: state.as_of().knowledge_day().to_string(),
            profile: state.profile().clone(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortfolioForm {
    profile: Profile,
    bands: Vec<u64>,
    undetermined: u64,
    /// Ends and how often each occurs, by end.
    los: Vec<(u16, u64)>,
    his: Vec<(u16, u64)>,
}

/// One total behind every count, and no end twice, off the scale or without a score.
fn tally(ends: &[(u16, u64)], total: u64) -> Result<BTreeMap<u16, u64>, Refused> {
    let mut tally = BTreeMap::new();
    let mut sum = Some(0_u64);
    for &(end, times) in ends {
        if end > 1000 || times == 0 || tally.insert(end, times).is_some() {
            return Err(format!("end `{end}` is off the scale, without a score, or twice"));
        }
        sum = sum.and_then(|sum| sum.checked_add(times));
    }
    if sum == Some(total) { Ok(tally) } else { Err("counts do not add up".to_owned()) }
}

impl TryFrom<PortfolioForm> for Portfolio {
    type Error = Refused;
    fn try_from(form: PortfolioForm) -> Result<Self, Refused> {
        let mut state = Self::new(&form.profile);
        if state.bands.len() != form.bands.len() {
            return Err("not one count a band".to_owned());
        }
        let add = |sum: Option<u64>, count: &u64| sum?.checked_add(*count);
        let total = form.bands.iter().fold(Some(form.undetermined), add);
        state.count = total.ok_or("counts do not add up")?;
        state.los = tally(&form.los, state.count)?;
        state.his = tally(&form.his, state.count)?;
        state.bands = form.bands;
        state.undetermined = form.undetermined;
        Ok(state)
    }
}

impl From<Portfolio> for PortfolioForm {
    fn from(state: Portfolio) -> Self {
        Self {
            profile: state.profile,
            bands: state.bands,
            undetermined: state.undetermined,
            los: state.los.into_iter().collect(),
            his: state.his.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Combiner, Gate, MissingPolicy, Observations, Portfolio, Profile, profiles};
    use tenure_model::{AsOf, Instant, Zone, parse_date};

    fn round_trip<T>(state: &T) -> String
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let text = serde_json::to_string(state).unwrap();
        assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), state);
        text
    }

    fn refused<T: serde::de::DeserializeOwned>(text: &str) -> bool {
        serde_json::from_str::<T>(text).is_err()
    }

    fn seen() -> Observations {
        let day = parse_date("2025-12-31").unwrap();
        let mut seen = Observations::new(&profiles::customer(), AsOf::new(day));
        let recorded = Instant::parse("2025-12-31T10:00:00Z", Zone::UTC).unwrap();
        seen.push("effort", 6.into(), day, Some(recorded), None);
        seen.push("returns", 5.into(), day, None, None);
        seen
    }

    #[test]
    fn definitions_go_through_their_constructors() {
        for policy in [
            MissingPolicy::Interval,
            MissingPolicy::RENORMALISE,
            MissingPolicy::Neutral { value: 500 },
            MissingPolicy::Pessimistic,
        ] {
            let gates = vec![Gate::new("open_p1", 490).unwrap()];
            let profile = profiles::client().with_missing(policy).unwrap();
            let profile = profile.with_combiner(Combiner::Min).with_gates(gates).unwrap();
            let text = round_trip(&profile);
            for (right, wrong) in [
                ("\"combiner\":\"min\"", "\"combiner\":\"max\""),
                ("\"cap\":490", "\"cap\":1001"),
                ("\"id\":\"open_p1\"", "\"id\":\"dialogue\""),
                ("\"weight\":\"25\"", "\"weight\":\"26\""),
                ("\"weight\":\"25\"", "\"weight\":25"),
                ("\"half_life\":180", "\"half_life\":0"),
                ("[\"100\",1000]", "[\"100\",1001]"),
                ("\"to\":\"500\"", "\"to\":\"501\""),
                ("\"id\":\"client\"", "\"id\":\"\""),
                ("\"id\":\"client\"", "\"id\":\"client\",\"more\":1"),
            ] {
                assert!(text.contains(right), "{right} in {text}");
                assert!(refused::<Profile>(&text.replace(right, wrong)), "{wrong}");
            }
        }
    }

    #[test]
    fn observations_are_checked_as_a_whole() {
        let text = round_trip(&seen());
        for (right, wrong) in [
            ("\"component\":\"returns\"", "\"component\":\"effort\""),
            ("\"component\":\"returns\"", "\"component\":\"usage\""),
            ("\"value\":\"6\"", "\"value\":\"6e0\""),
            ("\"as_of\":\"2025-12-31\"", "\"as_of\":\"2025-12-30\""),
            ("\"as_of\":\"2025-12-31\"", "\"as_of\":\"2025-12-32\""),
        ] {
            assert!(text.contains(right), "{right} in {text}");
            assert!(refused::<Observations>(&text.replace(right, wrong)), "{wrong}");
        }
    }

    #[test]
    fn a_portfolio_is_checked_as_a_whole() {
        let mut all = Portfolio::new(&profiles::customer());
        all.push(&seen().score()).unwrap();
        all.push(&seen().score()).unwrap();
        let text = round_trip(&all);
        for (right, wrong) in [
            ("\"undetermined\":2", "\"undetermined\":3"),
            ("\"bands\":[0,0,0]", "\"bands\":[0,0]"),
            ("\"bands\":[0,0,0]", "\"bands\":[18446744073709551615,0,0]"),
            ("\"los\":[[", "\"los\":[[0,0],["),
            ("\"los\":[[", "\"los\":[[1001,2],["),
        ] {
            assert!(text.contains(right), "{right} in {text}");
            assert!(refused::<Portfolio>(&text.replace(right, wrong)), "{wrong}");
        }
        round_trip(&Portfolio::new(&profiles::client()));
    }
}
