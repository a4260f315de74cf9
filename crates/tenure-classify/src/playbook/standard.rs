//! The default playbook. The same as a file: `standard.toml`; a test holds them equal.

use std::borrow::Cow;

use super::{Cadence, DormantAction, Playbook, Treatment};
use crate::class::Class;
use crate::stage::Stage;

const fn text(text: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(text)
}

const fn texts(texts: &'static [Cow<'static, str>]) -> Cow<'static, [Cow<'static, str>]> {
    Cow::Borrowed(texts)
}

const NONE: DormantAction = DormantAction { text: text("none"), within_days: None };

/// The metrics that lead for each class.
const RELATIONAL: &[Cow<'static, str>] =
    &[text("CLV"), text("health"), text("renewal"), text("NDR"), text("FCR")];
const STANDARD_BUYING: &[Cow<'static, str>] =
    &[text("NPS"), text("CES"), text("CSAT"), text("repurchase")];
const EACH_OF_ITS_STREAM: &[Cow<'static, str>] = &[
    text("CLV"),
    text("health"),
    text("renewal"),
    text("NDR"),
    text("FCR"),
    text("NPS"),
    text("CES"),
    text("CSAT"),
    text("repurchase"),
];
const COVERAGE: &[Cow<'static, str>] = &[text("coverage")];

/// Nothing has been bought or signed yet.
const BEFORE: &[Stage] = &[Stage::Prospect];
/// Live, or perhaps live.
const LIVE: &[Stage] = &[Stage::New, Stage::Active, Stage::Reengaged, Stage::Unknown];
/// Dormant or over.
const SILENT: &[Stage] = &[Stage::Dormant, Stage::Former];

const NOTHING_TO_KEEP: &str = "none: nothing to keep yet";
const BY_STREAM: Cow<'static, str> = text("by stream");

const fn client(
    id: &'static str,
    stages: &'static [Stage],
    retention: &'static str,
    dormant_action: DormantAction,
) -> Treatment {
    Treatment {
        id: text(id),
        classes: Cow::Borrowed(&[Class::Client]),
        stages: Cow::Borrowed(stages),
        packs: texts(&[]),
        support_model: text("named manager"),
        cadence: Cadence {
            text: text("personal contact every 30 days or sooner, review every 90 days or sooner"),
            personal_within_days: Some(30),
            review_within_days: Some(90),
            max_broadcasts_per_month: None,
            discovery_contacts: None,
        },
        retention: text(retention),
        acquisition: text("referrals, case studies"),
        revenue_model: text("retainer, recurring"),
        metrics: texts(RELATIONAL),
        dormant_action,
        technology: text("shared record of goals, work and contacts"),
        roles: text("the manager leads, specialists join"),
        resolution: text("the manager follows a case to its end"),
        auto_close: None,
    }
}

const fn customer(
    id: &'static str,
    stages: &'static [Stage],
    retention: &'static str,
    dormant_action: DormantAction,
) -> Treatment {
    Treatment {
        id: text(id),
        classes: Cow::Borrowed(&[Class::Customer]),
        stages: Cow::Borrowed(stages),
        packs: texts(&[]),
        support_model: text("shared team, self-service first"),
        cadence: Cadence {
            text: text("at most 2 broadcasts a month"),
            personal_within_days: None,
            review_within_days: None,
            max_broadcasts_per_month: Some(2),
            discovery_contacts: None,
        },
        retention: text(retention),
        acquisition: text("broad, promotions"),
        revenue_model: text("per sale"),
        metrics: texts(STANDARD_BUYING),
        dormant_action,
        technology: text("self-service, shared inbox"),
        roles: text("whoever of the team is free"),
        resolution: text("by the account itself, else by the team"),
        auto_close: None,
    }
}

const fn hybrid(
    id: &'static str,
    stages: &'static [Stage],
    retention: &'static str,
    dormant_action: DormantAction,
) -> Treatment {
    Treatment {
        id: text(id),
        classes: Cow::Borrowed(&[Class::Hybrid]),
        stages: Cow::Borrowed(stages),
        packs: texts(&[]),
        support_model: BY_STREAM,
        cadence: Cadence {
            text: text(
                "personal contact every 30 days or sooner, review every 90 days or sooner, \
                 at most 2 broadcasts a month",
            ),
            personal_within_days: Some(30),
            review_within_days: Some(90),
            max_broadcasts_per_month: Some(2),
            discovery_contacts: None,
        },
        retention: text(retention),
        acquisition: text("cross-sell"),
        revenue_model: text("split"),
        metrics: texts(EACH_OF_ITS_STREAM),
        dormant_action,
        technology: BY_STREAM,
        roles: BY_STREAM,
        resolution: BY_STREAM,
        auto_close: None,
    }
}

/// In every stage alike: what is not known comes first.
const UNDETERMINED: Treatment = Treatment {
    id: text("undetermined"),
    classes: Cow::Borrowed(&[Class::Undetermined]),
    stages: Cow::Borrowed(Stage::ALL),
    packs: texts(&[]),
    support_model: text("shared desk, human first"),
    cadence: Cadence {
        text: text("one discovery contact"),
        personal_within_days: None,
        review_within_days: None,
        max_broadcasts_per_month: None,
        discovery_contacts: Some(1),
    },
    retention: text("none"),
    acquisition: text("none"),
    revenue_model: text("none"),
    metrics: texts(COVERAGE),
    dormant_action: NONE,
    technology: text("shared inbox"),
    roles: text("whoever of the desk is free, a person"),
    resolution: text("by a person, never closed automatically"),
    auto_close: Some(false),
};

const fn action(what: &'static str, within_days: Option<u32>) -> DormantAction {
    DormantAction { text: text(what), within_days }
}

static REST: [Treatment; 9] = [
    client("client-prospect", BEFORE, NOTHING_TO_KEEP, NONE),
    client("client-silent", SILENT, "problem-solving", action("manager call", Some(5))),
    customer("customer", LIVE, "loyalty, offers", NONE),
    customer("customer-prospect", BEFORE, NOTHING_TO_KEEP, NONE),
    customer("customer-silent", SILENT, "loyalty, offers", action("win-back message", None)),
    hybrid("hybrid", LIVE, "by stream", NONE),
    hybrid("hybrid-prospect", BEFORE, NOTHING_TO_KEEP, NONE),
    hybrid("hybrid-silent", SILENT, "by stream", action("by stream", None)),
    UNDETERMINED,
];

pub(super) static STANDARD: Playbook = Playbook {
    id: text("standard"),
    version: text("1.0.0"),
    first: client("client", LIVE, "problem-solving", NONE),
    rest: Cow::Borrowed(&REST),
};
