//! Rows as text, and days as they stand in them.

use std::fmt::Write as _;

use chrono::{Months, NaiveDate, TimeDelta};
use tenure::model::Table;

/// The last day, counted from the first, 2023-01-01: 2025-12-31.
pub(super) const LAST_DAY: i64 = 1095;

/// The first day.
fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 1, 1).unwrap_or_default()
}

/// The calendar day of a number of days after 2023-01-01.
fn calendar(day: i64) -> NaiveDate {
    let days = TimeDelta::try_days(day).unwrap_or_default();
    first().checked_add_signed(days).unwrap_or(first())
}

/// The number of a calendar day; `None` before the first.
pub(super) fn number(day: NaiveDate) -> Option<i64> {
    Some(day.signed_duration_since(first()).num_days()).filter(|&number| number >= 0)
}

/// The number of the day so many months after another.
pub(super) fn months_after(day: i64, months: u32) -> i64 {
    let from = calendar(day);
    let to = from.checked_add_months(Months::new(months)).unwrap_or(from);
    day.saturating_add(to.signed_duration_since(from).num_days())
}

/// A day as it stands in a table.
pub(super) fn date(day: i64) -> String {
    calendar(day).to_string()
}

/// The minute of a day as it stands in a table; minutes past midnight run into the next days.
pub(super) fn instant(day: i64, minute: i64) -> String {
    let (days, minute) = (minute.div_euclid(1440), minute.rem_euclid(1440));
    let (hour, minute) = (minute.div_euclid(60), minute.rem_euclid(60));
    format!("{}T{hour:02}:{minute:02}:00Z", calendar(day.saturating_add(days)))
}

/// Cents as an amount.
pub(super) fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let size = cents.unsigned_abs();
    format!("{sign}{}.{:02}", size.wrapping_div(100), size.wrapping_rem(100))
}

