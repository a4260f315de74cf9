//! Frozen bins of recency, frequency and monetary value: the object that report.json has under
//! `rfm.bins`, in a file of its own.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tenure::clv::RfmBins;
use tenure::model::Currency;
use tenure::scorecard::FrozenBins;

use crate::error::{CommandError, SettingsError};

const SCHEMA: &str = "tenure/rfm-bins/1";

/// The most bytes a file of bins may have; a whole report.json is none.
const MAX_BYTES: u64 = 1 << 16;

/// Bins as they are written down.
#[derive(Debug, Serialize)]
pub(crate) struct Written<'a> {
    schema: &'static str,
    currency: &'static str,
    cuts: &'a RfmBins,
}

impl<'a> Written<'a> {
    pub(crate) fn new(currency: Currency, cuts: &'a RfmBins) -> Self {
        Self { schema: SCHEMA, currency: currency.code(), cuts }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    schema: String,
    currency: String,
    cuts: RfmBins,
}

/// The bins in the file of that name beside `tenure.toml`; `window_days` is what the settings say of
/// their window, if anything.
pub(crate) fn read(
    folder: &Path,
    name: &str,
    window_days: Option<u32>,
) -> Result<FrozenBins, CommandError> {
    let path = folder.join(name);
    let wrong = |why: String| CommandError::RfmBins { path: path.clone(), why };
    let failed = |source| CommandError::ReadDocument { path: path.clone(), source };
    let bytes = fs::metadata(&path).map_err(failed)?.len();
    if bytes > MAX_BYTES {
        return Err(wrong(format!(
            "`{bytes}` bytes, more than {MAX_BYTES}; expected the object that report.json has under \
             `rfm.bins`"
        )));
    }
    let text = fs::read_to_string(&path).map_err(failed)?;
    let read: Read = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if read.schema != SCHEMA {
        return Err(wrong(format!("`{}` is not `{SCHEMA}`", read.schema)));
    }
    let currency = Currency::new(&read.currency).map_err(|error| wrong(error.to_string()))?;
    match window_days {
        Some(days) if days != read.cuts.window_days() => {
            let expected =
                format!("{}, the window of the bins, or nothing", read.cuts.window_days());
            let (key, found) = ("rfm.window_days", days.to_string());
            Err(CommandError::Settings { source: SettingsError::Value { key, found, expected } })
        }
        _ => Ok(FrozenBins { currency, bins: read.cuts }),
    }
}
