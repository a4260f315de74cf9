//! Generators for `tenure-health`.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use rust_decimal::Decimal;
use tenure_health::{
    Combiner, Component, Direction, Freshness, HalfLife, MissingPolicy, Normaliser, Profile, Value,
};

/// What a component of a profile is made of: plain data that an oracle can read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ComponentPlan {
    /// The weight in ten thousandths.
    pub units: u32,
    /// Whether lower is better.
    pub lower_better: bool,
    /// x (in hundredths) and y, by x.
    pub breakpoints: Vec<(i32, u16)>,
    /// `Some(Ok(n))`: half-life; `Some(Err(n))`: expires after; `None`: lasting.
    pub freshness: Option<Result<u32, u32>>,
}

/// Components of nearly equal weight whose points are the value in hundredths, 1 to 32 of them.
#[must_use]
pub fn plain(count: u32) -> Vec<ComponentPlan> {
    let each = 1_000_000_u32.checked_div(count).unwrap_or_default();
    let rest = 1_000_000_u32.checked_rem(count).unwrap_or_default();
    (0..count)
        .map(|at| ComponentPlan {
            units: if at == 0 { each.saturating_add(rest) } else { each },
            lower_better: false,
            breakpoints: vec![(0, 0), (1000, 1000)],
            freshness: None,
        })
        .collect()
}

/// A value in hundredths and its age in days, or nothing.
pub type ReadingPlan = Option<(i32, u32)>;

/// That many hundredths.
#[must_use]
pub fn hundredths(count: i32) -> Decimal {
    Decimal::try_from_i128_with_scale(i128::from(count), 2).unwrap_or_default()
}

/// The value of that many hundredths; two decimals always fit.
#[must_use]
pub fn value(count: i32) -> Value {
    Value::new(hundredths(count)).unwrap_or_else(|_| 0.into())
}

/// Components whose weights sum to 100 exactly, 1 to 8 of them.
pub fn components() -> impl Strategy<Value = Vec<ComponentPlan>> {
    let cuts = prop_oneof![
        btree_set(1..1_000_000_u32, 0..8),
        btree_set(1..100_u32, 0..8)
            .prop_map(|cuts| cuts.into_iter().map(|cut| cut.saturating_mul(10_000)).collect()),
    ];
    cuts.prop_flat_map(|cuts| {
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([1_000_000]);
        let units: Vec<u32> = starts.zip(ends).map(|(a, b)| b.saturating_sub(a)).collect();
        let count = units.len();
        (Just(units), vec(shape(), count)).prop_map(|(units, shapes)| {
            let both = units.into_iter().zip(shapes);
            both.map(|(units, shape)| ComponentPlan { units, ..shape }).collect()
        })
    })
}

fn shape() -> impl Strategy<Value = ComponentPlan> {
    let line = (btree_set(-1_000..1_000_i32, 2..6), vec(0..=1000_u16, 6), any::<bool>());
    let freshness = option::of(prop_oneof![(1..60_u32).prop_map(Ok), (0..200_u32).prop_map(Err)]);
    (line, freshness).prop_map(|((xs, mut ys, lower_better), freshness)| {
        ys.truncate(xs.len());
        ys.sort_unstable();
        if lower_better {
            ys.reverse();
        }
        let breakpoints = xs.into_iter().zip(ys).collect();
        ComponentPlan { units: 0, lower_better, breakpoints, freshness }
    })
}

/// Readings of `count` components, a third of them missing.
pub fn readings(count: usize) -> impl Strategy<Value = Vec<ReadingPlan>> {
    vec(option::weighted(0.7, (-1_200..1_200_i32, 0..400_u32)), count)
}

/// Components and a reading of each.
pub fn accounts() -> impl Strategy<Value = (Vec<ComponentPlan>, Vec<ReadingPlan>)> {
    components().prop_flat_map(|plans| {
        let count = plans.len();
        (Just(plans), readings(count))
    })
}

/// Missing policies; shares of coverage in hundredths.
pub fn policies() -> impl Strategy<Value = MissingPolicy> {
    prop_oneof![
        Just(MissingPolicy::Interval),
        (0..=100_i32)
            .prop_map(|share| MissingPolicy::Renormalise { min_coverage: hundredths(share) }),
        (0..=1000_u16).prop_map(|value| MissingPolicy::Neutral { value }),
        Just(MissingPolicy::Pessimistic),
    ]
}

/// Combiners.
pub fn combiners() -> impl Strategy<Value = Combiner> {
    select(Combiner::ALL.to_vec())
}

/// The component a plan describes; its id is its position.
///
/// # Errors
/// A plan the constructors refuse.
pub fn component(
    position: usize,
    plan: &ComponentPlan,
) -> Result<Component, Box<dyn std::error::Error>> {
    let direction =
        if plan.lower_better { Direction::LowerBetter } else { Direction::HigherBetter };
    let line: Vec<_> = plan.breakpoints.iter().map(|&(x, y)| (value(x), y)).collect();
    let weight = Decimal::try_from_i128_with_scale(i128::from(plan.units), 4)
        .map_err(|error| error.to_string())?;
    let freshness = match plan.freshness {
        None => Freshness::Lasting,
        Some(Ok(days)) => Freshness::HalfLife(HalfLife::new(days)?),
        Some(Err(days)) => Freshness::ExpiresAfter { days },
    };
    let normaliser = Normaliser::new(direction, &line)?;
    Ok(Component::new(position.to_string(), weight, normaliser)?.with_freshness(freshness))
}

/// The profile that plans describe.
///
/// # Errors
/// Plans the constructors refuse.
pub fn profile(
    plans: &[ComponentPlan],
    policy: MissingPolicy,
) -> Result<Profile, Box<dyn std::error::Error>> {
    let components: Result<Vec<_>, _> =
        plans.iter().enumerate().map(|(at, plan)| component(at, plan)).collect();
    Ok(Profile::new("generated", components?)?.with_missing(policy)?)
}