/// Columns of a table, and the first letter of its ids.
fn shape(table: Table) -> (&'static str, &'static [&'static str]) {
    match table {
        Table::Contracts => (
            "K",
            &[
                "id",
                "account",
                "kind",
                "start",
                "end",
                "signed",
                "terms",
                "billing",
                "fiduciary",
                "exclusive",
                "renewal",
                "annual_value",
                "currency",
                "recorded_at",
            ],
        ),
        Table::Renewals => (
            "N",
            &[
                "id",
                "account",
                "contract",
                "due",
                "arr_due",
                "currency",
                "closed_at",
                "arr_renewed",
                "lost_at",
                "recorded_at",
            ],
        ),
        Table::Subscriptions => (
            "S",
            &[
                "id",
                "account",
                "subscription",
                "at",
                "seq",
                "change",
                "amount",
                "currency",
                "quantity",
                "interval",
                "count",
                "discount_percent",
                "discount_amount",
                "discount_until",
                "trial_end",
                "service_end",
                "recorded_at",
            ],
        ),
        Table::Purchases => (
            "P",
            &[
                "id",
                "account",
                "date",
                "amount",
                "currency",
                "item",
                "customised",
                "promotional",
                "reverses",
                "recorded_at",
            ],
        ),
        Table::Interactions => (
            "I",
            &[
                "id",
                "account",
                "date",
                "channel",
                "kind",
                "direction",
                "initiator",
                "personal",
                "recorded_at",
            ],
        ),
        Table::Deliverables => {
            ("D", &["id", "account", "due", "done", "item", "customised", "recorded_at"])
        }
        Table::Goals => {
            ("G", &["id", "account", "set", "goal", "reviews", "closed", "recorded_at"])
        }
        Table::Referrals => ("R", &["id", "account", "date", "recorded_at"]),
        Table::Assignments => {
            ("A", &["id", "account", "role", "person", "start", "end", "recorded_at"])
        }
        Table::Cases => (
            "C",
            &[
                "id",
                "account",
                "opened",
                "status",
                "first_reply",
                "resolved",
                "reopens",
                "agent_replies",
                "account_replies",
                "target_minutes",
                "paused_minutes",
                "bot",
                "channel",
                "recorded_at",
            ],
        ),
        Table::Contacts => {
            ("T", &["id", "account", "issue", "at", "resolved", "channel", "recorded_at"])
        }
        Table::Responses => {
            ("Q", &["id", "account", "date", "survey", "score", "touchpoint", "recorded_at"])
        }
        Table::Points => {
            ("L", &["id", "account", "date", "ledger", "points", "expires", "recorded_at"])
        }
        Table::Observations => {
            ("O", &["id", "account", "component", "value", "observed_at", "recorded_at"])
        }
        _ => ("", &["account", "name", "kind", "segment", "industry", "recorded_at"]),
    }
}

/// The text of one table.
#[derive(Debug)]
struct Sheet {
    table: Table,
    text: String,
    rows: u64,
}

/// All tables. No cell holds a comma, a quote or a line break, so none is quoted.
#[derive(Debug)]
pub(super) struct Tables(Vec<Sheet>);

impl Tables {
    /// Every table, with its header.
    pub(super) fn new() -> Self {
        let header = |table| Sheet { table, text: shape(table).1.join(",") + "\n", rows: 0 };
        Self(Table::ALL.map(header).into_iter().collect())
    }

    /// Writes a row: the cells named, the others empty, the id made here and given back.
    pub(super) fn put(&mut self, table: Table, cells: &[(&str, &str)]) -> String {
        let (letter, columns) = shape(table);
        let Some(sheet) = self.0.iter_mut().find(|sheet| sheet.table == table) else {
            return String::new();
        };
        sheet.rows = sheet.rows.saturating_add(1);
        let id = format!("{letter}{:05}", sheet.rows);
        for (at, column) in columns.iter().enumerate() {
            if at > 0 {
                sheet.text.push(',');
            }
            let named = cells.iter().find(|(name, _)| name == column);
            let cell = if *column == "id" { id.as_str() } else { named.map_or("", |cell| cell.1) };
            sheet.text.push_str(cell);
        }
        // A cell of no column shows: the row has too many, and the tests refuse it.
        for (name, cell) in cells.iter().filter(|(name, _)| !columns.contains(name)) {
            // Writing to a string cannot fail.
            let _ = write!(sheet.text, ",{name}={cell}");
        }
        sheet.text.push('\n');
        id
    }

    /// Name and content of every file.
    pub(super) fn into_files(self) -> impl Iterator<Item = (&'static str, String)> {
        self.0.into_iter().map(|sheet| (file_name(sheet.table), sheet.text))
    }
}

const fn file_name(table: Table) -> &'static str {
    match table {
        Table::Contracts => "contracts.csv",
        Table::Renewals => "renewals.csv",
        Table::Subscriptions => "subscriptions.csv",
        Table::Purchases => "purchases.csv",
        Table::Interactions => "interactions.csv",
        Table::Deliverables => "deliverables.csv",
        Table::Goals => "goals.csv",
        Table::Referrals => "referrals.csv",
        Table::Assignments => "assignments.csv",
        Table::Cases => "cases.csv",
        Table::Contacts => "contacts.csv",
        Table::Responses => "responses.csv",
        Table::Points => "points.csv",
        Table::Observations => "observations.csv",
        _ => "accounts.csv",
    }
}

#[cfg(test)]
mod tests {
    use super::{LAST_DAY, date, file_name, instant, money, months_after};
    use tenure::model::Table;

    #[test]
    fn days_minutes_and_cents() {
        assert_eq!((date(0), date(LAST_DAY)), ("2023-01-01".into(), "2025-12-31".into()));
        assert_eq!(instant(0, 1501), "2023-01-02T01:01:00Z");
        assert_eq!([5, -5, 123_456, -100].map(money), ["0.05", "-0.05", "1234.56", "-1.00"]);
        assert_eq!(date(months_after(30, 1)), "2023-02-28");
    }

    #[test]
    fn files_are_named_after_their_tables() {
        for table in Table::ALL {
            assert_eq!(file_name(table), format!("{}.csv", table.name()));
        }
    }
}
