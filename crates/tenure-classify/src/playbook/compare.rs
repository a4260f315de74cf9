//! Whether an account is treated as the playbook says.

use std::fmt;

use super::Treatment;
use crate::class::Class;
use crate::named::named;

named! {
    /// What is compared, named as in a playbook file.
    ///
    /// ```
    /// use tenure_classify::Aspect;
    /// assert_eq!(Aspect::SupportModel.name(), "support_model");
    /// ```
    #[non_exhaustive]
    Aspect {
        /// Who looks after the account.
        SupportModel = "support_model",
        /// Days since the last personal contact.
        PersonalWithinDays = "cadence.personal_within_days",
        /// Days since the last review.
        ReviewWithinDays = "cadence.review_within_days",
        /// Broadcasts in the last month.
        MaxBroadcastsPerMonth = "cadence.max_broadcasts_per_month",
        /// Contacts by a person to find out what the account is.
        DiscoveryContacts = "cadence.discovery_contacts",
        /// An undetermined account that hears broadcasts and nothing else.
        BroadcastOnly = "broadcast_only",
        /// How it is kept.
        Retention = "retention",
        /// How more like it are won.
        Acquisition = "acquisition",
        /// How it pays.
        RevenueModel = "revenue_model",
        /// The metrics that lead.
        Metrics = "metrics",
        /// What is done about silence.
        DormantAction = "dormant_action",
        /// Days of silence until something was done.
        DormantWithinDays = "dormant_action.within_days",
        /// With which tools.
        Technology = "technology",
        /// Who does what.
        Roles = "roles",
        /// How a case comes to its end.
        Resolution = "resolution",
        /// Whether cases close without a person.
        AutoClose = "auto_close",
    }
}

/// How long ago something last happened.
///
/// ```
/// use tenure_classify::Since;
/// assert_eq!(Since::Days(41).to_string(), "41 days ago");
/// assert_eq!(Since::Days(1).to_string(), "1 day ago");
/// assert_eq!(Since::Never.to_string(), "never");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "it happened or it did not")]
pub enum Since {
    /// So many days ago; 0 is today.
    Days(u32),
    /// It has not happened. A mismatch wherever the playbook asks for it: leave the field `None`
    /// while the account is too young to have had it.
    Never,
}

impl Since {
    const fn is_within(self, days: u32) -> bool {
        matches!(self, Self::Days(ago) if ago <= days)
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => f.write_str("1 day ago"),
            Self::Days(days) => write!(f, "{days} days ago"),
            Self::Never => f.write_str("never"),
        }
    }
}

/// How an account is treated in fact, as far as that is known. `None` is not known: no mismatch.
///
/// Texts are compared letter by letter, so they have to come from the playbook's vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields, default))]
#[expect(clippy::exhaustive_structs, reason = "every field may be left out, written out by users")]
pub struct Applied {
    /// Who looks after the account.
    pub support_model: Option<String>,
    /// The last personal contact.
    pub personal: Option<Since>,
    /// The last review.
    pub review: Option<Since>,
    /// Broadcasts in the last month.
    pub broadcasts_last_month: Option<u32>,
    /// Contacts by a person to find out what the account is, ever.
    pub discovery_contacts: Option<u32>,
    /// How it is kept.
    pub retention: Option<String>,
    /// How more like it are won.
    pub acquisition: Option<String>,
    /// How it pays.
    pub revenue_model: Option<String>,
    /// The metrics that lead, in any order.
    pub metrics: Option<Vec<String>>,
    /// What is done about silence.
    pub dormant_action: Option<String>,
    /// Days of silence until something was done; until today if nothing was.
    pub dormant_action_days: Option<u32>,
    /// With which tools.
    pub technology: Option<String>,
    /// Who does what.
    pub roles: Option<String>,
    /// How a case comes to its end.
    pub resolution: Option<String>,
    /// Whether cases close without a person.
    pub auto_close: Option<bool>,
}

/// One way in which an account is not treated as the playbook says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Mismatch {
    /// The row of the playbook.
    pub treatment: String,
    /// What differs.
    pub aspect: Aspect,
    /// What the playbook says, in words.
    pub expected: String,
    /// What is so, in words.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { treatment, aspect, expected, found } = self;
        write!(f, "{aspect}: found `{found}`, treatment `{treatment}` says `{expected}`")
    }
}

/// The treatment in fact against the one of the playbook.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Comparison {
    /// What differs.
    pub mismatches: Vec<Mismatch>,
    /// What the playbook asks for and nobody has said.
    pub unknown: Vec<Aspect>,
}

