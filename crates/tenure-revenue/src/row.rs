//! The rows a ledger reads.

use tenure_model::record::SubscriptionEvent;
use tenure_model::{Entry, Instant};

/// One event of a subscription, and when it was recorded: an [`Entry`] of a relationship, or a
/// plain event.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Instant, Zone};
/// use tenure_revenue::SubscriptionRow;
/// let at = Instant::parse("2024-01-20", Zone::UTC)?;
/// let pause = SubscriptionEvent::new(at, "S-1", SubscriptionChange::Pause);
/// let mut row = SubscriptionRow::from(&pause);
/// row.recorded_at = Some(Instant::parse("2024-03-05", Zone::UTC)?);
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[expect(clippy::exhaustive_structs, reason = "an event and when it was recorded")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionRow<'a> {
    /// What happened.
    pub event: &'a SubscriptionEvent,
    /// When it was recorded; `None` is always known.
    pub recorded_at: Option<Instant>,
}

impl<'a> From<&'a SubscriptionEvent> for SubscriptionRow<'a> {
    fn from(event: &'a SubscriptionEvent) -> Self {
        Self { event, recorded_at: None }
    }
}

impl<'a> From<&'a Entry<SubscriptionEvent>> for SubscriptionRow<'a> {
    fn from(entry: &'a Entry<SubscriptionEvent>) -> Self {
        Self { event: &entry.record, recorded_at: entry.recorded_at }
    }
}
