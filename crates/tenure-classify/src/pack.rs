//! Industry packs: the word a trade uses. They change no score.

use std::borrow::Cow;

use crate::class::Class;
use crate::evidence::Facts;
use crate::named::named;
use crate::stage::Stage;

named! {
    /// An industry pack. The caller opts in; an industry alone never switches one on. Not legal
    /// advice.
    ///
    /// ```
    /// use tenure_classify::Pack;
    /// assert_eq!(Pack::from_name("finserv-uk"), Some(Pack::FinservUk));
    /// assert!(Pack::Legal.is_regulated() && !Pack::Agency.is_regulated());
    /// ```
    #[non_exhaustive]
    Pack {
        /// Law: clients, and prospective clients (ABA Model Rule 1.18).
        Legal = "legal",
        /// Consulting: clients.
        Consulting = "consulting",
        /// Accounting: clients.
        Accounting = "accounting",
        /// Agencies: clients.
        Agency = "agency",
        /// UK financial services: clients (FCA Handbook: a customer is a client who is not an
        /// eligible counterparty).
        FinservUk = "finserv-uk",
        /// US financial services: customers of broker-dealers, clients of advisers (industry
        /// `financial_planning`).
        FinservUs = "finserv-us",
        /// Health: patients.
        Health = "health",
        /// Education: pupils.
        Education = "education",
        /// Nonprofit: donors.
        Nonprofit = "nonprofit",
        /// Hospitality: guests.
        Hospitality = "hospitality",
        /// Software as a service: customers.
        Saas = "saas",
    }
}

/// What a pack's rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A contract or a purchase.
    Active,
    /// A prospect who has spoken with a person.
    ProspectInContact,
    /// Anything else.
    Other,
}

impl Standing {
    pub(crate) const fn of(facts: &Facts, stage: Stage) -> Self {
        match (facts.active, stage) {
            (true, _) => Self::Active,
            (false, Stage::Prospect) if facts.human_contact => Self::ProspectInContact,
            (false, _) => Self::Other,
        }
    }
}

impl Pack {
    /// Whether its words come from a regulated trade.
    #[must_use]
    pub const fn is_regulated(self) -> bool {
        matches!(self, Self::Legal | Self::FinservUk | Self::FinservUs)
    }

    fn term(self, standing: Standing, industry: Option<&str>) -> Option<&'static str> {
        match (standing, self) {
            (Standing::ProspectInContact, Self::Legal) => Some("prospective client"),
            (Standing::ProspectInContact | Standing::Other, _) => None,
            (Standing::Active, Self::FinservUs) if industry == Some("financial_planning") => {
                Some("client")
            }
            (Standing::Active, Self::FinservUs | Self::Saas) => Some("customer"),
            (Standing::Active, Self::Health) => Some("patient"),
            (Standing::Active, Self::Education) => Some("pupil"),
            (Standing::Active, Self::Nonprofit) => Some("donor"),
            (Standing::Active, Self::Hospitality) => Some("guest"),
            (
                Standing::Active,
                Self::Legal | Self::Consulting | Self::Accounting | Self::Agency | Self::FinservUk,
            ) => Some("client"),
        }
    }
}

/// The word for an account, and whether a regulated pack gave it: the first pack with a matching
/// rule, else the class.
pub(crate) fn term(
    packs: &[Pack],
    standing: Standing,
    industry: Option<&str>,
    class: Class,
) -> (Cow<'static, str>, bool) {
    let ruled = packs.iter().find_map(|&pack| {
        Some((Cow::Borrowed(pack.term(standing, industry)?), pack.is_regulated()))
    });
    ruled.unwrap_or_else(|| {
        let word = match class {
            Class::Client | Class::Customer => class.name(),
            Class::Hybrid | Class::Undetermined => "either",
        };
        (Cow::Borrowed(word), false)
    })
}

#[cfg(test)]
mod tests {
    use super::{Pack, Standing, term};
    use crate::class::Class;

    fn word(packs: &[Pack], standing: Standing, industry: Option<&str>, class: Class) -> String {
        term(packs, standing, industry, class).0.into_owned()
    }

    #[test]
    fn without_a_pack_the_class_gives_the_word() {
        let words = Class::ALL.iter().map(|&class| word(&[], Standing::Active, None, class));
        assert_eq!(words.collect::<Vec<_>>(), ["client", "customer", "either", "either"]);
    }

    #[test]
    fn each_pack_has_its_word() {
        let words: Vec<_> = Pack::ALL
            .iter()
            .map(|&pack| word(&[pack], Standing::Active, Some("bank"), Class::Hybrid))
            .collect();
        let expected = [
            "client", "client", "client", "client", "client", "customer", "patient", "pupil",
            "donor", "guest", "customer",
        ];
        assert_eq!(words, expected);
        let adviser = Some("financial_planning");
        assert_eq!(word(&[Pack::FinservUs], Standing::Active, adviser, Class::Customer), "client");
        assert_eq!(word(&[Pack::Saas], Standing::Active, adviser, Class::Client), "customer");
    }

    #[test]
    fn the_first_pack_that_has_a_rule_wins() {
        let packs = [Pack::Saas, Pack::Legal];
        assert_eq!(term(&packs, Standing::Active, None, Class::Client), ("customer".into(), false));
        let prospect = term(&packs, Standing::ProspectInContact, None, Class::Undetermined);
        assert_eq!(prospect, ("prospective client".into(), true));
        let other = term(&packs, Standing::Other, None, Class::Undetermined);
        assert_eq!(other, ("either".into(), false));
    }
}
