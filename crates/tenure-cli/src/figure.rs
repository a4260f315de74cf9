//! A figure of `survey` and `service`: a number with all it rests on, as a table, as rows or as JSON.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use tenure::model::Rounding;
use tenure::stats::{Interval, Ratio};
use tenure::survey::Fraction;

use crate::document::Map;
use crate::{table, text};

/// A number, and how it came about.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// The question or table it is of: `nps`, `cases`.
    pub(crate) source: String,
    /// The group of rows.
    pub(crate) group: String,
    /// A part of the whole, such as a segment of a change.
    pub(crate) part: Option<String>,
    /// Its name in every format.
    pub(crate) id: String,
    pub(crate) unit: Unit,
    /// `None`: undefined, or not to be shown.
    pub(crate) value: Option<Number>,
    pub(crate) interval: Option<Interval>,
    /// What it counts.
    pub(crate) used: (&'static str, u64),
    /// What is left out, by reason.
    pub(crate) excluded: Vec<(String, u64)>,
    /// The definition, as text.
    pub(crate) definition: String,
    /// The formula, in words.
    pub(crate) formula: &'static str,
    pub(crate) status: Status,
}

/// Figures that stand in the documents only: other ways to split the same change.
const DETAILS: [&str; 4] =
    ["rate_effect_at_old_shares", "mix_effect_at_old_scores", "interaction", "leave_one_out"];

/// What a number is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Of 100.
    Points,
    /// From 0 to 1; people read it in percent.
    Share,
    /// On the scale of the question.
    Answer,
    Millis,
    /// So many a one: contacts an episode.
    PerOne,
    Number,
    /// A probability that only tiny ones of interest are: never rounded to 0.
    PValue,
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Share => "share",
            Self::Answer => "answer",
            Self::Millis => "milliseconds",
            Self::PerOne => "ratio",
            Self::Number => "number",
            Self::PValue => "p_value",
        }
    }
}

/// A number as it is known.
#[derive(Debug, Clone)]
pub(crate) enum Number {
    Exact(Ratio),
    /// Exact, of any size.
    Big(Fraction),
    Estimate(f64),
}

/// Why a number is, or is not, there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Status {
    Shown,
    /// Nothing, or too little, to compute it from.
    Undefined,
    /// Fewer rows than may be shown.
    Suppressed {
        min: u64,
    },
    /// Hidden, for it would tell by subtraction what is suppressed.
    Complementary,
    /// A wider interval than was asked for.
    LowPrecision {
        limit: f64,
    },
}

impl Status {
    const fn name(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Undefined => "undefined",
            Self::Suppressed { .. } => "suppressed",
            Self::Complementary => "complementary",
            Self::LowPrecision { .. } => "low_precision",
        }
    }
}

