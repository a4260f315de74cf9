//! The scorecard as tables for a terminal.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use tenure::classify::Treatment;
use tenure::model::{Completeness, Table as ModelTable};
use tenure::scorecard::{
    AccountLine, Basis, ClassTransition, Figure, Group, Population, Scorecard, Section, Spread,
};
use tenure::stats::Ratio;

use crate::{lists, text};

/// Segments that fit a terminal.
const MAX_SEGMENTS_SHOWN: usize = 6;

/// Periods that do, the latest.
const MAX_PERIODS_SHOWN: usize = 6;

/// The figures shown by stage and by segment; the others are in report.html and report.json.
const HEADLINES: [&str; 8] = [
    "nps",
    "csat",
    "fcr",
    "mrr_closing",
    "ndr",
    "renewal_rate",
    "historical_value",
    "residual_value",
];

/// The figures shown by period.
const TREND: [&str; 8] = [
    "nps",
    "csat",
    "fcr",
    "resolution_median",
    "mrr_closing",
    "ndr",
    "renewal_rate",
    "personal_cadence",
];

/// A column of figures.
#[derive(Clone, Copy)]
pub(crate) struct Column<'a> {
    pub(crate) name: &'a str,
    pub(crate) figures: &'a [Figure],
}

impl<'a> From<&'a Group> for Column<'a> {
    fn from(group: &'a Group) -> Self {
        Self { name: &group.name, figures: &group.figures }
    }
}

impl<'a> Column<'a> {
    pub(crate) fn figure(self, id: &str) -> Option<&'a Figure> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    /// The column with every figure that any of them has: where two windows are cut into periods, a
    /// period may lie in one of them alone.
    pub(crate) fn fullest(columns: &[Self]) -> &'a [Figure] {
        columns.iter().map(|column| column.figures).max_by_key(|all| all.len()).unwrap_or_default()
    }
}

/// The classes and all accounts.
pub(crate) fn classes(card: &Scorecard) -> Vec<Column<'_>> {
    card.by_class.iter().chain([&card.total]).map(Column::from).collect()
}

/// The stages that anybody is or was in.
pub(crate) fn stages(card: &Scorecard) -> Vec<Column<'_>> {
    let told = |group: &&Group| {
        group.accounts > 0 || group.figures.iter().any(|figure| !text::is_empty(figure))
    };
    card.by_stage.iter().filter(told).map(Column::from).collect()
}

/// The periods, over all accounts.
pub(crate) fn periods(card: &Scorecard) -> Vec<Column<'_>> {
    let all = card.by_period.iter();
    all.map(|one| Column { name: &one.name, figures: &one.total }).collect()
}

/// What the periods are cut from.
pub(crate) fn cut_from(card: &Scorecard) -> String {
    let (first, last) = card.revenue_months;
    format!(
        "{}, the first and the last as far as that reaches; revenue {first} to {last}",
        days(card, Section::Survey)
    )
}

/// Section headings, as questions.
pub(crate) const fn question(section: Section) -> &'static str {
    match section {
        Section::Survey => "What do they say?",
        Section::Service => "How well are they served?",
        Section::Revenue => "What does their money do?",
        Section::Value => "What are they worth?",
        Section::Health => "How are they doing?",
        Section::Relations => "How are they looked after, and do they come back?",
    }
}

/// The days that the figures of a section stand for.
pub(crate) fn days(card: &Scorecard, section: Section) -> String {
    let window = card.window.last().map_or_else(
        || card.window.start().to_string(),
        |last| format!("{} to {last}", card.window.start()),
    );
    let (first, last) = card.revenue_months;
    match section {
        Section::Survey | Section::Service => window,
        Section::Revenue => format!("{first} to {last}, renewals {window}"),
        Section::Relations => {
            format!("{window}, treatment and dormancy as of {}", card.as_of.day())
        }
        Section::Value | Section::Health => format!("as of {}", card.as_of.day()),
    }
}

/// The days and the class that the figures of a section stand for.
pub(crate) fn window(card: &Scorecard, section: Section) -> String {
    let class = match section {
        Section::Survey | Section::Service | Section::Revenue | Section::Relations => {
            "by the class when that window opened"
        }
        Section::Value | Section::Health => "by the class on that day",
    };
    format!("{}; {class}", days(card, section))
}

