//! Dates in JSON: `YYYY-MM-DD`, never through chrono's own grammar.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use tenure_model::parse_date;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn plain<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn optional<S: Serializer>(
    day: &Option<NaiveDate>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => serializer.collect_str(day),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = <Cow<'de, str>>::deserialize(deserializer)?;
    parse_date(&text).map_err(D::Error::custom)
}

pub(crate) fn read_optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    let text = <Option<Cow<'de, str>>>::deserialize(deserializer)?;
    text.map(|text| parse_date(&text)).transpose().map_err(D::Error::custom)
}