impl Treatment {
    /// Where the account is not treated as this row says, and what is not known about it.
    ///
    /// What the row does not limit is not looked at. Rows for undetermined accounts also forbid
    /// that such an account hears broadcasts and nothing else.
    ///
    /// ```
    /// use tenure_classify::{Applied, Class, Playbook, Since, Stage};
    /// let treatment = Playbook::standard().lookup(Class::Client, Stage::Active, None);
    /// let applied = Applied {
    ///     support_model: Some("shared desk".to_owned()),
    ///     personal: Some(Since::Days(41)),
    ///     review: Some(Since::Days(90)),
    ///     ..Applied::default()
    /// };
    /// let alert = treatment.compare(&applied);
    /// let words: Vec<String> = alert.mismatches.iter().map(ToString::to_string).collect();
    /// assert_eq!(words, [
    ///     "support_model: found `shared desk`, treatment `client` says `named manager`",
    ///     "cadence.personal_within_days: found `41 days ago`, treatment `client` says `30 days ago or less`",
    /// ]);
    /// // Retention, acquisition, revenue model, metrics, dormant action, technology, roles, resolution.
    /// assert_eq!(alert.unknown.len(), 8);
    /// ```
    #[must_use]
    pub fn compare(&self, applied: &Applied) -> Comparison {
        let mut sheet = Sheet { row: &self.id, comparison: Comparison::default() };
        let cadence = &self.cadence;
        let within = |days: u32| format!("{days} days ago or less");
        let most = |most: u32| format!("at most {most}");
        sheet.text(Aspect::SupportModel, &self.support_model, applied.support_model.as_deref());
        sheet.limit(
            Aspect::PersonalWithinDays,
            cadence.personal_within_days,
            applied.personal,
            |limit, since| since.is_within(limit),
            within,
        );
        sheet.limit(
            Aspect::ReviewWithinDays,
            cadence.review_within_days,
            applied.review,
            |limit, since| since.is_within(limit),
            within,
        );
        sheet.limit(
            Aspect::MaxBroadcastsPerMonth,
            cadence.max_broadcasts_per_month,
            applied.broadcasts_last_month,
            |limit, found| found <= limit,
            most,
        );
        sheet.limit(
            Aspect::DiscoveryContacts,
            cadence.discovery_contacts,
            applied.discovery_contacts,
            |asked, found| found == asked,
            |asked| asked.to_string(),
        );
        if self.classes.contains(&Class::Undetermined) {
            sheet.broadcast_only(applied);
        }
        sheet.text(Aspect::Retention, &self.retention, applied.retention.as_deref());
        sheet.text(Aspect::Acquisition, &self.acquisition, applied.acquisition.as_deref());
        sheet.text(Aspect::RevenueModel, &self.revenue_model, applied.revenue_model.as_deref());
        sheet.metrics(self, applied);
        let action = &self.dormant_action;
        sheet.text(Aspect::DormantAction, &action.text, applied.dormant_action.as_deref());
        sheet.limit(
            Aspect::DormantWithinDays,
            action.within_days,
            applied.dormant_action_days,
            |limit, found| found <= limit,
            most,
        );
        sheet.text(Aspect::Technology, &self.technology, applied.technology.as_deref());
        sheet.text(Aspect::Roles, &self.roles, applied.roles.as_deref());
        sheet.text(Aspect::Resolution, &self.resolution, applied.resolution.as_deref());
        sheet.limit(
            Aspect::AutoClose,
            self.auto_close,
            applied.auto_close,
            |asked, found| found == asked,
            |asked| asked.to_string(),
        );
        sheet.comparison
    }
}

/// A comparison as it is written down.
struct Sheet<'a> {
    row: &'a str,
    comparison: Comparison,
}