/// The whole scorecard as text.
pub(crate) fn render(card: &Scorecard) -> String {
    let mut out = String::new();
    let accounts = text::grouped(i128::from(card.total.accounts));
    let currency = card.currency.map_or_else(|| "no money".to_owned(), |c| c.to_string());
    let _ = writeln!(
        out,
        "{accounts} accounts as of {}, known at {}; {currency}; rules {}; playbook {}\n",
        card.as_of.day(),
        card.as_of.knowledge_day(),
        card.rule_set,
        text::printable(&card.playbook)
    );
    let _ = writeln!(out, "Who are they to us?\n{}", population(&card.population));
    if let Some(hint) = missing_evidence(card) {
        let _ = writeln!(out, "{hint}");
    }
    if let Some(left_out) = other_currency(card) {
        let _ = writeln!(out, "{left_out}");
    }
    if card.accounts_not_yet > 0 {
        let _ = writeln!(
            out,
            "{} more accounts have no record that can be seen yet; they are in no figure.",
            text::grouped(i128::from(card.accounts_not_yet))
        );
    }
    for line in moves(card).into_iter().chain(card.spreads.iter().map(|one| spread(one, card))) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    for section in Section::ALL {
        if let Some(table) = rows(&classes(card), |figure| figure.section == section) {
            let _ = writeln!(out, "{} ({})\n{table}\n", question(section), window(card, section));
        }
    }
    if let Some(table) = rows(&stages(card), |figure| HEADLINES.contains(&figure.id)) {
        let _ = writeln!(out, "By stage, on the day that the class is taken\n{table}\n");
    }
    let columns = periods(card);
    let shown = columns.split_at(columns.len().saturating_sub(MAX_PERIODS_SHOWN)).1;
    let wanted = |figure: &Figure| TREND.contains(&figure.id);
    if rows(&columns, wanted).is_some() {
        let (length, cut_from) = (card.period.name(), cut_from(card));
        let _ = writeln!(out, "By {length}, all accounts ({cut_from})");
        if let Some(table) = rows(shown, wanted) {
            let _ = writeln!(out, "{table}");
        }
        let hidden = columns.len().saturating_sub(shown.len());
        if hidden > 0 {
            let _ = writeln!(out, "{hidden} earlier periods are in report.html and report.json.");
        }
        out.push('\n');
    }
    out.push_str(&lists::render(card));
    if card.by_segment.len() > 1 {
        let columns: Vec<Column<'_>> =
            card.by_segment.iter().take(MAX_SEGMENTS_SHOWN).map(Column::from).collect();
        if let Some(table) = rows(&columns, |figure| HEADLINES.contains(&figure.id)) {
            let _ = writeln!(out, "By segment\n{table}");
        }
        let hidden = card.by_segment.len().saturating_sub(columns.len());
        if hidden > 0 {
            let _ = writeln!(out, "{hidden} more segments are in report.html and report.json.");
        }
        out.push('\n');
    }
    for model in &card.models {
        let _ = writeln!(out, "Model {}: {}", model.definition, model_line(model));
    }
    out
}

/// Who changed class within the window, if anybody did, and who was not there yet.
pub(crate) fn moves(card: &Scorecard) -> Option<String> {
    let number = |count: u64| text::grouped(i128::from(count));
    let there = |one: &&ClassTransition| one.accounts > 0;
    let changed: Vec<&ClassTransition> = card
        .transitions
        .iter()
        .filter(there)
        .filter(|one| one.from.is_some_and(|from| from != one.to))
        .collect();
    let new = card.transitions.iter().filter(|one| one.from.is_none());
    let new = new.fold(0_u64, |sum, one| sum.saturating_add(one.accounts));
    let mut told = Vec::new();
    if !changed.is_empty() {
        let all = changed.iter().fold(0_u64, |sum, one| sum.saturating_add(one.accounts));
        let each = changed.iter().map(|one| {
            format!("{} {} -> {}", number(one.accounts), one.from.unwrap_or_default(), one.to)
        });
        told.push(format!(
            "{} changed class ({})",
            number(all),
            each.collect::<Vec<_>>().join(", ")
        ));
    }
    if new > 0 {
        told.push(format!("{} were not there yet", number(new)));
    }
    (!told.is_empty()).then(|| {
        format!("Since the window opened on {}: {}.", card.window.start(), told.join("; "))
    })
}

