//! Customers from a file or a folder.

use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};
use tenure::clv::{
    DiscountRate, HistoryColumns, OccasionPeriod, PurchaseLog, PurchaseRow, PurchaseTime, Refunds,
    Spend, SummaryDefinition, TimeSpan, TimeUnit,
};
use tenure::ingest::Ingested;
use tenure::model::{AsOf, Currency, Minor};

use super::ClvArgs;
use super::when::Clock;
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::{progress, settings, text};

/// What the models see of each customer, as columns.
#[derive(Debug)]
pub(crate) struct Customers {
    /// What was read: a file's name, or a folder's.
    pub(crate) source: String,
    /// By customer; `None` where the file names none: then they are numbered.
    pub(crate) ids: Option<Vec<String>>,
    pub(crate) x: Vec<u64>,
    pub(crate) recency: Vec<f64>,
    pub(crate) age: Vec<f64>,
    /// Mean spend of the repeats, where there is one.
    pub(crate) spends: Vec<Option<Spend>>,
    pub(crate) unit: TimeUnit,
    pub(crate) as_of: Option<PurchaseTime>,
    /// How `--cut` is read.
    pub(crate) clock: Clock,
    pub(crate) currency: Option<Currency>,
    pub(crate) refunds: Option<Refunds>,
    /// Rows and customers left out, by reason.
    pub(crate) left_out: Vec<(&'static str, u64)>,
    /// The purchases, if there are any to tell what came after a day.
    pub(crate) log: Option<PurchaseLog<String>>,
}

impl Customers {
    /// The columns, checked.
    pub(crate) fn columns(&self) -> Result<HistoryColumns<'_>, CommandError> {
        HistoryColumns::new(&self.x, &self.recency, &self.age, self.unit)
            .map_err(|error| CommandError::Clv(format!("`{}`: {error}", self.source)))
    }

    pub(crate) fn len(&self) -> usize {
        self.x.len()
    }

    /// What one occasion spans; `None` where histories were read, which do not say.
    pub(crate) fn period(&self) -> Option<OccasionPeriod> {
        self.log.as_ref().map(|log| log.definition().period())
    }
}

/// What is taken where nothing was typed.
#[derive(Debug)]
pub(crate) struct Defaults {
    pub(crate) horizon: TimeSpan,
    pub(crate) discount: DiscountRate,
    pub(crate) margin: f64,
}

/// Reads what the arguments name.
pub(crate) fn customers(args: &ClvArgs) -> Result<(Customers, Defaults, Rejects), CommandError> {
    match &args.path {
        Some(path) if path.is_file() => {
            let told = |error: &dyn std::error::Error| CommandError::Clv(error.to_string());
            let defaults = Defaults {
                horizon: TimeSpan::new(52.0, TimeUnit::Week).map_err(|error| told(&error))?,
                discount: DiscountRate::per_year(0.1).map_err(|error| told(&error))?,
                margin: 1.0,
            };
            Ok((file(args, path)?, defaults, Rejects::None))
        }
        Some(path) if !path.exists() => {
            let source = std::io::Error::from(std::io::ErrorKind::NotFound);
            Err(CommandError::ReadDocument { path: path.clone(), source })
        }
        _ => folder(args),
    }
}

/// A number as files write it: no `inf`, no `nan`.
#[expect(clippy::disallowed_methods, reason = "checked to consist of digits, sign and exponent")]
pub(crate) fn number(text: &str) -> Option<f64> {
    let plain =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    if text.bytes().all(plain) { text.parse().ok().filter(|n: &f64| n.is_finite()) } else { None }
}

/// Where in a file something is, and what is wrong with it.
struct Place<'a> {
    path: &'a Path,
    line: u64,
    column: &'a str,
}

impl Place<'_> {
    fn fault(&self, found: &str, why: &str) -> CommandError {
        CommandError::Clv(format!(
            "`{}` line {}, column {}: `{found}` {why}",
            self.path.display(),
            self.line,
            self.column
        ))
    }
}

/// Columns of a header by name.
fn places(header: &[String], names: &[&str]) -> Option<Vec<usize>> {
    names.iter().map(|name| header.iter().position(|other| other == name)).collect()
}

