//! `report.html`: the scorecard as one self-contained page.

use std::fmt::Write as _;
use std::io::{self, Write};

use tenure::classify::Reason;
use tenure::scorecard::{Figure, Scorecard, Section};

use crate::document::FileLine;
use crate::table::{self, Column};
use crate::{lists, text};

/// Accounts listed on the page; report.json lists all.
const MAX_ACCOUNTS: usize = 1_000;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--soft:#8881}\
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}\
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin:2.2rem 0 .2rem}\
p.note{margin:.1rem 0 .6rem;opacity:.75}\
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}\
th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid var(--line)}\
td small{display:block;opacity:.7}tr:hover{background:var(--soft)}\
td.text,th.text{text-align:left}details{margin:.6rem 0}dt{font-weight:600;margin-top:.5rem}\
dd{margin:0 0 0 1rem}code{font-size:.9em}";

/// Writes the page.
pub(crate) fn write(out: &mut dyn Write, card: &Scorecard, files: &[FileLine]) -> io::Result<()> {
    let mut page = String::new();
    let title = format!("Scorecard as of {}", card.as_of.day());
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n\
         <p class=\"note\">{} accounts, known at {}, {}, rules {}, playbook {}. Written by tenure {}.</p>\n",
        text::grouped(i128::from(card.total.accounts)),
        card.as_of.knowledge_day(),
        card.currency.map_or("no money", |currency| currency.code()),
        escape(&card.rule_set),
        escape(&card.playbook),
        env!("CARGO_PKG_VERSION"),
    );
    population(&mut page, card);
    let columns = table::classes(card);
    for section in Section::ALL {
        let window = table::window(card, section);
        figures(&mut page, &columns, section, table::question(section), &window);
    }
    let columns = table::stages(card);
    for section in Section::ALL {
        let heading = format!("{} By stage", table::question(section));
        let note =
            format!("{}; the stage on the day that the class is taken", table::days(card, section));
        figures(&mut page, &columns, section, &heading, &note);
    }
    periods(&mut page, card);
    if card.by_segment.len() > 1 {
        let columns: Vec<Column<'_>> = card.by_segment.iter().map(Column::from).collect();
        for section in Section::ALL {
            let heading = format!("{} By segment", table::question(section));
            let days = table::days(card, section);
            figures(&mut page, &columns, section, &heading, &days);
        }
    }
    listed(&mut page, card);
    models(&mut page, card);
    data(&mut page, card, files);
    definitions(&mut page, card);
    accounts(&mut page, card);
    page.push_str("</body></html>\n");
    out.write_all(page.as_bytes())
}

/// Text as it may stand in a page.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn open_table(page: &mut String, head: impl IntoIterator<Item = String>) {
    page.push_str("<div class=\"wide\"><table><thead><tr>");
    for name in head {
        let _ = write!(page, "<th>{}</th>", escape(&name));
    }
    page.push_str("</tr></thead><tbody>\n");
}

fn close_table(page: &mut String) {
    page.push_str("</tbody></table></div>\n");
}

fn population(page: &mut String, card: &Scorecard) {
    page.push_str("<h2>Who are they to us?</h2>\n");
    page.push_str(
        "<p class=\"note\">Hybrid speaks of the account: it is both. Undetermined speaks of us: \
         what we know does not settle it.</p>\n",
    );
    if let Some(hint) = table::missing_evidence(card) {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escape(&hint));
    }
    if let Some(left_out) = table::other_currency(card) {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escape(&left_out));
    }
    let spreads = card.spreads.iter().map(|one| table::spread(one, card));
    for line in table::moves(card).into_iter().chain(spreads) {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escape(&line));
    }
    let stages = card.population.first().map_or(&[][..], |class| &class.stages);
    let head = ["class", "accounts"].into_iter().chain(stages.iter().map(|&(stage, _)| stage));
    open_table(page, head.map(str::to_owned));
    for class in &card.population {
        let _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td>",
            class.class,
            text::grouped(i128::from(class.accounts))
        );
        for (_, count) in &class.stages {
            let _ = write!(page, "<td>{}</td>", text::grouped(i128::from(*count)));
        }
        page.push_str("</tr>\n");
    }
    close_table(page);
}

