//! How often the engine says what the labels of the vignettes say, beside rules of thumb.

use std::fmt;
use std::fs;
use std::path::Path;

use chrono::Days;
use serde_json::Value;
use tenure_classify::Class;
use tenure_model::{Record, Table};

use super::case::{Case, TABLES};
use super::{holds, laws};

/// A rule of thumb: the class of a case from its records and the provider's industry.
type Rule = fn(&Case) -> Class;

/// The rules of thumb, each with its name and what it says.
const RULES: [(&str, Rule); 3] = [
    ("a contract makes a client", |case| {
        let contract = case.records.iter().any(|record| record.table() == Table::Contracts);
        if contract { Class::Client } else { Class::Customer }
    }),
    ("the provider's industry decides", |case| {
        let professions =
            ["accounting", "consulting", "investment_firm", "legal", "marketing_agency"];
        let profession = case.industry.as_deref().is_some_and(|one| professions.contains(&one));
        if profession { Class::Client } else { Class::Customer }
    }),
    ("six purchases a year make a client", |case| {
        let from = case.as_of.checked_sub_days(Days::new(365)).unwrap_or_default();
        let within = |record: &&Record| match record {
            Record::Purchase(line) => from < line.date && line.date <= case.as_of,
            _ => false,
        };
        let often = case.records.iter().filter(within).count() >= 6;
        if often { Class::Client } else { Class::Customer }
    }),
];

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "compared by tests")]
pub struct Share {
    /// How many.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    fn add(&mut self, hit: bool) {
        self.hits = self.hits.saturating_add(usize::from(hit));
        self.of = self.of.saturating_add(1);
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.hits, self.of)
    }
}

/// What one way of classifying gets right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Which way.
    pub name: String,
    /// The class, where experts agree on it.
    pub undisputed: Share,
    /// The class of the label, in all vignettes.
    pub exact: Share,
    /// A class that a reasonable expert may give, in all vignettes.
    pub acceptable: Share,
    /// Which of two accounts is the more client-like: strictly above the other.
    pub pairs: Share,
    /// The stage; rules of thumb know none.
    pub stage: Option<Share>,
    /// A listed reason among the first three of a definite verdict; rules of thumb give none.
    pub reasons: Option<Share>,
}

/// Accuracy on the vignettes of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accuracy {
    /// The engine first, then the rules of thumb.
    pub rows: Vec<Row>,
    /// Undetermined under `strict` with all sources that the vignettes have.
    pub undetermined: Share,
    /// The same with that source taken away, table by table.
    pub without: Vec<(Table, Share)>,
}

/// Reads `cases.json` and `pairs.json` of the folder and counts.
///
/// # Errors
/// A file is missing or is no file of cases.
pub fn accuracy(folder: &Path) -> Result<Accuracy, String> {
    let rows = |name: &str, field: &str| {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        let json: Value =
            serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        let rows = json.get(field).and_then(Value::as_array).cloned();
        rows.ok_or_else(|| format!("{name}: no `{field}`"))
    };
    let vignettes = rows("cases.json", "cases")?;
    let cases: Vec<Case> = vignettes.iter().map(Case::read).collect::<Result<_, _>>()?;
    let mut pairs: Vec<(&Case, &Case)> = Vec::new();
    for row in rows("pairs.json", "pairs")? {
        let find = |field: &str| {
            let id = row.get(field).and_then(Value::as_str);
            let case = cases.iter().find(|case| Some(case.id.as_str()) == id);
            case.ok_or_else(|| format!("pairs.json: no case {id:?}"))
        };
        pairs.push((find("more")?, find("less")?));
    }

    let mut rows = vec![engine(&vignettes, &cases, &pairs)?];
    for (name, rule) in RULES {
        let mut row = Row { name: name.to_owned(), ..Row::default() };
        for (vignette, case) in vignettes.iter().zip(&cases) {
            row.count(vignette, case, rule(case));
        }
        for &(more, less) in &pairs {
            row.pairs.add(rule(more) == Class::Client && rule(less) == Class::Customer);
        }
        rows.push(row);
    }

    let mut undetermined = Share::default();
    let mut without: Vec<(Table, Share)> = Vec::new();
    for case in &cases {
        undetermined.add(case.verdict()?.class == Class::Undetermined);
    }
    for (place, table) in (0_u32..).zip(TABLES) {
        let mut share = Share::default();
        for case in &cases {
            let less = laws::without(case, 1_u32.wrapping_shl(place));
            share.add(less.verdict()?.class == Class::Undetermined);
        }
        without.push((table, share));
    }
    Ok(Accuracy { rows, undetermined, without })
}

fn engine(vignettes: &[Value], cases: &[Case], pairs: &[(&Case, &Case)]) -> Result<Row, String> {
    let mut row = Row { name: "tenure, rule set `generic`".to_owned(), ..Row::default() };
    let (mut stage, mut reasons) = (Share::default(), Share::default());
    for (vignette, case) in vignettes.iter().zip(cases) {
        let verdict = case.verdict()?;
        let expected = vignette.get("expected");
        let listed = |field: &str, word: &str| {
            holds(expected.and_then(|expected| expected.get(field)), word)
        };
        row.count(vignette, case, verdict.class);
        stage.add(listed("stage_acceptable", verdict.stage.name()));
        if verdict.class.is_definite() {
            let mut first = verdict.reasons.iter().take(3);
            reasons.add(first.any(|reason| listed("reasons", reason.name())));
        }
    }
    for (more, less) in pairs {
        row.pairs.add(more.verdict()?.score.lo > less.verdict()?.score.lo);
    }
    (row.stage, row.reasons) = (Some(stage), Some(reasons));
    Ok(row)
}

impl Row {
    fn count(&mut self, vignette: &Value, case: &Case, class: Class) {
        let acceptable = vignette.get("expected").and_then(|expected| expected.get("acceptable"));
        let same = case.expected_class == Some(class);
        self.exact.add(same);
        self.acceptable.add(holds(acceptable, class.name()));
        if !case.experts_may_differ {
            self.undisputed.add(same);
        }
    }
}

/// Two tables in Markdown.
impl fmt::Display for Accuracy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | undisputed class | class | acceptable class | pairs | stage | reasons |")?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for row in &self.rows {
            let known = |share: Option<Share>| share.map_or("-".to_owned(), |one| one.to_string());
            let Row { name, undisputed, exact, acceptable, pairs, stage, reasons } = row;
            let (stage, reasons) = (known(*stage), known(*reasons));
            writeln!(
                f,
                "| {name} | {undisputed} | {exact} | {acceptable} | {pairs} | {stage} | {reasons} |"
            )?;
        }
        writeln!(f)?;
        writeln!(f, "| strict, without | undetermined |\n|---|---|")?;
        writeln!(f, "| nothing | {} |", self.undetermined)?;
        let mut all = Share::default();
        for (table, share) in &self.without {
            writeln!(f, "| {table} | {share} |")?;
            all.hits = all.hits.saturating_add(share.hits);
            all.of = all.of.saturating_add(share.of);
        }
        writeln!(f, "| any one of the seven | {all} |")
    }
}