impl Figure {
    /// A figure of a group whose status is that of its value.
    pub(crate) fn new(
        [source, group, id]: [&str; 3],
        unit: Unit,
        value: Option<Number>,
        used: (&'static str, u64),
        (definition, formula): (&str, &'static str),
    ) -> Self {
        Self {
            source: source.to_owned(),
            group: group.to_owned(),
            part: None,
            id: id.to_owned(),
            unit,
            status: if value.is_some() { Status::Shown } else { Status::Undefined },
            value,
            interval: None,
            used,
            excluded: Vec::new(),
            definition: definition.to_owned(),
            formula,
        }
    }

    /// With an interval.
    pub(crate) fn within(self, interval: Option<Interval>) -> Self {
        Self { interval, ..self }
    }

    /// With what is left out.
    pub(crate) fn without(self, excluded: Vec<(String, u64)>) -> Self {
        Self { excluded, ..self }
    }

    /// Of a part.
    pub(crate) fn of_part(self, part: &str) -> Self {
        Self { part: Some(part.to_owned()), ..self }
    }

    /// Without anything that tells how many there are.
    pub(crate) fn hidden(self, status: Status) -> Self {
        Self { value: None, interval: None, excluded: Vec::new(), status, ..self }
    }

    /// Whether a table leaves it to the documents.
    fn is_detail(&self) -> bool {
        DETAILS.contains(&self.id.as_str())
    }

    const fn counts_are_hidden(&self) -> bool {
        matches!(self.status, Status::Suppressed { .. } | Status::Complementary)
    }
}

/// How numbers are rounded for people; documents are exact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    pub(crate) decimals: u8,
    pub(crate) rounding: Rounding,
}

impl Places {
    fn value(self, figure: &Figure) -> String {
        match figure.status {
            Status::Undefined => return "undefined".to_owned(),
            Status::Suppressed { min } => return format!("hidden (fewer than {min})"),
            Status::Complementary => return "hidden (would tell another)".to_owned(),
            Status::LowPrecision { limit } => return format!("hidden (wider than ±{limit})"),
            Status::Shown => {}
        }
        match &figure.value {
            None => "undefined".to_owned(),
            Some(Number::Estimate(value)) => self.float(figure.unit, *value),
            Some(Number::Exact(ratio)) => self.exact(figure.unit, *ratio),
            Some(Number::Big(fraction)) => match fraction.to_ratio() {
                Some(ratio) => self.exact(figure.unit, ratio),
                None => self.float(figure.unit, fraction.to_f64()),
            },
        }
    }

    /// Rounded once, from the exact number.
    fn exact(self, unit: Unit, ratio: Ratio) -> String {
        let scale = 10_i128.checked_pow(u32::from(self.decimals)).unwrap_or(1);
        let scaled = ratio
            .num()
            .checked_mul(scale)
            .and_then(|num| num.checked_mul(if unit == Unit::Share { 100 } else { 1 }));
        match (unit, scaled) {
            (Unit::Millis, _) | (_, None) => self.float(unit, ratio.to_f64()),
            (_, Some(num)) => match self.rounding.divide(num, ratio.den()) {
                None => "undefined".to_owned(),
                Some(rounded) if self.decimals == 0 => {
                    format!("{}{}", text::grouped(rounded), sign(unit))
                }
                Some(rounded) => {
                    format!("{}{}", text::fixed(rounded, usize::from(self.decimals)), sign(unit))
                }
            },
        }
    }

    fn float(self, unit: Unit, value: f64) -> String {
        match unit {
            Unit::Millis => text::millis(value),
            Unit::PValue if value < 0.001 => format!("{value:.1e}"),
            Unit::PValue => format!("{value:.3}"),
            Unit::Share => format!("{:.*} %", usize::from(self.decimals), 100.0 * value),
            _ => format!("{value:.*}", usize::from(self.decimals)),
        }
    }

    fn interval(self, figure: &Figure) -> String {
        figure.interval.as_ref().map_or_else(String::new, |interval| {
            let [low, high] =
                [interval.lower(), interval.upper()].map(|limit| self.float(figure.unit, limit));
            format!("{low} to {high}")
        })
    }
}

const fn sign(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => " %",
        _ => "",
    }
}

