#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod account;
mod allocation;
mod as_of;
mod book;
mod coverage;
mod currency;
mod date;
mod dormancy;
mod error;
mod event;
mod instant;
mod intake;
mod minor_units;
mod money;
mod month;
mod period;
mod purchase_days;
pub mod record;
mod relationship;
mod rounding;
mod tri;
mod win_back;

pub use account::{AccountId, RecordId, Text};
pub use allocation::allocate;
pub use as_of::AsOf;
pub use book::{Book, BookReport, Reject};
pub use coverage::{Completeness, Coverage, Table};
pub use currency::Currency;
pub use date::{anniversary, parse_date};
pub use dormancy::{Dormancy, DormancyOptions};
pub use error::{
    AllocationError, CurrencyError, DateError, DormancyOptionsError, IdError, InstantError,
    MinorUnitsError, MoneyError, NumberError, RecordError, ZoneError,
};
pub use event::{Event, Record};
pub use instant::{Instant, Zone};
pub use minor_units::MinorUnits;
pub use money::{Minor, Money, parse_decimal};
pub use month::Month;
pub use period::Period;
pub use purchase_days::{PurchaseDay, PurchaseDays};
pub use relationship::{Entry, Relationship};
pub use rounding::Rounding;
pub use tri::Tri;
pub use win_back::{Quiet, WinBack, WinBackOutcome, re_engagement};