fn file(args: &ClvArgs, path: &Path) -> Result<Customers, CommandError> {
    let failed = |source| CommandError::ReadDocument { path: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(failed)?.len();
    let bar = progress::bytes(bytes);
    bar.set_message(path.display().to_string());
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut reader = ReaderBuilder::new().from_reader(bar.wrap_read(file));
    let wrong = |error: csv::Error| CommandError::Clv(format!("`{}`: {error}", path.display()));
    let header = reader.byte_headers().map_err(wrong)?;
    let header: Vec<String> = header
        .iter()
        .map(|name| String::from_utf8_lossy(name).trim_start_matches('\u{feff}').trim().to_owned())
        .collect();
    let mut rows = Rows { path, reader, record: ByteRecord::new() };
    if let Some(twice) = (1..)
        .zip(&header)
        .find(|(place, name)| header.iter().skip(*place).any(|other| other == *name))
    {
        return Err(CommandError::Clv(format!(
            "`{}` has the column `{}` twice",
            path.display(),
            twice.1
        )));
    }
    if let Some(columns) = places(&header, &["x", "t_x", "T"]) {
        tell_unread(path, &header, &["x", "t_x", "T", "zbar", "id"], "customer");
        let optional = |name| header.iter().position(|other| other == name);
        let columns = Columns { of_history: columns, zbar: optional("zbar"), id: optional("id") };
        return histories(args, &mut rows, &columns);
    }
    if let Some(columns) = places(&header, &["id", "date", "cents"]) {
        tell_unread(path, &header, &["id", "date", "cents"], "purchase");
        return purchases(args, &mut rows, &columns);
    }
    Err(CommandError::Clv(format!(
        "`{}` has the columns {}: `x,t_x,T` of customers or `id,date,cents` of purchases are needed",
        path.display(),
        header.join(", ")
    )))
}

/// Says which columns nobody looks at: one that weighs the rows would be missed.
fn tell_unread(path: &Path, header: &[String], known: &[&str], row: &str) {
    let unread = header.iter().map(String::as_str).filter(|name| !known.contains(name));
    let unread: Vec<&str> = unread.collect();
    if !unread.is_empty() {
        let (path, unread) = (path.display().to_string(), unread.join(", "));
        eprintln!(
            "{}: every row is one {row}; not read: {}",
            text::printable(&path),
            text::printable(&unread)
        );
    }
}

/// The rows of a file, one at a time.
struct Rows<'a, R> {
    path: &'a Path,
    reader: csv::Reader<R>,
    record: ByteRecord,
}

impl<R: std::io::Read> Rows<'_, R> {
    fn next(&mut self) -> Result<bool, CommandError> {
        let read = self.reader.read_byte_record(&mut self.record);
        read.map_err(|error| CommandError::Clv(format!("`{}`: {error}", self.path.display())))
    }

    fn place<'a>(&'a self, column: &'a str) -> Place<'a> {
        let line = self.record.position().map_or(0, csv::Position::line);
        Place { path: self.path, line, column }
    }

    /// The text of a cell.
    fn text(&self, at: usize, column: &str) -> Result<&str, CommandError> {
        let cell = self.record.get(at).unwrap_or_default();
        let text = std::str::from_utf8(cell).map_err(|_| {
            self.place(column).fault(&String::from_utf8_lossy(cell), "is not UTF-8")
        })?;
        Ok(text.trim())
    }

    fn number(&self, at: usize, column: &str) -> Result<f64, CommandError> {
        let text = self.text(at, column)?;
        number(text).ok_or_else(|| self.place(column).fault(text, "is not a number"))
    }

    /// A whole number, written with or without `.0`.
    fn whole(&self, at: usize, column: &str) -> Result<i64, CommandError> {
        let text = self.text(at, column)?;
        let digits = text.strip_suffix(".0").unwrap_or(text);
        let (negative, digits) =
            digits.strip_prefix('-').map_or((false, digits), |digits| (true, digits));
        let fault = || self.place(column).fault(text, "is not a whole number");
        if digits.is_empty() || digits.len() > 18 {
            return Err(fault());
        }
        let mut value = 0_i64;
        for byte in digits.bytes() {
            let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9).ok_or_else(fault)?;
            // At most 18 digits.
            value = value.saturating_mul(10).saturating_add(i64::from(digit));
        }
        Ok(if negative { value.saturating_neg() } else { value })
    }
}

struct Columns {
    of_history: Vec<usize>,
    zbar: Option<usize>,
    id: Option<usize>,
}

