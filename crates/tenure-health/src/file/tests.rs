use crate::combiner::{Combiner, Gate};
use crate::profile::{MissingPolicy, Profile};
use crate::profiles::{client, customer};
use crate::{Bands, Edge};

/// A profile with everything in it.
const WHOLE: &str = r#"schema = "tenure/health-profile/1"
id = "house"
combiner = "min"
missing = "renormalise"
min_coverage = 0.25
edge = "upper_inclusive"

[[component]]
id = "delivery"
weight = 60.5
direction = "higher_better"
points = [[50, 0], [80.5, 500], [100, 1000]]
expires_after_days = 100
reason = "on time"

[[component]]
id = "silence"
weight = 39.5
direction = "lower_better"
points = [[1, 1000], [6, 0]]
half_life_days = 30

[[gate]]
id = "open_p1"
cap = 490

[[band]]
name = "low"
from = 0
to = 400

[[band]]
name = "high"
from = 400
to = 1000
"#;

#[test]
fn everything_is_read_and_written() {
    let profile = Profile::from_toml("house.toml", WHOLE).unwrap();
    assert_eq!((profile.combiner(), profile.gates().len()), (Combiner::Min, 1));
    assert_eq!(profile.bands().edge(), Edge::UpperInclusive);
    assert_eq!(profile.components()[0].weight().to_string(), "60.5");
    assert_eq!(Profile::from_toml("again.toml", &profile.to_toml()).unwrap(), profile);
}

#[test]
fn what_is_built_in_can_be_written_and_read() {
    for policy in [
        MissingPolicy::Interval,
        MissingPolicy::RENORMALISE,
        MissingPolicy::Neutral { value: 500 },
        MissingPolicy::Pessimistic,
    ] {
        for profile in [client(), customer()] {
            let gate = Gate::new("a \"b\"\n", 0).unwrap().with_reason("c\\d");
            let profile = profile.with_missing(policy).unwrap().with_gates(vec![gate]).unwrap();
            for combiner in Combiner::ALL {
                let profile = profile.clone().with_combiner(combiner);
                let text = profile.to_toml();
                assert_eq!(Profile::from_toml("p.toml", &text).unwrap(), profile, "{text}");
            }
        }
    }
    let edge = "schema = \"tenure/health-profile/1\"\nid = \"e\"\nedge = \"upper_inclusive\"\n";
    let text = format!(
        "{edge}[[component]]\nid = \"a\"\nweight = 100\ndirection = \"higher_better\"\npoints = [[0, 0], [1, 1]]\n"
    );
    let profile = Profile::from_toml("e.toml", &text).unwrap();
    assert_eq!(
        (profile.bands().edge(), profile.bands().of(500.into())),
        (Edge::UpperInclusive, Ok("red"))
    );
    assert_ne!(profile.bands(), &Bands::default());
}

