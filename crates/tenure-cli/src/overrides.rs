//! `[[override]]` of `tenure.toml`: what people decided about accounts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use tenure::classify::{Class, Override};
use tenure::ingest::{Ingested, OverrideEntry};
use tenure::model::{AccountId, parse_date};

use crate::error::{CommandError, SettingsError};
use crate::{near, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    account: String,
    class: String,
    author: String,
    reason: String,
    from: toml::Value,
    until: Option<toml::Value>,
}

/// Every override, by account, in the order of the file.
pub(crate) fn read(
    entries: &[OverrideEntry],
) -> Result<BTreeMap<AccountId, Vec<Override>>, CommandError> {
    let mut overrides: BTreeMap<AccountId, Vec<Override>> = BTreeMap::new();
    for entry in entries {
        let (account, word) = one(entry.table.clone()).map_err(|source| {
            CommandError::Override { line: entry.line, column: entry.column, source }
        })?;
        overrides.entry(account).or_default().push(word);
    }
    Ok(overrides)
}

fn one(table: toml::Table) -> Result<(AccountId, Override), SettingsError> {
    let row: Row = table
        .try_into()
        .map_err(|error: toml::de::Error| SettingsError::Shape(error.message().to_owned()))?;
    let fault = |key, found: &str, expected: String| SettingsError::Value {
        key,
        found: found.to_owned(),
        expected,
    };
    let account = AccountId::new(&row.account)
        .map_err(|error| fault("account", &row.account, format!("an account: {error}")))?;
    let class = Class::from_name(&row.class).ok_or_else(|| {
        let names: Vec<_> = Class::ALL.iter().map(|class| class.name()).collect();
        fault("class", &row.class, format!("one of {}", names.join(", ")))
    })?;
    for (key, text) in [("author", &row.author), ("reason", &row.reason)] {
        if text.chars().any(char::is_control) {
            return Err(fault(key, text, "text without control characters".to_owned()));
        }
    }
    let from = day("from", &row.from)?;
    let until = row.until.map(|until| day("until", &until)).transpose()?;
    let word = Override::new(class, row.author, row.reason, from, until)
        .map_err(SettingsError::Override)?;
    Ok((account, word))
}

/// A day as text, or as TOML writes dates without quotes.
fn day(key: &'static str, value: &toml::Value) -> Result<NaiveDate, SettingsError> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(day) => day.to_string(),
        other => other.type_str().to_owned(),
    };
    parse_date(&text).map_err(|error| SettingsError::Value {
        key,
        found: text,
        expected: format!("a day: {error}"),
    })
}

/// Says which overrides are of accounts that the folder does not hold; how many there are.
pub(crate) fn tell_unknown(ingested: &Ingested) -> usize {
    let relationships = ingested.book.relationships();
    let mut unknown = 0_usize;
    for entry in &ingested.overrides {
        let Some(name) = entry.table.get("account").and_then(toml::Value::as_str) else { continue };
        let found = relationships.binary_search_by(|one| one.account().as_str().cmp(name)).is_ok();
        if !found {
            unknown = unknown.saturating_add(1);
            let near = near::accounts(name, relationships);
            let near = near.first().map_or_else(String::new, |near| {
                format!("; did you mean `{}`?", text::printable(near))
            });
            eprintln!(
                "warning: tenure.toml line {}: the override of `{}` has no effect: no such account{near}",
                entry.line,
                text::printable(name)
            );
        }
    }
    unknown
}
