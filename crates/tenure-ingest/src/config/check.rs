//! From what `tenure.toml` spells to what it means.

use std::ops::Range;

use chrono::NaiveDate;
use tenure_model::{Completeness, Currency, Rounding, Table, Zone, parse_date};
use toml::Spanned;

use super::raw::{RawColumn, RawConfig, RawDay, RawFilter, RawOptions, RawTable};
use super::{Config, Filter, Keep, Mapping, Origin, OverrideEntry, Part, TextFrom};
use crate::date_format::DateFormat;
use crate::error::ConfigError;
use crate::number::NumberStyle;
use crate::schema::{self, Column, Kind, Need};
use crate::suggest::choices;

/// A fault and where it is in the text.
struct Fault {
    span: Range<usize>,
    message: String,
}

impl Fault {
    fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Self {
        Self { span: place.span(), message: message.into() }
    }
}

pub(super) fn config(text: &str) -> Result<Config, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let located = |fault: Fault| {
        let (line, column) = place(text, fault.span.start);
        ConfigError { line, column, message: fault.message }
    };
    let raw: RawConfig = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        // Several lines of context belong to a terminal, not to a message.
        let message = error.message().replace('\n', " ");
        located(Fault { span, message })
    })?;
    read(raw, text).map_err(located)
}

/// Line and column (in characters), from 1, of a byte of the text.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    (line, column.saturating_add(1))
}

fn read(raw: RawConfig, text: &str) -> Result<Config, Fault> {
    let day = |value: Option<Spanned<RawDay>>| -> Result<Option<NaiveDate>, Fault> {
        let Some(value) = value else { return Ok(None) };
        match parse_date(&value.get_ref().0) {
            Ok(day) => Ok(Some(day)),
            Err(error) => Err(Fault::at(&value, error.to_string())),
        }
    };
    let mut coverage = Vec::new();
    for (name, value) in &raw.coverage {
        coverage.push((table(name)?, completeness(value)?));
    }
    Ok(Config {
        as_of: day(raw.as_of)?,
        known_at: day(raw.known_at)?,
        data_until: day(raw.data_until)?,
        currency: raw.currency.map(|value| currency(&value)).transpose()?,
        zone: raw.time_zone.map(|value| zone(&value)).transpose()?.unwrap_or_default(),
        coverage,
        mappings: raw.table.iter().map(|raw| mapping(raw, text)).collect::<Result<_, _>>()?,
        report: raw.report,
        overrides: raw
            .overrides
            .into_iter()
            .map(|entry| {
                let (line, column) = place(text, entry.span().start);
                OverrideEntry { line, column, table: entry.into_inner() }
            })
            .collect(),
        text: text.to_owned(),
    })
}

fn table(name: &Spanned<String>) -> Result<Table, Fault> {
    Table::from_name(name.get_ref()).ok_or_else(|| {
        let found = name.get_ref();
        let names = Table::ALL.map(Table::name);
        Fault::at(name, format!("`{found}` is not a table: {}", choices(found, &names)))
    })
}

fn completeness(value: &Spanned<String>) -> Result<Completeness, Fault> {
    let all = [Completeness::Complete, Completeness::Partial, Completeness::Absent];
    all.into_iter().find(|known| known.name() == value.get_ref()).ok_or_else(|| {
        let found = value.get_ref();
        let names = all.map(Completeness::name);
        Fault::at(value, format!("`{found}` is not a coverage: {}", choices(found, &names)))
    })
}

fn currency(value: &Spanned<String>) -> Result<Currency, Fault> {
    Currency::new(value.get_ref()).map_err(|error| Fault::at(value, error.to_string()))
}

fn zone(value: &Spanned<String>) -> Result<Zone, Fault> {
    Zone::parse(value.get_ref()).map_err(|error| Fault::at(value, error.to_string()))
}