/// Each fault by what is written in the place of what, and how it is told.
#[test]
fn every_fault_has_its_place() {
    let cases = [
        ("60.5", "60", "h:1:10: weights sum to `99.5`, not to 100 [weight_sum]"),
        (
            "60.5",
            "0",
            "h:10:10: weight `0` of `delivery` is not above 0, at most 100, with at most 4 decimals [bad_weight]",
        ),
        (
            "60.5",
            "-60.5",
            "h:10:10: weight `-60.5` of `delivery` is not above 0, at most 100, with at most 4 decimals [bad_weight]",
        ),
        (
            "60.5",
            "60.50001",
            "h:10:10: weight `60.50001` of `delivery` is not above 0, at most 100, with at most 4 decimals [bad_weight]",
        ),
        ("60.5", "nan", "h:10:10: `NaN` is beyond what is kept exactly [shape]"),
        ("60.5", "inf", "h:10:10: `inf` is beyond what is kept exactly [shape]"),
        ("60.5", "\"60.5\"", "h:10:10: invalid type: string \"60.5\", expected a number [shape]"),
        (
            "[80.5, 500]",
            "[40, 500]",
            "h:12:20: breakpoint 1 has x `40`, not above the x before it [bad_points]",
        ),
        (
            "[100, 1000]",
            "[100, 499]",
            "h:12:33: breakpoint 2 has y `499`, which goes against `higher_better` [against_direction]",
        ),
        (
            "[6, 0]",
            "[6, 1001]",
            "h:20:22: breakpoint 1 has y `1001`, outside 0 to 1000 [bad_points]",
        ),
        ("[6, 0]", "[6, -1]", "h:20:22: y `-1` is outside 0 to 1000 [bad_points]"),
        (
            "[6, 0]",
            "[6.000000001, 0]",
            "h:20:22: value `6.000000001` has more than 15 digits before the point, or more than 8 after it [bad_points]",
        ),
        (", [6, 0]", "", "h:17:6: `1` breakpoints: 2 to 256 make a line [bad_points]"),
        (
            "half_life_days = 30",
            "half_life_days = 0",
            "h:21:18: half-life `0` is outside 1 to 36500 days [bad_freshness]",
        ),
        (
            "half_life_days = 30",
            "expires_after_days = -1",
            "h:21:22: `-1` days are outside 0 to 4294967295 [bad_freshness]",
        ),
        (
            "half_life_days = 30",
            "half_life_days = 30\nexpires_after_days = 3",
            "h:22:22: a value has a half-life or an expiry, not both [bad_freshness]",
        ),
        (
            "\"lower_better\"",
            "\"lower\"",
            "h:19:13: `lower` means nothing here: higher_better or lower_better [unknown_value]",
        ),
        (
            "\"min\"",
            "\"max\"",
            "h:3:12: `max` means nothing here: weighted_mean, weighted_geometric or min [unknown_value]",
        ),
        (
            "\"renormalise\"",
            "\"drop\"",
            "h:4:11: `drop` means nothing here: interval, renormalise, neutral or pessimistic [unknown_value]",
        ),
        (
            "\"renormalise\"",
            "\"interval\"",
            "h:5:16: `min_coverage` has no effect with missing = \"interval\" [bad_missing]",
        ),
        (
            "min_coverage = 0.25",
            "min_coverage = 1.5",
            "h:5:16: min_coverage `1.5` is outside 0 to 1 with at most 8 decimals [bad_missing]",
        ),
        (
            "min_coverage = 0.25",
            "neutral = 3",
            "h:5:11: `neutral` has no effect with missing = \"renormalise\" [bad_missing]",
        ),
        (
            "\"renormalise\"\nmin_coverage = 0.25",
            "\"neutral\"",
            "h:4:11: `neutral` is missing: the points a missing component counts as [bad_missing]",
        ),
        (
            "\"renormalise\"\nmin_coverage = 0.25",
            "\"neutral\"\nneutral = 1001",
            "h:5:11: neutral value `1001` is outside 0 to 1000 [bad_missing]",
        ),
        (
            "\"upper_inclusive\"",
            "\"open\"",
            "h:6:8: `open` means nothing here: lower_inclusive or upper_inclusive [unknown_value]",
        ),
        ("\"silence\"", "\"delivery\"", "h:17:6: component `delivery` is there twice [bad_name]"),
        ("\"silence\"", "\"\"", "h:17:6: component id is empty [bad_name]"),
        ("\"house\"", "\"\"", "h:2:6: profile id is empty [bad_name]"),
        (
            "\"open_p1\"",
            "\"silence\"",
            "h:24:6: gate `silence` has the id of another gate or of a component [bad_name]",
        ),
        ("\"open_p1\"", "\"\"", "h:24:6: gate id is empty [bad_name]"),
        ("cap = 490", "cap = 1001", "h:25:7: cap `1001` is outside 0 to 1000 [bad_gate]"),
        (
            "from = 400",
            "from = 500",
            "h:32:1: band 1 begins at `500`, the band before it ends at `400`: they must touch [bad_bands]",
        ),
        ("to = 1000", "to = 900", "h:27:1: bands cover `0` to `900`, not 0 to 1000 [bad_bands]"),
        (
            "to = 1000",
            "to = 400",
            "h:32:1: band `high` runs from `400` to `400`: its end is not above its beginning [bad_bands]",
        ),
        ("\"high\"", "\"low\"", "h:32:1: two bands are named `low` [bad_bands]"),
        (
            "profile/1",
            "profile/2",
            "h:1:10: `tenure/health-profile/2` is not `tenure/health-profile/1` [bad_schema]",
        ),
        ("id = \"house\"", "id = \"house\"\nid = \"home\"", "h:3:1: duplicate key [shape]"),
        ("id = \"house\"\n", "", "h:1:1: missing field `id` [shape]"),
        (
            "cap = 490",
            "cup = 490",
            "h:25:1: unknown field `cup`, expected one of `id`, `cap`, `reason` [shape]",
        ),
    ];
    for (right, wrong, told) in cases {
        assert!(WHOLE.contains(right), "{right}");
        let error = Profile::from_toml("h", &WHOLE.replacen(right, wrong, 1)).unwrap_err();
        assert_eq!(error.to_string(), told, "{right} -> {wrong}");
        assert_eq!((error.faults().len(), error.file()), (1, "h"));
    }
}

#[test]
fn all_faults_are_told_in_the_order_of_the_file() {
    let text =
        WHOLE.replace("\"min\"", "\"max\"").replace("60.5", "0").replace("cap = 490", "cap = -1");
    let error = Profile::from_toml("h", &text).unwrap_err();
    let codes: Vec<_> =
        error.faults().iter().map(|fault| (fault.line(), fault.code().name())).collect();
    assert_eq!(codes, [(3, "unknown_value"), (10, "bad_weight"), (25, "bad_gate")]);
    assert_eq!(error.faults()[0].hint(), Some("weighted_mean, weighted_geometric or min"));
    assert_eq!(
        (error.faults()[1].column(), error.faults()[2].message()),
        (10, "cap `-1` is outside 0 to 1000")
    );
}