fn histories<R: std::io::Read>(
    args: &ClvArgs,
    rows: &mut Rows<'_, R>,
    columns: &Columns,
) -> Result<Customers, CommandError> {
    let of_purchases = [
        ("--as-of", args.as_of.is_some()),
        ("--cut", args.cut.is_some()),
        ("--refunds", args.refunds.is_some()),
        ("--period", args.period.is_some()),
        ("--time-zone", args.time_zone.is_some()),
    ];
    if let Some((option, _)) = of_purchases.iter().find(|(_, typed)| *typed) {
        return Err(CommandError::Clv(format!(
            "`{}` holds customers, not purchases: {option} means nothing there",
            rows.path.display()
        )));
    }
    let unit = args.unit.unwrap_or(TimeUnit::Week);
    let clock = Clock { period: OccasionPeriod::Day, zone: None };
    let mut found = empty(rows.path.display().to_string(), unit, clock);
    let mut ids = columns.id.map(|_| Vec::new());
    let &[x, recency, age] = columns.of_history.as_slice() else { return Ok(found) };
    let (mut unpriced, mut out_of_range) = (0_u64, 0_u64);
    while rows.next()? {
        let count = rows.whole(x, "x")?;
        let count = u64::try_from(count)
            .map_err(|_| rows.place("x").fault(&count.to_string(), "is below 0"))?;
        let (t_x, t) = (rows.number(recency, "t_x")?, rows.number(age, "T")?);
        tenure::clv::History::new(count, t_x, t, unit)
            .map_err(|error| rows.place("x").fault(&count.to_string(), &format!(": {error}")))?;
        found.x.push(count);
        found.recency.push(t_x);
        found.age.push(t);
        let mut spend = None;
        if let Some(zbar) = columns.zbar {
            let mean = rows.number(zbar, "zbar")?;
            if mean < 0.0 {
                return Err(rows.place("zbar").fault(&mean.to_string(), "is below 0"));
            }
            if count > 0 {
                spend = Spend::new(count, mean).ok();
                let count = if mean > 0.0 { &mut out_of_range } else { &mut unpriced };
                if spend.is_none() {
                    *count = count.saturating_add(1);
                }
            }
        }
        found.spends.push(spend);
        if let (Some(ids), Some(at)) = (&mut ids, columns.id) {
            ids.push(rows.text(at, "id")?.to_owned());
        }
    }
    found.ids = ids;
    if columns.zbar.is_some() {
        found.left_out.push(("repeat customers without spend", unpriced));
        found.left_out.push(("mean spends outside 1e-12 to 1e12", out_of_range));
    }
    found.left_out.retain(|(_, count)| *count > 0);
    Ok(found)
}

fn empty(source: String, unit: TimeUnit, clock: Clock) -> Customers {
    Customers {
        source,
        ids: None,
        x: Vec::new(),
        recency: Vec::new(),
        age: Vec::new(),
        spends: Vec::new(),
        unit,
        as_of: None,
        clock,
        currency: None,
        refunds: None,
        left_out: Vec::new(),
        log: None,
    }
}

fn purchases<R: std::io::Read>(
    args: &ClvArgs,
    rows: &mut Rows<'_, R>,
    columns: &[usize],
) -> Result<Customers, CommandError> {
    let currency = Currency::new(&args.currency)
        .map_err(|error| CommandError::Clv(format!("--currency: {error}")))?;
    if currency.minor_per_major() != 100 {
        return Err(CommandError::Clv(format!("--currency: {currency} has no cents")));
    }
    let refunds = args.refunds.unwrap_or(Refunds::Net);
    let clock = Clock { period: args.period.unwrap_or_default(), zone: args.time_zone };
    let definition = SummaryDefinition::new(currency, refunds).with_period(clock.period);
    let mut log = PurchaseLog::new(definition);
    let mut last: Option<PurchaseTime> = None;
    let &[id, date, cents] = columns else {
        return Ok(empty(String::new(), TimeUnit::Week, clock));
    };
    while rows.next()? {
        let text = rows.text(date, "date")?;
        let time = clock.of_row(text).map_err(|why| rows.place("date").fault(text, &why))?;
        let minor = rows.whole(cents, "cents")?;
        if minor < 0 && args.refunds.is_none() {
            return Err(rows.place("cents").fault(
                &minor.to_string(),
                "is a refund: say with --refunds drop, net or offset what it does",
            ));
        }
        let row = PurchaseRow::signed(time, Minor::new(minor))
            .map_err(|error| rows.place("date").fault(text, &error.to_string()))?;
        let customer = rows.text(id, "id")?.to_owned();
        log.push(customer, row)
            .map_err(|error| rows.place("cents").fault(&minor.to_string(), &error.to_string()))?;
        last = last.max(Some(time));
    }
    let path: PathBuf = rows.path.to_owned();
    let typed = args.as_of.as_ref().map(|typed| clock.end_of(typed)).transpose();
    let typed = typed.map_err(|why| CommandError::Clv(format!("--as-of: {why}")))?;
    let as_of = typed
        .or(last)
        .ok_or_else(|| CommandError::Clv(format!("`{}` holds no purchase", path.display())))?;
    let unit = args.unit.unwrap_or(TimeUnit::Week);
    of_log(path.display().to_string(), log, (as_of, clock), unit, Vec::new())
}