/// The figures over a window by period: all accounts, and folded away each class.
fn periods(page: &mut String, card: &Scorecard) {
    let all = table::periods(card);
    let length = card.period.name();
    let note = format!(
        "{}; classes are those when the window opened, in all periods",
        table::cut_from(card)
    );
    for section in Section::ALL {
        let heading = format!("{} By {length}", table::question(section));
        if !figures(page, &all, section, &heading, &note) {
            continue;
        }
        for (place, class) in card.by_class.iter().enumerate() {
            let own = card.by_period.iter().filter_map(|one| {
                let (_, figures) = one.by_class.get(place)?;
                Some(Column { name: &one.name, figures })
            });
            let columns: Vec<Column<'_>> = own.collect();
            let mut table = String::new();
            if figure_table(&mut table, &columns, section) {
                let _ = write!(
                    page,
                    "<details><summary>{}</summary>\n{table}</details>\n",
                    escape(&class.name)
                );
            }
        }
    }
}

/// A section, if there is anything in it.
fn figures(
    page: &mut String,
    columns: &[Column<'_>],
    section: Section,
    heading: &str,
    note: &str,
) -> bool {
    let mut table = String::new();
    let any = figure_table(&mut table, columns, section);
    if any {
        let (heading, note) = (escape(heading), escape(note));
        let _ = write!(page, "<h2>{heading}</h2>\n<p class=\"note\">{note}</p>\n{table}");
    }
    any
}

/// The figures of a section that any column tells, if there are any.
fn figure_table(page: &mut String, columns: &[Column<'_>], section: Section) -> bool {
    let told = |id: &str| {
        columns.iter().filter_map(|one| one.figure(id)).any(|figure| !text::is_empty(figure))
    };
    let rows: Vec<&Figure> = Column::fullest(columns)
        .iter()
        .filter(|figure| figure.section == section && told(figure.id))
        .collect();
    if rows.is_empty() {
        return false;
    }
    open_table(
        page,
        [String::new()].into_iter().chain(columns.iter().map(|column| column.name.to_owned())),
    );
    for figure in rows {
        let _ = write!(
            page,
            "<tr><td title=\"{}\">{}</td>",
            escape(&figure.definition),
            escape(figure.label)
        );
        for column in columns {
            let Some(figure) = column.figure(figure.id) else {
                page.push_str("<td></td>");
                continue;
            };
            let note = if text::is_empty(figure) { String::new() } else { text::note(figure) };
            let _ = write!(
                page,
                "<td>{}<small>{}</small></td>",
                escape(&text::value(figure)),
                escape(&note)
            );
        }
        page.push_str("</tr>\n");
    }
    close_table(page);
    true
}

/// The lists: RFM segments, who has gone quiet, loyalty tiers.
fn listed(page: &mut String, card: &Scorecard) {
    for part in lists::parts(card, lists::Room::Page(MAX_ACCOUNTS)) {
        let _ = writeln!(page, "<h2>{}</h2>", escape(&part.heading));
        for note in part.notes {
            let _ = writeln!(page, "<p class=\"note\">{}</p>", escape(&note));
        }
        for grid in part.grids {
            open_table(page, grid.head);
            for row in grid.rows {
                page.push_str("<tr>");
                for cell in row {
                    let _ = write!(page, "<td>{}</td>", escape(&cell));
                }
                page.push_str("</tr>\n");
            }
            close_table(page);
        }
    }
}

fn models(page: &mut String, card: &Scorecard) {
    if card.models.is_empty() {
        return;
    }
    page.push_str("<h2>Models</h2>\n<dl>\n");
    for model in &card.models {
        let _ = writeln!(
            page,
            "<dt>{}</dt><dd>{}</dd>",
            escape(&model.definition),
            escape(&table::model_line(model))
        );
    }
    page.push_str("</dl>\n");
}

fn data(page: &mut String, card: &Scorecard, files: &[FileLine]) {
    page.push_str("<h2>What was read</h2>\n");
    let head = ["file", "rows", "kept", "duplicates", "filtered", "rejected", "note"];
    open_table(page, head.map(str::to_owned));
    for file in files {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td class=\"text\">{}</td></tr>",
            escape(&file.file),
            file.rows,
            file.kept,
            file.duplicates,
            file.filtered,
            file.rejected,
            escape(file.note.as_deref().unwrap_or_default())
        );
    }
    close_table(page);
    let head = ["table", "coverage", "records", "after as-of", "not yet known", "other currency"];
    open_table(page, head.map(str::to_owned));
    for table in &card.tables {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            table.table.name(),
            table.completeness.name(),
            table.records,
            table.after_as_of,
            table.not_yet_known,
            table.other_currency
        );
    }
    close_table(page);
}

