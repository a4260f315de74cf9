//! The lists of a portfolio: RFM segments, who has gone quiet and who came back, loyalty tiers; as
//! tables that a terminal and a page show alike.

pub(crate) mod bins;
pub(crate) mod document;

use tenure::model::{Currency, Table as ModelTable};
use tenure::scorecard::{AccountLine, Counted, PointsSum, Scorecard, Silence};

use crate::{table, text};

/// Accounts of a list that a terminal shows; report.json has all.
const SHOWN: usize = 10;

/// A question with its answer.
pub(crate) struct Part {
    pub(crate) heading: String,
    pub(crate) notes: Vec<String>,
    pub(crate) grids: Vec<Grid>,
}

/// A table of texts, the first column to the left.
pub(crate) struct Grid {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Where the parts are shown, which says how much of a list has room.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Room {
    /// The first few that have gone quiet.
    Terminal,
    /// The first so many of each list.
    Page(usize),
}

/// The parts for a terminal.
pub(crate) fn render(card: &Scorecard) -> String {
    let mut out = String::new();
    for part in parts(card, Room::Terminal) {
        out.push_str(&part.heading);
        out.push('\n');
        for grid in part.grids {
            let head: Vec<&str> = grid.head.iter().map(String::as_str).collect();
            out.push_str(&format!("{}\n", table::columns(&head, grid.rows)));
        }
        for note in part.notes {
            out.push_str(&note);
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// Every part that has something to say.
pub(crate) fn parts(card: &Scorecard, room: Room) -> Vec<Part> {
    [rfm(card), Some(quiet(card, room)), loyalty(card)].into_iter().flatten().collect()
}

fn number(count: u64) -> String {
    text::grouped(i128::from(count))
}

/// A table of counts: a row a name, a column a class, and all.
fn counts(rows: impl IntoIterator<Item = (String, Counted)>) -> Grid {
    let mut head = vec![String::new()];
    let mut grid = Vec::new();
    for (name, counted) in rows {
        if head.len() == 1 {
            head.extend(counted.by_class.iter().map(|(class, _)| (*class).to_owned()));
            head.push("all".to_owned());
        }
        let classes = counted.by_class.iter().map(|(_, count)| number(*count));
        let row = [name].into_iter().chain(classes).chain([number(counted.accounts)]);
        grid.push(row.collect());
    }
    Grid { head, rows: grid }
}

fn spaced(name: &str) -> String {
    text::printable(name).replace('_', " ")
}

fn rfm(card: &Scorecard) -> Option<Part> {
    let rfm = card.rfm.as_ref()?;
    let bins = rfm.bins.as_ref()?;
    let shown = rfm.segments.iter().filter(|one| one.accounts > 0).chain([&rfm.without_purchase]);
    let grid = counts(shown.map(|one| (spaced(&one.name), one.clone())));
    let made = match (rfm.frozen, bins.made()) {
        (false, _) => "made of these accounts".to_owned(),
        (true, Some((day, accounts))) => {
            format!("frozen, made of {} accounts on {day}", number(accounts))
        }
        (true, None) => "frozen, of fixed cuts".to_owned(),
    };
    let sizes = |sizes: [u64; 5]| sizes.map(number).join(" ");
    let mut notes = vec![format!(
        "Scores 1 to 5 by bins {} ({made}); accounts with score 1 to 5: recency {}; frequency {}; \
         monetary value {}.",
        text::printable(bins.version()),
        sizes(rfm.sizes.recency),
        sizes(rfm.sizes.frequency),
        sizes(rfm.sizes.monetary),
    )];
    if rfm.other_currency > 0 {
        notes.push(format!(
            "Of those without purchase, {} purchased in another currency.",
            number(rfm.other_currency)
        ));
    }
    let heading = format!(
        "How lately, how often and for how much do they buy? ({} days to {}, segments {}; by the class \
         on that day)",
        rfm.window_days,
        card.as_of.day(),
        rfm.map.version()
    );
    Some(Part { heading, notes, grids: vec![grid] })
}

/// Days of a gap, a half day told.
pub(crate) fn gap_days(halves: i64) -> String {
    let whole = halves.div_euclid(2);
    if halves.rem_euclid(2) == 0 { whole.to_string() } else { format!("{whole}.5") }
}

/// What a quiet account is, and by what.
fn state(silence: &Silence) -> String {
    if silence.under_contract {
        "quiet contract".to_owned()
    } else {
        silence.by_purchases.name().to_owned()
    }
}

fn quiet(card: &Scorecard, room: Room) -> Part {
    let (most, most_returned) = match room {
        Room::Terminal => (SHOWN, 0),
        Room::Page(most) => (most, most),
    };
    let found = &card.re_engagement;
    let day = card.as_of.day();
    let named = |name: &str, one: &Counted| (name.to_owned(), one.clone());
    let mut rows: Vec<_> = found.rhythms.iter().map(|one| named(&spaced(&one.name), one)).collect();
    let under = |one: &Counted, name: &str| (one.accounts > 0).then(|| named(name, one));
    let contracts = [
        under(&found.contract_quiet, "  of these quiet by contract"),
        under(&found.contract_silent, "  of these silent by purchases"),
    ];
    // Under the first row, that of the contracts.
    rows.splice(1..1, contracts.into_iter().flatten());
    rows.push(named("re-engaged", &found.reengaged));
    rows.extend(found.win_backs.iter().map(|one| named(&format!("returned, {}", one.name), one)));
    let mut grids = vec![counts(rows)];
    let mut notes = vec![
        "Own gap: the median of the days between purchase days, from 2 gaps on. Dormant: silent for \
         more than 3 own gaps; cooling: for 2 or more. Of accounts under contract the contract and \
         the dialogue decide. Re-engaged: back within 90 days after more than 3 own gaps; returned: \
         in the window, won by a second purchase within the own gap."
            .to_owned(),
    ];
    for (table, what, doubt) in [
        (ModelTable::Purchases, "Purchases", "silence may be a gap in the data"),
        (ModelTable::Contracts, "Contracts", "who is under one may not be seen"),
    ] {
        let used = card.tables.iter().find(|used| used.table == table);
        if let Some(used) = used.filter(|used| !used.completeness.is_complete()) {
            notes.push(format!("{what} are declared {}: {doubt}.", used.completeness.name()));
        }
    }
    let lines: Vec<&AccountLine> =
        found.quiet.iter().take(most).filter_map(|&place| card.accounts.get(place)).collect();
    if !lines.is_empty() {
        let head = [
            "gone quiet",
            "class",
            "state",
            "last purchase",
            "days silent",
            "own gap",
            "dormant from",
            "paid in window",
        ];
        let row = |line: &&AccountLine| quiet_row(line, card);
        let head = head.map(str::to_owned).into();
        grids.push(Grid { head, rows: lines.iter().map(row).collect() });
        notes.push(format!(
            "Listed: {} of {} that have gone quiet, by what they paid in the window, then the longest \
             silence in own gaps; report.json lists all.",
            text::grouped(i128::try_from(lines.len()).unwrap_or(i128::MAX)),
            text::grouped(i128::try_from(found.quiet.len()).unwrap_or(i128::MAX))
        ));
    }
    let back = found.returned.iter().take(most_returned);
    let back = back.filter_map(|&place| returned_row(card.accounts.get(place)?));
    let back: Vec<Vec<String>> = back.collect();
    if !back.is_empty() {
        let head = ["came back", "class", "on", "after days", "second purchase by", "outcome"];
        grids.push(Grid { head: head.map(str::to_owned).into(), rows: back });
    }
    let window = card.window.start();
    let heading = format!(
        "Who has gone quiet, and who came back? (as of {day}, returns from {window} on; by the class on \
         that day)"
    );
    Part { heading, notes, grids }
}

fn quiet_row(line: &AccountLine, card: &Scorecard) -> Vec<String> {
    let silence = &line.silence;
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let money = |currency: Currency| Some(text::money(line.paid_in_window?, currency));
    vec![
        text::printable(line.account.as_str()),
        line.class.to_owned(),
        state(silence),
        or_dash(silence.last_purchase.map(|day| day.to_string())),
        or_dash(silence.silent_days(card.as_of.day()).map(|days| days.to_string())),
        or_dash(silence.own_gap_halves.map(gap_days)),
        or_dash(silence.dormant_from.map(|day| day.to_string())),
        or_dash(card.currency.and_then(money)),
    ]
}

fn returned_row(line: &AccountLine) -> Option<Vec<String>> {
    let back = line.silence.win_back?;
    Some(vec![
        text::printable(line.account.as_str()),
        line.class.to_owned(),
        back.returned().to_string(),
        back.silence_days().to_string(),
        back.deadline().to_string(),
        back.outcome().name().to_owned(),
    ])
}

fn loyalty(card: &Scorecard) -> Option<Part> {
    let loyalty = &card.loyalty;
    if loyalty.programme.is_none() && loyalty.members.accounts == 0 {
        return None;
    }
    let entries = format!(
        "Entries of points: {} qualifying, {} redeemable.",
        number(loyalty.qualifying_entries),
        number(loyalty.redeemable_entries)
    );
    let Some(programme) = &loyalty.programme else {
        let note = format!(
            "{entries} No programme is named, so there are no tiers and no balances: add [loyalty] to \
             tenure.toml."
        );
        let grid = counts([("accounts with points".to_owned(), loyalty.members.clone())]);
        let heading = format!("Which points do they have? (as of {})", card.as_of.day());
        return Some(Part { heading, notes: vec![note], grids: vec![grid] });
    };
    let tiers = loyalty.tiers.iter().map(|one| (text::printable(&one.name), one.clone()));
    let all = ("members".to_owned(), loyalty.members.clone());
    let mut grid = counts(tiers.chain([all]));
    let shown = |sum: &&PointsSum| sum.name != "overdrawn" || sum.total > 0;
    grid.rows.extend(loyalty.points.iter().filter(shown).map(|sum| {
        let name = match sum.name {
            "outstanding" => "points outstanding".to_owned(),
            "expiring" => format!("  expiring by {}", loyalty.expiring_by),
            other => format!("points {other}"),
        };
        let classes = sum.by_class.iter().map(|(_, points)| text::grouped(*points));
        [name].into_iter().chain(classes).chain([text::grouped(sum.total)]).collect()
    }));
    let heading = format!(
        "Which tier do they hold? (programme {}, {} window, {} landing, as of {}; by the class on that \
         day)",
        text::printable(programme.id()),
        programme.window().name(),
        programme.landing().name(),
        card.as_of.day()
    );
    let note = format!(
        "{entries} A member joined with its first entry. A tier is loyalty to the programme and says \
         nothing about who is a client."
    );
    Some(Part { heading, notes: vec![note], grids: vec![grid] })
}
