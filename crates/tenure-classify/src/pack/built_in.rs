//! The packs that come with the crate. Words and sources, not legal advice.

use std::borrow::Cow;

use super::{Pack, PackParts, Standing, TermRule};

/// Where no law sets the word.
const USAGE: &str = "usage of the trade";

const fn active(term: &'static str, regulated: bool, source: &'static str) -> TermRule {
    TermRule {
        when: Standing::Active,
        industry: None,
        term: Cow::Borrowed(term),
        regulated,
        source: Some(Cow::Borrowed(source)),
    }
}

const fn pack(id: &'static str, terms: &'static [TermRule]) -> Pack {
    Pack {
        parts: PackParts {
            id: Cow::Borrowed(id),
            version: Cow::Borrowed("1.0.0"),
            terms: Cow::Borrowed(terms),
            floors: Cow::Borrowed(&[]),
            texts: Cow::Borrowed(&[]),
        },
    }
}

static LEGAL: [TermRule; 2] = [
    active(
        "client",
        true,
        "ABA Model Rules of Professional Conduct, client-lawyer relationship (Rules 1.1 to 1.18)",
    ),
    TermRule {
        when: Standing::ProspectInContact,
        industry: None,
        term: Cow::Borrowed("prospective client"),
        regulated: true,
        source: Some(Cow::Borrowed("ABA Model Rule 1.18, duties to prospective client")),
    },
];
static CLIENT: [TermRule; 1] = [active("client", false, USAGE)];
static FINSERV_UK: [TermRule; 1] = [active(
    "client",
    true,
    "FCA Handbook, Glossary: client; customer (a client who is not an eligible counterparty)",
)];
static FINSERV_US: [TermRule; 2] = [
    active("customer", true, "Securities Exchange Act of 1934, brokers and dealers: customer"),
    TermRule {
        when: Standing::Active,
        industry: Some(Cow::Borrowed("financial_planning")),
        term: Cow::Borrowed("client"),
        regulated: true,
        source: Some(Cow::Borrowed("Investment Advisers Act of 1940: client")),
    },
];
static HEALTH: [TermRule; 1] = [active("patient", false, USAGE)];
static EDUCATION: [TermRule; 1] = [active("pupil", false, USAGE)];
static NONPROFIT: [TermRule; 1] = [active("donor", false, USAGE)];
static HOSPITALITY: [TermRule; 1] = [active("guest", false, USAGE)];
static SAAS: [TermRule; 1] = [active("customer", false, USAGE)];

static PACKS: [Pack; 11] = [
    pack("legal", &LEGAL),
    pack("consulting", &CLIENT),
    pack("accounting", &CLIENT),
    pack("agency", &CLIENT),
    pack("finserv-uk", &FINSERV_UK),
    pack("finserv-us", &FINSERV_US),
    pack("health", &HEALTH),
    pack("education", &EDUCATION),
    pack("nonprofit", &NONPROFIT),
    pack("hospitality", &HOSPITALITY),
    pack("saas", &SAAS),
];

impl Pack {
    /// The packs that come with the crate, by name.
    ///
    /// | pack | word | regulated |
    /// |---|---|---|
    /// | `legal` | client; prospective client (ABA Model Rule 1.18) | yes |
    /// | `consulting` `accounting` `agency` | client | no |
    /// | `finserv-uk` | client (FCA Handbook: a customer is a client who is not an eligible counterparty) | yes |
    /// | `finserv-us` | customer; client where our industry is `financial_planning` | yes |
    /// | `health` `education` `nonprofit` `hospitality` `saas` | patient, pupil, donor, guest, customer | no |
    pub const BUILT_IN: &'static [&'static str] = &[
        "legal",
        "consulting",
        "accounting",
        "agency",
        "finserv-uk",
        "finserv-us",
        "health",
        "education",
        "nonprofit",
        "hospitality",
        "saas",
    ];

    /// The pack of that name that comes with the crate.
    ///
    /// ```
    /// use tenure_classify::Pack;
    /// let uk = Pack::built_in("finserv-uk").ok_or("no pack")?;
    /// assert!(uk.parts().terms[0].regulated);
    /// assert_eq!(Pack::built_in("gym"), None);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn built_in(name: &str) -> Option<&'static Self> {
        PACKS.iter().find(|pack| pack.id() == name)
    }
}