impl Sheet<'_> {
    fn differs(&mut self, aspect: Aspect, expected: String, found: String) {
        let treatment = self.row.to_owned();
        self.comparison.mismatches.push(Mismatch { treatment, aspect, expected, found });
    }

    fn text(&mut self, aspect: Aspect, expected: &str, found: Option<&str>) {
        match found {
            None => self.comparison.unknown.push(aspect),
            Some(found) if found == expected => {}
            Some(found) => self.differs(aspect, expected.to_owned(), found.to_owned()),
        }
    }

    /// What the row asks for, if it asks for anything, against what is so.
    fn limit<A: Copy, F: Copy + fmt::Display>(
        &mut self,
        aspect: Aspect,
        asked: Option<A>,
        found: Option<F>,
        holds: impl Fn(A, F) -> bool,
        words: impl Fn(A) -> String,
    ) {
        match (asked, found) {
            (None, _) => {}
            (Some(_), None) => self.comparison.unknown.push(aspect),
            (Some(asked), Some(found)) if holds(asked, found) => {}
            (Some(asked), Some(found)) => self.differs(aspect, words(asked), found.to_string()),
        }
    }

    fn metrics(&mut self, treatment: &Treatment, applied: &Applied) {
        let Some(found) = &applied.metrics else {
            return self.comparison.unknown.push(Aspect::Metrics);
        };
        let mut asked: Vec<&str> = treatment.metrics.iter().map(AsRef::as_ref).collect();
        let mut given: Vec<&str> = found.iter().map(AsRef::as_ref).collect();
        asked.sort_unstable();
        given.sort_unstable();
        given.dedup();
        if asked != given {
            self.differs(Aspect::Metrics, treatment.metrics.join(", "), found.join(", "));
        }
    }

    /// Broadcasts, and no person has ever been in touch.
    fn broadcast_only(&mut self, applied: &Applied) {
        let person = match (applied.personal, applied.discovery_contacts) {
            (Some(Since::Days(_)), _) | (_, Some(1..)) => Some(true),
            (Some(Since::Never), Some(0)) => Some(false),
            _ => None,
        };
        match (applied.broadcasts_last_month, person) {
            (Some(0), _) | (_, Some(true)) => {}
            (Some(broadcasts), Some(false)) => self.differs(
                Aspect::BroadcastOnly,
                "never".to_owned(),
                format!("{broadcasts} in the last month and no contact by a person"),
            ),
            (None, _) | (_, None) => self.comparison.unknown.push(Aspect::BroadcastOnly),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Applied, Aspect, Comparison, Since};
    use crate::class::Class;
    use crate::playbook::{Playbook, Treatment};
    use crate::stage::Stage;

    type Field = fn(&mut Applied) -> &mut Option<String>;

    /// What the row says, done.
    fn as_told(row: &Treatment) -> Applied {
        let text = |text: &str| Some(text.to_owned());
        Applied {
            support_model: text(&row.support_model),
            personal: row.cadence.personal_within_days.map(Since::Days),
            review: row.cadence.review_within_days.map(Since::Days),
            broadcasts_last_month: row.cadence.max_broadcasts_per_month,
            discovery_contacts: row.cadence.discovery_contacts,
            retention: text(&row.retention),
            acquisition: text(&row.acquisition),
            revenue_model: text(&row.revenue_model),
            metrics: Some(
                row.metrics
                    .iter()
                    .rev()
                    .chain(&row.metrics[..1])
                    .map(ToString::to_string)
                    .collect(),
            ),
            dormant_action: text(&row.dormant_action.text),
            dormant_action_days: row.dormant_action.within_days,
            technology: text(&row.technology),
            roles: text(&row.roles),
            resolution: text(&row.resolution),
            auto_close: row.auto_close,
        }
    }

    fn words(comparison: &Comparison) -> Vec<String> {
        comparison.mismatches.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_done_as_told_is_no_mismatch() {
        for row in Playbook::standard().treatments() {
            assert_eq!(row.compare(&as_told(row)), Comparison::default(), "{}", row.id);
        }
    }

    #[test]
    fn what_nobody_has_said_is_unknown_and_no_mismatch() {
        let every = Playbook::standard().lookup(Class::Client, Stage::Dormant, None);
        let found = every.compare(&Applied::default());
        let expected = [
            Aspect::SupportModel,
            Aspect::PersonalWithinDays,
            Aspect::ReviewWithinDays,
            Aspect::Retention,
            Aspect::Acquisition,
            Aspect::RevenueModel,
            Aspect::Metrics,
            Aspect::DormantAction,
            Aspect::DormantWithinDays,
            Aspect::Technology,
            Aspect::Roles,
            Aspect::Resolution,
        ];
        assert_eq!(found.unknown, expected);
        assert!(found.mismatches.is_empty());
        let open = Playbook::standard().lookup(Class::Undetermined, Stage::New, None);
        let unknown = open.compare(&Applied::default()).unknown;
        for aspect in [Aspect::DiscoveryContacts, Aspect::BroadcastOnly, Aspect::AutoClose] {
            assert!(unknown.contains(&aspect), "{aspect}");
        }
    }

    #[test]
    fn every_text_is_compared() {
        let row = Playbook::standard().lookup(Class::Client, Stage::Dormant, None);
        let texts: [(&str, Field); 8] = [
            ("support_model", |applied| &mut applied.support_model),
            ("retention", |applied| &mut applied.retention),
            ("acquisition", |applied| &mut applied.acquisition),
            ("revenue_model", |applied| &mut applied.revenue_model),
            ("dormant_action", |applied| &mut applied.dormant_action),
            ("technology", |applied| &mut applied.technology),
            ("roles", |applied| &mut applied.roles),
            ("resolution", |applied| &mut applied.resolution),
        ];
        for (name, field) in texts {
            let mut applied = as_told(row);
            let asked = field(&mut applied).replace("other".to_owned()).unwrap_or_default();
            let expected =
                format!("{name}: found `other`, treatment `client-silent` says `{asked}`");
            assert_eq!(words(&row.compare(&applied)), [expected]);
        }
        let mut applied = as_told(row);
        applied.metrics = Some(vec!["CLV".to_owned(), "NPS".to_owned()]);
        assert_eq!(
            words(&row.compare(&applied)),
            [
                "metrics: found `CLV, NPS`, treatment `client-silent` says `CLV, health, renewal, NDR, FCR`"
            ]
        );
    }

    #[test]
    fn a_limit_holds_to_the_day_and_breaks_the_day_after() {
        let row = Playbook::standard().lookup(Class::Client, Stage::Dormant, None);
        let mut applied = as_told(row);
        (applied.personal, applied.review) = (Some(Since::Days(31)), Some(Since::Never));
        applied.dormant_action_days = Some(6);
        assert_eq!(
            words(&row.compare(&applied)),
            [
                "cadence.personal_within_days: found `31 days ago`, treatment `client-silent` says \
                 `30 days ago or less`",
                "cadence.review_within_days: found `never`, treatment `client-silent` says \
                 `90 days ago or less`",
                "dormant_action.within_days: found `6`, treatment `client-silent` says `at most 5`",
            ]
        );
        let row = Playbook::standard().lookup(Class::Customer, Stage::Active, None);
        let mut applied = as_told(row);
        applied.broadcasts_last_month = Some(3);
        assert_eq!(
            words(&row.compare(&applied)),
            ["cadence.max_broadcasts_per_month: found `3`, treatment `customer` says `at most 2`"]
        );
    }

    #[test]
    fn discovery_is_one_contact_neither_none_nor_two() {
        let row = Playbook::standard().lookup(Class::Undetermined, Stage::New, None);
        let of = |contacts| {
            let mut applied = as_told(row);
            applied.discovery_contacts = Some(contacts);
            applied.broadcasts_last_month = Some(0);
            row.compare(&applied).mismatches.len()
        };
        assert_eq!([0, 1, 2].map(of), [1, 0, 1]);
    }

    #[test]
    fn an_undetermined_account_closed_by_itself_raises_an_alert() {
        let row = Playbook::standard().lookup(Class::Undetermined, Stage::New, None);
        let mut applied = as_told(row);
        applied.auto_close = Some(true);
        assert_eq!(
            words(&row.compare(&applied)),
            ["auto_close: found `true`, treatment `undetermined` says `false`"]
        );
    }

    #[test]
    fn an_undetermined_account_left_to_broadcasts_raises_an_alert() {
        let row = Playbook::standard().lookup(Class::Undetermined, Stage::New, None);
        let of = |broadcasts_last_month, personal, discovery_contacts| {
            let applied = Applied {
                broadcasts_last_month,
                personal,
                discovery_contacts,
                ..Applied::default()
            };
            let found = row.compare(&applied);
            let alert = |one: &super::Mismatch| one.aspect == Aspect::BroadcastOnly;
            let alerts = found.mismatches.iter().filter(|one| alert(one)).count();
            (alerts, found.unknown.contains(&Aspect::BroadcastOnly))
        };
        let (never, once) = (Some(Since::Never), Some(Since::Days(700)));
        assert_eq!(of(Some(1), never, Some(0)), (1, false));
        // No broadcasts, or a person.
        assert_eq!(of(Some(0), never, Some(0)), (0, false));
        assert_eq!(of(Some(0), None, None), (0, false));
        assert_eq!(of(Some(9), once, None), (0, false));
        assert_eq!(of(None, None, Some(1)), (0, false));
        assert_eq!(of(Some(9), once, Some(0)), (0, false));
        // Not known.
        assert_eq!(of(Some(1), None, Some(0)), (0, true));
        assert_eq!(of(Some(1), never, None), (0, true));
        assert_eq!(of(None, never, Some(0)), (0, true));
        // Customers may.
        let row = Playbook::standard().lookup(Class::Customer, Stage::New, None);
        let applied = Applied { broadcasts_last_month: Some(1), personal: never, ..as_told(row) };
        assert_eq!(row.compare(&applied), Comparison::default());
        let words = Playbook::standard()
            .lookup(Class::Undetermined, Stage::New, None)
            .compare(&Applied {
                broadcasts_last_month: Some(2),
                personal: never,
                discovery_contacts: Some(0),
                ..Applied::default()
            })
            .mismatches
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        assert_eq!(
            words[1],
            "broadcast_only: found `2 in the last month and no contact by a person`, treatment \
             `undetermined` says `never`"
        );
    }
}