/// The figures as tables, one a source; under each the definitions and formulas.
pub(crate) fn tables(figures: &[Figure], places: Places) -> String {
    let mut out = String::new();
    for of_source in figures.chunk_by(|one, next| one.source == next.source) {
        let Some(first) = of_source.first() else { continue };
        let _ = writeln!(out, "{}", text::printable(&first.source));
        let parts = of_source.iter().any(|figure| figure.part.is_some());
        let mut names = vec!["group"];
        names.extend(parts.then_some("part"));
        names.extend(["figure", "value", "interval", "of", "left out"]);
        let mut shown = table::new_table();
        shown.set_header(names);
        let mut above: Option<&Figure> = None;
        for figure in of_source.iter().filter(|figure| !figure.is_detail()) {
            let same = |of: fn(&Figure) -> &str| above.is_some_and(|above| of(above) == of(figure));
            let group_again = same(|figure| &figure.group);
            let mut cells =
                vec![if group_again { String::new() } else { text::printable(&figure.group) }];
            let counts_again = group_again
                && above.is_some_and(|above| {
                    (above.used, &above.excluded, above.status)
                        == (figure.used, &figure.excluded, figure.status)
                });
            let part = figure.part.as_deref().unwrap_or_default();
            let part_again = group_again && above.is_some_and(|above| above.part == figure.part);
            cells.extend(
                parts.then(|| if part_again { String::new() } else { text::printable(part) }),
            );
            cells.extend([
                figure.id.clone(),
                places.value(figure),
                places.interval(figure),
                if counts_again { String::new() } else { used(figure) },
                if counts_again { String::new() } else { excluded(figure) },
            ]);
            shown.add_row(cells);
            above = Some(figure);
        }
        let _ = writeln!(out, "{shown}");
        let mut told: Vec<(String, Vec<&str>)> = Vec::new();
        for figure in of_source.iter().filter(|figure| !figure.is_detail()) {
            let same = of_source.iter().filter(|other| other.id == figure.id);
            let method = same.filter_map(|other| other.interval.as_ref()).next();
            let method = method
                .map_or_else(String::new, |interval| format!("; {} interval", interval.method()));
            let formula = format!("{}{method}", figure.formula);
            match told.iter_mut().find(|(known, _)| *known == formula) {
                Some((_, ids)) if ids.contains(&figure.id.as_str()) => {}
                Some((_, ids)) => ids.push(&figure.id),
                None => told.push((formula, vec![&figure.id])),
            }
        }
        for (formula, ids) in told {
            let _ = writeln!(out, "  {}: {formula}", ids.join(", "));
        }
        let mut definitions: Vec<&str> = Vec::new();
        for figure in of_source {
            if !definitions.contains(&figure.definition.as_str()) {
                definitions.push(&figure.definition);
            }
        }
        for definition in definitions {
            let _ = writeln!(out, "  definition: {}", text::printable(definition));
        }
        out.push('\n');
    }
    out
}

fn used(figure: &Figure) -> String {
    if figure.counts_are_hidden() {
        return String::new();
    }
    let (name, count) = figure.used;
    format!("{} {}", text::grouped(i128::from(count)), name.replace('_', " "))
}

fn excluded(figure: &Figure) -> String {
    let reason = |(name, count): &(String, u64)| {
        format!("{} {}", text::grouped(i128::from(*count)), name.replace('_', " "))
    };
    figure.excluded.iter().map(reason).collect::<Vec<_>>().join(", ")
}

/// The columns of the rows.
const CSV_HEADER: [&str; 16] = [
    "source",
    "group",
    "part",
    "figure",
    "status",
    "value",
    "exact",
    "unit",
    "lower",
    "upper",
    "level",
    "method",
    "counts",
    "used",
    "excluded",
    "definition",
];

/// The figures as rows, one each.
pub(crate) fn rows(out: &mut dyn Write, figures: &[Figure]) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(CSV_HEADER)?;
    for figure in figures {
        let (value, exact) = match &figure.value {
            None => (String::new(), String::new()),
            Some(Number::Estimate(value)) => (value.to_string(), String::new()),
            Some(Number::Exact(ratio)) => {
                (ratio.to_decimal(10), format!("{}/{}", ratio.num(), ratio.den()))
            }
            Some(Number::Big(fraction)) => (decimal(fraction), fraction.to_string()),
        };
        let limit =
            |of: fn(&Interval) -> String| figure.interval.as_ref().map(of).unwrap_or_default();
        let reasons: Vec<String> =
            figure.excluded.iter().map(|(name, count)| format!("{name}={count}")).collect();
        let (counts, count) = figure.used;
        rows.write_record([
            &figure.source,
            &figure.group,
            figure.part.as_deref().unwrap_or_default(),
            &figure.id,
            figure.status.name(),
            &value,
            &exact,
            figure.unit.name(),
            &limit(|interval| interval.lower().to_string()),
            &limit(|interval| interval.upper().to_string()),
            &limit(|interval| interval.level().value().to_string()),
            &limit(|interval| interval.method().name().to_owned()),
            counts,
            &if figure.counts_are_hidden() { String::new() } else { count.to_string() },
            &reasons.join(" "),
            &figure.definition,
        ])?;
    }
    rows.flush()
}