#[test]
fn no_component_is_no_profile() {
    let text = "schema = \"tenure/health-profile/1\"\nid = \"house\"\n";
    let error = Profile::from_toml("h", text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "h:1:1: `0` components: 1 to 32 make a profile [component_count]"
    );
    let large = format!("# {}\n", "x".repeat(Profile::MAX_FILE_BYTES));
    assert_eq!(Profile::from_toml("h", &large).unwrap_err().faults()[0].code().name(), "too_large");
    // Columns are characters.
    let error = Profile::from_toml("h", "é = \"é\" x").unwrap_err();
    assert_eq!(error.faults()[0].column(), 9);
}

fn scored(profile: &Profile, values: &[Option<&str>]) -> crate::Score {
    let readings: Vec<_> = profile
        .components()
        .iter()
        .zip(values)
        .map(|(one, value)| match value {
            Some(text) => {
                let value = rust_decimal::Decimal::from_str_exact(text).unwrap();
                one.read(crate::Value::new(value).unwrap(), 0)
            }
            None => crate::Reading::missing(crate::Absence::NotObserved),
        })
        .collect();
    crate::Score::new(profile, &readings).unwrap()
}

fn of(head: &str, components: &[(&str, u8, &str)]) -> Profile {
    let start = format!("schema = \"tenure/health-profile/1\"\nid = \"vendor\"\n{head}\n");
    let text = components.iter().fold(start, |text, (id, weight, points)| {
        text + &format!(
            "[[component]]\nid = \"{id}\"\nweight = {weight}\ndirection = \"higher_better\"\n\
             points = {points}\n"
        )
    });
    Profile::from_toml("vendor.toml", &text).unwrap()
}

/// Zudo: without the pulse of 20 the others weigh 25, 20, 20, 20 and 15 instead of 20, 16, 16, 16, 12.
#[test]
fn a_vendor_that_spreads_the_weight_of_what_is_missing() {
    let index = "[[0, 0], [100, 1000]]";
    let weights = [20, 16, 16, 16, 12, 20];
    let ids = ["email", "requests", "meetings", "resolution", "recent", "pulse"];
    let components: Vec<_> =
        ids.into_iter().zip(weights).map(|(id, weight)| (id, weight, index)).collect();
    let profile = of("missing = \"renormalise\"\nmin_coverage = 0", &components);
    for (slot, points) in [250, 200, 200, 200, 150].into_iter().enumerate() {
        let mut values = [Some("0"), Some("0"), Some("0"), Some("0"), Some("0"), None];
        values[slot] = Some("100");
        assert_eq!(scored(&profile, &values).point(), Some(points), "{slot}");
    }
    assert_eq!(scored(&profile, &[None; 6]).point(), None);
}

/// Factors of 60 and 40 points, up to 5 nothing, up to 10 half, above it all: the top of a range is in it.
#[test]
fn a_vendor_whose_ranges_are_steps() {
    let steps = "[[5, 0], [5.00000001, 500], [10, 500], [10.00000001, 1000]]";
    let profile = of("", &[("a", 60, steps), ("b", 40, steps)]);
    for (a, b, points) in [
        ("5", "5", 0),
        ("5.00000001", "5", 300),
        ("10", "10", 500),
        ("10.00000001", "10", 800),
        ("99", "99", 1000),
    ] {
        assert_eq!(scored(&profile, &[Some(a), Some(b)]).point(), Some(points), "{a} {b}");
    }
}

/// Poor is 0, average 1, good 2: the worst decides, and what is missing is left out.
#[test]
fn a_vendor_whose_worst_state_decides() {
    let states = "[[0, 0], [1, 500], [2, 1000]]";
    let head = "combiner = \"min\"\nmissing = \"renormalise\"\nmin_coverage = 0";
    let profile = of(head, &[("a", 50, states), ("b", 50, states)]);
    for (values, points) in [
        ([Some("2"), Some("2")], Some(1000)),
        ([Some("2"), Some("1")], Some(500)),
        ([Some("0"), Some("2")], Some(0)),
        ([Some("2"), None], Some(1000)),
        ([None, None], None),
    ] {
        assert_eq!(scored(&profile, &values).point(), points, "{values:?}");
    }
}

/// A component that nobody knows counts as the middle, where the vendor says neutral.
#[test]
fn a_vendor_to_whom_what_is_missing_is_neutral() {
    let inputs = "[[1, 0], [10, 1000]]";
    let profile =
        of("missing = \"neutral\"\nneutral = 500", &[("a", 75, inputs), ("b", 25, inputs)]);
    assert_eq!(scored(&profile, &[Some("10"), None]).point(), Some(875));
    assert_eq!(scored(&profile, &[None, None]).point(), Some(500));
}