fn mapping(raw: &RawTable, text: &str) -> Result<Mapping, Fault> {
    let table = table(&raw.table)?;
    let name = raw.file.get_ref();
    if name.contains(['/', '\\']) || !(name.ends_with(".csv") || name.ends_with(".csv.gz")) {
        let message = format!("`{name}` is not a .csv or .csv.gz file beside tenure.toml");
        return Err(Fault::at(&raw.file, message));
    }
    let columns = match &raw.columns {
        None => None,
        Some(columns) => {
            let mut read = Vec::new();
            for (ours, theirs) in columns.get_ref() {
                let column = column(table, ours)?;
                read.push((column.name, origin(column, theirs)?));
            }
            for column in schema::columns(table) {
                if column.need != Need::Optional
                    && read.iter().all(|(name, _)| *name != column.name)
                {
                    let message = format!(
                        "`{table}` needs the column `{}`: say where it comes from",
                        column.name
                    );
                    return Err(Fault::at(columns, message));
                }
            }
            Some(read)
        }
    };
    Ok(Mapping {
        table,
        file: name.clone(),
        place: place(text, raw.file.span().start),
        delimiter: delimiter(raw.delimiter.as_ref())?,
        numbers: numbers(raw)?,
        trim: raw.trim,
        zone: raw.time_zone.as_ref().map(zone).transpose()?,
        columns,
        filters: raw.filters.iter().map(filter).collect::<Result<_, _>>()?,
    })
}

fn delimiter(raw: Option<&Spanned<String>>) -> Result<u8, Fault> {
    let Some(raw) = raw else { return Ok(b',') };
    match raw.get_ref().as_bytes() {
        &[byte] if byte != b'"' && byte != b'\n' && byte != b'\r' => Ok(byte),
        _ => {
            let message =
                format!("`{}` is not a delimiter: one ASCII character such as `;`", raw.get_ref());
            Err(Fault::at(raw, message))
        }
    }
}

fn numbers(raw: &RawTable) -> Result<NumberStyle, Fault> {
    let mark = if raw.decimal_comma { ',' } else { '.' };
    let Some(text) = &raw.thousands else { return Ok(NumberStyle { mark, thousands: None }) };
    let mut letters = text.get_ref().chars();
    match (letters.next(), letters.next()) {
        (Some(separator), None)
            if separator != mark && separator != '-' && !separator.is_ascii_digit() =>
        {
            Ok(NumberStyle { mark, thousands: Some(separator) })
        }
        _ => {
            let message = format!(
                "`{}` is not a thousands separator: one character other than `{mark}`",
                text.get_ref()
            );
            Err(Fault::at(text, message))
        }
    }
}

fn column(table: Table, name: &Spanned<String>) -> Result<&'static Column, Fault> {
    let columns = schema::columns(table);
    columns.iter().find(|column| column.name == name.get_ref()).ok_or_else(|| {
        let found = name.get_ref();
        let names: Vec<_> = columns.iter().map(|column| column.name).collect();
        Fault::at(
            name,
            format!("`{found}` is not a column of `{table}`: {}", choices(found, &names)),
        )
    })
}

fn origin(column: &Column, raw: &Spanned<RawColumn>) -> Result<Origin, Fault> {
    let options = match raw.get_ref() {
        RawColumn::Name(name) => {
            let text = TextFrom::Column(name.clone());
            return Ok(Origin { text, values: None, format: None, round: None });
        }
        RawColumn::Options(options) => options.as_ref(),
    };
    let text = match (&options.column, &options.constant, &options.template) {
        (Some(name), None, None) => TextFrom::Column(name.get_ref().clone()),
        (None, Some(text), None) => constant(column, text, options)?,
        (None, None, Some(text)) => template(text)?,
        _ => {
            let message = "expected exactly one of `column`, `constant`, `template`";
            return Err(Fault::at(raw, message));
        }
    };
    let values = match &options.values {
        None => None,
        Some(values) => {
            let mut pairs = Vec::new();
            for (from, to) in values {
                check_word(column, to)?;
                pairs.push((from.get_ref().clone(), to.get_ref().clone()));
            }
            Some(pairs)
        }
    };
    let format = match &options.format {
        None => None,
        Some(text) if matches!(column.kind, Kind::Date | Kind::Dates | Kind::Instant) => {
            Some(DateFormat::new(text.get_ref()).map_err(|expected| {
                Fault::at(text, format!("`{}` is not {expected}", text.get_ref()))
            })?)
        }
        Some(text) => {
            let message = format!("`{}` is not a date: it has no format", column.name);
            return Err(Fault::at(text, message));
        }
    };
    let round = match &options.round {
        None => None,
        Some(rule) if matches!(column.kind, Kind::Amount | Kind::Number | Kind::Weight) => {
            Some(rounding(rule)?)
        }
        Some(rule) => {
            let message =
                format!("`{}` is neither an amount nor a number: nothing to round", column.name);
            return Err(Fault::at(rule, message));
        }
    };
    Ok(Origin { text, values, format, round })
}