/// How one kind of money is spread, in a sentence.
pub(crate) fn spread(spread: &Spread, card: &Scorecard) -> String {
    let share = |ratio: Option<Ratio>| ratio.map_or_else(|| "undefined".to_owned(), text::share);
    let total = match (spread.total, card.currency) {
        (Some(total), Some(currency)) => text::money(total, currency),
        _ => "undefined".to_owned(),
    };
    let classes = spread.by_class.iter().filter(|(_, sum, _)| *sum > 0);
    let classes: Vec<String> =
        classes.map(|(class, _, part)| format!("{class} {}", share(*part))).collect();
    let mut line = format!(
        "{}: {total} of {} accounts; {}; the largest {} have {}; Gini {}.",
        spread.label,
        text::grouped(i128::from(spread.accounts)),
        classes.join(", "),
        text::grouped(i128::from(spread.largest)),
        share(spread.largest_share),
        spread.gini.map_or_else(|| "undefined".to_owned(), |gini| gini.to_decimal(2)),
    );
    if spread.below_zero > 0 {
        let _ = write!(
            line,
            " {} accounts got back more than they paid and are not in it.",
            text::grouped(i128::from(spread.below_zero))
        );
    }
    line
}

/// Which tables would settle undetermined accounts, if any are undetermined for want of evidence.
pub(crate) fn missing_evidence(card: &Scorecard) -> Option<String> {
    let missing = |line: &&AccountLine| {
        line.class == "undetermined" && line.reasons.contains(&"evidence_missing")
    };
    let accounts = card.accounts.iter().filter(missing).count();
    let tables = card.tables.iter().map(|used| (used.table, used.completeness));
    missing_tables(u64::try_from(accounts).unwrap_or(u64::MAX), tables)
}

/// The same of that many accounts.
pub(crate) fn missing_tables(
    accounts: u64,
    tables: impl Iterator<Item = (ModelTable, Completeness)>,
) -> Option<String> {
    let incomplete: Vec<String> = tables
        .filter(|(table, completeness)| EVIDENCE.contains(table) && !completeness.is_complete())
        .map(|(table, completeness)| format!("{table} ({})", completeness.name()))
        .collect();
    (accounts > 0 && !incomplete.is_empty()).then(|| {
        format!(
            "{} accounts are undetermined for want of evidence. Not declared complete in \
             [coverage]: {}.",
            text::grouped(i128::from(accounts)),
            incomplete.join(", ")
        )
    })
}

/// What no figure of money counts, if anything.
pub(crate) fn other_currency(card: &Scorecard) -> Option<String> {
    let currency = card.currency?;
    let tables: Vec<String> = card
        .tables
        .iter()
        .filter(|used| used.other_currency > 0)
        .map(|used| format!("{} of {}", text::grouped(i128::from(used.other_currency)), used.table))
        .collect();
    (!tables.is_empty()).then(|| {
        format!(
            "Amounts in another currency than {currency} are in no figure of money: {}.",
            tables.join(", ")
        )
    })
}

/// The tables a verdict reads.
pub(crate) const EVIDENCE: [ModelTable; 7] = [
    ModelTable::Contracts,
    ModelTable::Purchases,
    ModelTable::Interactions,
    ModelTable::Deliverables,
    ModelTable::Goals,
    ModelTable::Referrals,
    ModelTable::Assignments,
];

/// A fitted model in one line.
pub(crate) fn model_line(model: &tenure::scorecard::FittedModel) -> String {
    let mut line = format!("{} on {} accounts", model.status, model.accounts);
    for (name, value, error) in &model.parameters {
        let _ = write!(line, ", {name} {value:.4}");
        if let Some(error) = error {
            let _ = write!(line, " (se {error:.4})");
        }
    }
    if let Some(likelihood) = model.log_likelihood {
        let _ = write!(line, ", log-likelihood {likelihood:.1}");
    }
    line
}

fn head(names: impl IntoIterator<Item = String>) -> Vec<Cell> {
    names
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let cell = Cell::new(name);
            if index == 0 { cell } else { cell.set_alignment(CellAlignment::Right) }
        })
        .collect()
}

