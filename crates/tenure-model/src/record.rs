//! What a row of each input table says: one plain struct a table.
//!
//! Each is made by `new` from what it must have; everything else is a public field. What a record
//! may not say about itself (an end before its start) is checked by its `check`, which
//! [`Book::from_events`](crate::Book::from_events) calls: a record inside a
//! [`Relationship`](crate::Relationship) has passed it.
//!
//! Records order by their date first, then by all their content, so that a table sorted is the same
//! table however its rows arrived.

mod commercial;
mod dialogue;
mod named;
mod pricing;
mod profile;
mod service;
mod voice;

pub use commercial::{Billing, Contract, ContractRenewal, Purchase, Renewal, Terms};
pub use dialogue::{Assignment, Deliverable, Direction, Goal, Initiator, Interaction, Referral};
pub use pricing::{Discount, Interval, Price, Reduction, SubscriptionChange, SubscriptionEvent};
pub use profile::{AccountKind, AccountProfile};
pub use service::{BotOutcome, Case, CaseStatus, Contact};
pub use voice::{Answer, Ledger, Observation, Points, Response, Survey};
