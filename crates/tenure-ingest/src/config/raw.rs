//! The shape of `tenure.toml`, every value with its place.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer};
use toml::Spanned;
use toml::value::Datetime;

type Words = BTreeMap<Spanned<String>, Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConfig {
    pub(super) as_of: Option<Spanned<RawDay>>,
    pub(super) known_at: Option<Spanned<RawDay>>,
    pub(super) data_until: Option<Spanned<RawDay>>,
    pub(super) currency: Option<Spanned<String>>,
    pub(super) time_zone: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) coverage: Words,
    #[serde(default)]
    pub(super) table: Vec<RawTable>,
    #[serde(default)]
    pub(super) report: toml::Table,
    #[serde(default, rename = "override")]
    pub(super) overrides: Vec<Spanned<toml::Table>>,
    /// Read by whoever knows programmes, from the text.
    #[serde(rename = "loyalty")]
    pub(super) _loyalty: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTable {
    pub(super) table: Spanned<String>,
    pub(super) file: Spanned<String>,
    pub(super) delimiter: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) decimal_comma: bool,
    pub(super) thousands: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) trim: bool,
    pub(super) time_zone: Option<Spanned<String>>,
    pub(super) columns: Option<Spanned<BTreeMap<Spanned<String>, Spanned<RawColumn>>>>,
    #[serde(default, rename = "where")]
    pub(super) filters: Vec<Spanned<RawFilter>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFilter {
    pub(super) column: String,
    #[serde(rename = "in")]
    pub(super) is_in: Option<Vec<String>>,
    pub(super) not_in: Option<Vec<String>>,
}

/// A day as text, or as TOML writes dates without quotes; checked later, where its place is known.
pub(super) struct RawDay(pub(super) String);

impl<'de> Deserialize<'de> for RawDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Day;

        impl<'de> Visitor<'de> for Day {
            type Value = RawDay;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as \"2026-03-31\"")
            }

            fn visit_str<E: de::Error>(self, day: &str) -> Result<RawDay, E> {
                Ok(RawDay(day.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawDay, A::Error> {
                let day = Datetime::deserialize(MapAccessDeserializer::new(map))?;
                Ok(RawDay(day.to_string()))
            }
        }

        deserializer.deserialize_any(Day)
    }
}

/// A column: its foreign name alone, or a table of options.
pub(super) enum RawColumn {
    Name(String),
    Options(Box<RawOptions>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOptions {
    pub(super) column: Option<Spanned<String>>,
    pub(super) constant: Option<Spanned<String>>,
    pub(super) template: Option<Spanned<String>>,
    pub(super) values: Option<Words>,
    pub(super) format: Option<Spanned<String>>,
    pub(super) round: Option<Spanned<String>>,
}

impl<'de> Deserialize<'de> for RawColumn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = RawColumn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a column, or a table such as { column = \"value\" }")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<RawColumn, E> {
                Ok(RawColumn::Name(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawColumn, A::Error> {
                let options = RawOptions::deserialize(MapAccessDeserializer::new(map))?;
                Ok(RawColumn::Options(Box::new(options)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}