fn definitions(page: &mut String, card: &Scorecard) {
    page.push_str(
        "<h2>Definitions</h2>\n<details><summary>Every figure's definition</summary>\n<dl>\n",
    );
    for figure in &card.total.figures {
        let _ = writeln!(
            page,
            "<dt>{} <code>{}</code></dt><dd>{} Grouped by {}.</dd>",
            escape(figure.label),
            figure.id,
            escape(&figure.definition),
            table::basis(figure.basis)
        );
    }
    page.push_str("</dl></details>\n");
}

fn accounts(page: &mut String, card: &Scorecard) {
    page.push_str("<h2>Accounts</h2>\n");
    if card.accounts.len() > MAX_ACCOUNTS {
        let _ = writeln!(
            page,
            "<p class=\"note\">The first {MAX_ACCOUNTS} of {}; report.json lists all.</p>",
            text::grouped(i128::try_from(card.accounts.len()).unwrap_or_default())
        );
    }
    let head = [
        "account",
        "class",
        "score",
        "stage",
        "confidence",
        "health",
        "P(alive)",
        "RFM",
        "rhythm",
        "tier",
        "why",
    ];
    open_table(page, head.map(str::to_owned));
    let tiers: Vec<&str> = match &card.loyalty.programme {
        Some(programme) => programme.tiers().map(|(name, _)| name).collect(),
        None => Vec::new(),
    };
    for line in card.accounts.iter().take(MAX_ACCOUNTS) {
        let tier = line.membership.and_then(|member| tiers.get(usize::from(member.tier)));
        let tier = tier.copied().unwrap_or("–");
        let span = |(low, high): (i64, i64)| {
            if low == high { low.to_string() } else { format!("{low} to {high}") }
        };
        // On the scale of the section above: 0 to 100.
        let health = |(low, high): (i64, i64)| {
            let text = |score| text::thousandths(i128::from(score));
            if low == high { text(low) } else { format!("{} to {}", text(low), text(high)) }
        };
        let open = line.possible.iter().any(|&possible| possible != line.class);
        let class = if line.class == "undetermined" && open {
            format!("undetermined ({})", line.possible.join(" or "))
        } else {
            line.class.to_owned()
        };
        let class = match line.overridden {
            Some(word) => format!("{class} (a person decided: {word})"),
            None => class,
        };
        let told = |code: &&'static str| Reason::from_name(code).map_or(*code, Reason::text);
        let why: Vec<&str> = line.reasons.iter().map(told).collect();
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"text\">{}</td></tr>",
            escape(line.account.as_str()),
            escape(&class),
            span(line.score),
            line.stage,
            line.confidence,
            line.health.map_or_else(|| "–".to_owned(), health),
            line.p_alive.map_or_else(|| "–".to_owned(), |p| format!("{p:.2}")),
            line.rfm.map_or_else(|| "–".to_owned(), |score| score.to_string()),
            line.silence.rhythm().name().replace('_', " "),
            escape(tier),
            escape(&why.join("; "))
        );
    }
    close_table(page);
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(super::escape("<b>&\"'"), "&lt;b&gt;&amp;&quot;&#39;");
    }
}