pub(crate) fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// A table in the style of the command.
pub(crate) fn new_table() -> Table {
    let rule = LineStyle::none().fill('─').junction('─');
    let style = TableStyle::new().header_separator(rule).bottom_border(rule);
    let mut table = Table::new();
    table.load_style(style).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// A table of these columns, the first to the left.
pub(crate) fn columns(names: &[&str], rows: Vec<Vec<String>>) -> Table {
    let mut table = new_table();
    table.set_header(head(names.iter().map(|&name| name.to_owned())));
    for row in rows {
        let cells = row.into_iter().enumerate();
        table.add_row(cells.map(|(at, text)| if at == 0 { Cell::new(text) } else { right(text) }));
    }
    table
}

/// The accounts of each class, by the stages that occur.
pub(crate) fn population(population: &[Population]) -> String {
    let stages: Vec<&str> = population
        .first()
        .map_or_else(Vec::new, |first| first.stages.iter().map(|&(stage, _)| stage).collect());
    let shown: Vec<&str> = stages
        .into_iter()
        .filter(|stage| {
            population
                .iter()
                .any(|class| class.stages.iter().any(|&(name, count)| name == *stage && count > 0))
        })
        .collect();
    let mut table = new_table();
    let names = ["class", "accounts"].into_iter().chain(shown.iter().copied());
    table.set_header(head(names.map(str::to_owned)));
    for class in population {
        let mut row =
            vec![Cell::new(class.class), right(text::grouped(i128::from(class.accounts)))];
        for stage in &shown {
            let count = class.stages.iter().find(|(name, _)| name == stage).map_or(0, |&(_, n)| n);
            row.push(right(text::grouped(i128::from(count))));
        }
        table.add_row(row);
    }
    table.to_string()
}

/// The figures wanted: a row each, under it its interval and what it counts, unless the figure above
/// counts the same. `None` where no group has any.
fn rows(columns: &[Column<'_>], wanted: impl Fn(&Figure) -> bool) -> Option<String> {
    let mut table = new_table();
    table.set_header(head(
        [String::new()].into_iter().chain(columns.iter().map(|one| text::printable(one.name))),
    ));
    let mut any = false;
    let mut counted = Vec::new();
    for figure in Column::fullest(columns).iter().filter(|figure| wanted(figure)) {
        let cells: Vec<_> = columns.iter().map(|column| column.figure(figure.id)).collect();
        if cells.iter().flatten().all(|figure| text::is_empty(figure)) {
            continue;
        }
        any = true;
        // Nothing stands where it was not asked.
        let each = |tell: &dyn Fn(&Figure) -> String| -> Vec<String> {
            cells.iter().map(|cell| cell.map_or_else(String::new, tell)).collect()
        };
        let mut add = |label: String, texts: Vec<String>| {
            table.add_row([Cell::new(label)].into_iter().chain(texts.into_iter().map(right)));
        };
        add(figure.label.to_owned(), each(&text::value));
        let intervals = each(&text::interval);
        if intervals.iter().any(|interval| !interval.is_empty()) {
            add("  interval".to_owned(), intervals);
        }
        let told: Vec<&Figure> = cells.iter().flatten().copied().collect();
        let counts: Vec<_> = told.iter().map(|figure| &figure.counts).collect();
        if counts != counted {
            for name in count_names(&told) {
                let texts = each(&|figure| text::count(figure, &name));
                add(format!("  {}", name.replace('_', " ")), texts);
            }
        }
        counted = counts;
    }
    any.then(|| table.to_string())
}

/// What the figures of a row count, each once: the first always, the others where not 0.
fn count_names(cells: &[&Figure]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (place, (name, count)) in cells.iter().flat_map(|figure| figure.counts.iter().enumerate()) {
        if (place == 0 || *count > 0) && !names.iter().any(|known| known == name) {
            names.push(name.to_string());
        }
    }
    names
}

/// How an account is treated, line by line.
pub(crate) fn treatment(row: &Treatment) -> Vec<(&'static str, String)> {
    let metrics: Vec<_> = row.metrics.iter().map(|name| text::printable(name)).collect();
    let silent = text::printable(&row.dormant_action.text);
    let silent = match row.dormant_action.within_days {
        Some(days) => format!("{silent}, within {days} days"),
        None => silent,
    };
    let mut lines = vec![
        ("support", text::printable(&row.support_model)),
        ("cadence", text::printable(&row.cadence.text)),
        ("retention", text::printable(&row.retention)),
        ("acquisition", text::printable(&row.acquisition)),
        ("revenue", text::printable(&row.revenue_model)),
        ("lead metrics", metrics.join(", ")),
        ("when silent", silent),
        ("technology", text::printable(&row.technology)),
        ("roles", text::printable(&row.roles)),
        ("cases", text::printable(&row.resolution)),
    ];
    if row.auto_close == Some(false) {
        lines.push(("auto-close", "never".to_owned()));
    }
    lines
}

/// Which class a figure is grouped by, for people.
pub(crate) const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::AsOf => "class as of the day",
        Basis::WindowOpening => "class when the window opened",
        Basis::RevenueOpening => "class when the revenue window opened",
    }
}