/// The customers of a log.
fn of_log(
    source: String,
    log: PurchaseLog<String>,
    (as_of, clock): (PurchaseTime, Clock),
    unit: TimeUnit,
    mut left_out: Vec<(&'static str, u64)>,
) -> Result<Customers, CommandError> {
    let mut found = empty(source, unit, clock);
    let summaries = log.summaries(as_of).map_err(|error| CommandError::Clv(error.to_string()))?;
    let mut ids = Vec::with_capacity(summaries.rows.len());
    let mut unpriced = 0_u64;
    for (id, summary) in &summaries.rows {
        let told = summary.history(unit);
        ids.push((*id).clone());
        found.x.push(told.x());
        found.recency.push(told.recency());
        found.age.push(told.age());
        let spend = summary.mean_spend();
        if spend.is_none() && told.x() > 0 {
            unpriced = unpriced.saturating_add(1);
        }
        found.spends.push(spend);
    }
    left_out.push(("purchases after as-of", summaries.later_rows));
    left_out.push(("customers without a purchase by then", summaries.without_purchase));
    left_out.push(("repeat customers without spend", unpriced));
    let unabsorbed = u64::try_from(summaries.unabsorbed_refunds).unwrap_or(u64::MAX);
    left_out.push(("minor units refunded beyond any purchase", unabsorbed));
    left_out.retain(|(_, count)| *count > 0);
    found.left_out = left_out;
    found.ids = Some(ids);
    found.as_of = Some(as_of);
    found.currency = Some(log.definition().currency());
    found.refunds = Some(log.definition().refunds());
    found.log = Some(log);
    Ok(found)
}

fn folder(args: &ClvArgs) -> Result<(Customers, Defaults, Rejects), CommandError> {
    if args.period == Some(OccasionPeriod::Instant) {
        return Err(CommandError::Clv(
            "--period: the purchases of a folder are days, and instants are needed".to_owned(),
        ));
    }
    if args.time_zone.is_some() {
        return Err(CommandError::Clv(
            "--time-zone: a folder says so itself, in `time_zone` of tenure.toml".to_owned(),
        ));
    }
    let input = args.input()?;
    let ingested = input::read(&input)?;
    let as_of = ingested.as_of.ok_or(CommandError::NoAsOf)?;
    let chosen = settings::read(as_of, &ingested, &ClvArgs::question())?;
    let value = chosen.settings.value;
    let nothing = |key: &str| CommandError::Clv(format!("no {key} is set"));
    let defaults = Defaults {
        horizon: value.horizon.ok_or_else(|| nothing("horizon"))?,
        discount: value.discount.ok_or_else(|| nothing("discount"))?,
        margin: value.margin,
    };
    let mut as_of = AsOf::new(as_of).in_zone(chosen.settings.zone);
    if let Some(known_at) = chosen.settings.known_at {
        as_of = as_of.known_at(known_at);
    }
    let currency = currency(&ingested, as_of)?;
    let refunds = args.refunds.unwrap_or(value.refunds);
    let clock = Clock { period: args.period.unwrap_or_default(), zone: None };
    let definition = SummaryDefinition::new(currency, refunds).with_period(clock.period);
    let mut log = PurchaseLog::new(definition);
    let (mut unseen, mut other_currency) = (0_u64, 0_u64);
    for relationship in ingested.book.relationships() {
        for entry in relationship.purchases() {
            let purchase = &entry.record;
            if !as_of.sees(purchase.date, entry.recorded_at) {
                unseen = unseen.saturating_add(1);
            } else if purchase.currency() != currency {
                other_currency = other_currency.saturating_add(1);
            } else {
                let day = relationship.purchase_day_of(entry, as_of);
                let told = |error: &dyn std::error::Error| {
                    CommandError::Clv(format!("{}: {error}", relationship.account()))
                };
                let row = PurchaseRow::signed(day, purchase.minor());
                let row = row.map_err(|error| told(&error))?;
                let account = relationship.account().as_str().to_owned();
                log.push(account, row).map_err(|error| told(&error))?;
            }
        }
    }
    let source = match &args.path {
        Some(path) => path.display().to_string(),
        None => "the demo portfolio".to_owned(),
    };
    let unit = args.unit.unwrap_or(value.unit);
    let left_out =
        vec![("purchases not seen yet", unseen), ("purchases in another currency", other_currency)];
    let found = of_log(source, log, (as_of.day().into(), clock), unit, left_out)?;
    Ok((found, defaults, input::tell(&input, &ingested, None)))
}

/// The reporting currency, or the only one there is.
fn currency(ingested: &Ingested, as_of: AsOf) -> Result<Currency, CommandError> {
    if let Some(currency) = ingested.currency {
        return Ok(currency);
    }
    let mut found: Option<Currency> = None;
    for relationship in ingested.book.relationships() {
        for entry in relationship.purchases() {
            let other = entry.record.currency();
            if !as_of.sees(entry.record.date, entry.recorded_at) || found == Some(other) {
                continue;
            }
            if let Some(known) = found {
                return Err(CommandError::Clv(format!(
                    "purchases are in {known} and {other}: set `currency` in tenure.toml"
                )));
            }
            found = Some(other);
        }
    }
    found.ok_or_else(|| CommandError::Clv("there is no purchase to learn from".to_owned()))
}