fn rounding(rule: &Spanned<String>) -> Result<Rounding, Fault> {
    Rounding::from_name(rule.get_ref()).ok_or_else(|| {
        let found = rule.get_ref();
        let names = [
            Rounding::HalfAway,
            Rounding::HalfEven,
            Rounding::HalfUp,
            Rounding::Floor,
            Rounding::Ceil,
            Rounding::Truncate,
        ]
        .map(Rounding::name);
        Fault::at(rule, format!("`{found}` is not a rounding: {}", choices(found, &names)))
    })
}

/// A constant stands in every row: what can be checked of it is checked now.
fn constant(
    column: &Column,
    text: &Spanned<String>,
    options: &RawOptions,
) -> Result<TextFrom, Fault> {
    if let Some(first) = options.values.as_ref().and_then(|values| values.keys().next()) {
        return Err(Fault::at(first, "`values` has nothing to map in a constant"));
    }
    if text.get_ref().is_empty() {
        return Err(Fault::at(text, "a constant may not be empty: leave the column out"));
    }
    match column.kind {
        Kind::Currency => {
            currency(text)?;
        }
        Kind::Date if options.format.is_none() => {
            parse_date(text.get_ref()).map_err(|error| Fault::at(text, error.to_string()))?;
        }
        _ => check_word(column, text)?,
    }
    Ok(TextFrom::Constant(text.get_ref().clone()))
}

/// In a column of words, a word of ours or nothing.
fn check_word(column: &Column, text: &Spanned<String>) -> Result<(), Fault> {
    let found = text.get_ref();
    match column.kind.words() {
        Some(words) if !found.is_empty() && !words.contains(&found.as_str()) => {
            let message =
                format!("`{found}` is not a `{}`: {}", column.name, choices(found, words));
            Err(Fault::at(text, message))
        }
        _ => Ok(()),
    }
}

/// `{name}` is a column, `{{` and `}}` are braces.
fn template(raw: &Spanned<String>) -> Result<TextFrom, Fault> {
    let fault = |what: &str| {
        let message = format!(
            "`{}` {what}: write `{{name}}` for a column, `{{{{` for a brace",
            raw.get_ref()
        );
        Fault::at(raw, message)
    };
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = raw.get_ref().as_str();
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(brace);
        text.push_str(before);
        if let Some(after) = after.strip_prefix("{{") {
            text.push('{');
            rest = after;
        } else if let Some(after) = after.strip_prefix("}}") {
            text.push('}');
            rest = after;
        } else if let Some((name, after)) = after.strip_prefix('{').and_then(|a| a.split_once('}'))
        {
            if name.is_empty() || name.contains('{') {
                return Err(fault("has an empty or nested `{}`"));
            }
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(Part::Column(name.to_owned()));
            rest = after;
        } else {
            return Err(fault("has a brace without its partner"));
        }
    }
    text.push_str(rest);
    if !parts.iter().any(|part| matches!(part, Part::Column(_))) {
        return Err(fault("names no column"));
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(TextFrom::Template { text: raw.get_ref().clone(), parts })
}

fn filter(raw: &Spanned<RawFilter>) -> Result<Filter, Fault> {
    let RawFilter { column, is_in, not_in } = raw.get_ref();
    let (values, keep) = match (is_in, not_in) {
        (Some(values), None) => (values, Keep::In),
        (None, Some(values)) => (values, Keep::NotIn),
        _ => return Err(Fault::at(raw, "expected exactly one of `in`, `not_in`")),
    };
    Ok(Filter { column: column.clone(), values: values.clone(), keep })
}