fn decimal(fraction: &Fraction) -> String {
    let ratio = fraction.to_ratio();
    ratio.map_or_else(|| format!("{:.10}", fraction.to_f64()), |ratio| ratio.to_decimal(10))
}

/// A figure as it stands in a document.
#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    group: &'a str,
    part: Option<&'a str>,
    figure: &'a str,
    status: &'static str,
    value: Option<serde_json::Value>,
    unit: &'static str,
    interval: Option<IntervalLine>,
    counts: &'static str,
    used: Option<u64>,
    excluded: Map<'a, u64>,
    definition: &'a str,
    formula: &'static str,
}

#[derive(Serialize)]
struct IntervalLine {
    lower: f64,
    upper: f64,
    level: f64,
    method: &'static str,
}

impl<'a> Line<'a> {
    fn of(figure: &'a Figure) -> Self {
        let (counts, used) = figure.used;
        Self {
            source: &figure.source,
            group: &figure.group,
            part: figure.part.as_deref(),
            figure: &figure.id,
            status: figure.status.name(),
            value: figure.value.as_ref().map(value),
            unit: figure.unit.name(),
            interval: figure.interval.as_ref().map(|interval| IntervalLine {
                lower: interval.lower(),
                upper: interval.upper(),
                level: interval.level().value(),
                method: interval.method().name(),
            }),
            counts,
            used: (!figure.counts_are_hidden()).then_some(used),
            excluded: Map(figure.excluded.iter().map(|(name, n)| (name.as_str(), *n)).collect()),
            definition: &figure.definition,
            formula: figure.formula,
        }
    }
}

/// An exact ratio as `{num, den, value}`, an estimate as a number. Integers beyond 64 bits are text.
fn value(number: &Number) -> serde_json::Value {
    let integer = |wide: i128| {
        i64::try_from(wide)
            .map_or_else(|_| serde_json::json!(wide.to_string()), |small| serde_json::json!(small))
    };
    let exact = |ratio: Ratio| {
        serde_json::json!({
            "num": integer(ratio.num()),
            "den": integer(ratio.den()),
            "value": ratio.to_decimal(10),
        })
    };
    match number {
        Number::Estimate(value) => serde_json::json!(value),
        Number::Exact(ratio) => exact(*ratio),
        Number::Big(fraction) => fraction.to_ratio().map_or_else(
            || {
                let text = fraction.to_string();
                let (num, den) = text.split_once('/').unwrap_or((&text, "1"));
                serde_json::json!({ "num": num, "den": den, "value": decimal(fraction) })
            },
            exact,
        ),
    }
}

/// Head and figures as one document, a figure a line.
pub(crate) fn json(
    out: &mut dyn Write,
    head: &impl Serialize,
    figures: &[Figure],
) -> io::Result<()> {
    let head = serde_json::to_string_pretty(head)?;
    let head = text::printable_json(&head);
    let open = head.trim_end().strip_suffix('}').unwrap_or(&head).trim_end();
    write!(out, "{open},\n  \"figures\": [")?;
    for (place, figure) in figures.iter().enumerate() {
        out.write_all(if place == 0 { b"\n    " } else { b",\n    " })?;
        let line = serde_json::to_string(&Line::of(figure))?;
        out.write_all(text::printable_json(&line).as_bytes())?;
    }
    out.write_all(b"\n  ]\n}\n")
}
