//! Why: the codes a verdict gives, in stable order.

use crate::named::named;
use crate::pack::Pack;

named! {
    /// Why a verdict is what it is. Codes are stable; [texts](Reason::text) may become better.
    ///
    /// ```
    /// use tenure_classify::Reason;
    /// assert_eq!(Reason::TwoWayDialogue.name(), "two_way_dialogue");
    /// ```
    #[non_exhaustive]
    Reason {
        /// A contract in force, above all a negotiated one.
        FormalContract = "formal_contract",
        /// A contract billed by the month, quarter or year.
        RecurringBilling = "recurring_billing",
        /// The relationship has lasted.
        LongTenure = "long_tenure",
        /// Business on several days.
        RepeatBusiness = "repeat_business",
        /// Things made for this account.
        CustomisedService = "customised_service",
        /// Advice was given.
        Advisory = "advisory",
        /// Both sides talk.
        TwoWayDialogue = "two_way_dialogue",
        /// We get in touch without being asked.
        ProactiveSupport = "proactive_support",
        /// Goals are set and followed.
        GoalOriented = "goal_oriented",
        /// Somebody is assigned.
        DedicatedManager = "dedicated_manager",
        /// The account buys this from nobody else.
        Exclusive = "exclusive",
        /// The account sends others.
        Advocacy = "advocacy",
        /// Worth several times the usual account.
        HighValue = "high_value",
        /// A contract carries a duty of care in law.
        FiduciaryDuty = "fiduciary_duty",
        /// The word comes from a regulated trade's rule.
        RegulatedTerm = "regulated_term",
        /// No contract and no purchase.
        NoCommercialActivity = "no_commercial_activity",
        /// What is missing could change the answer.
        EvidenceMissing = "evidence_missing",
        /// Relational work beside material standard buying.
        MixedStreams = "mixed_streams",
        /// The relationship is dormant or over.
        RelationshipEnded = "relationship_ended",
        /// Only the previous class kept it from another one.
        HysteresisHeld = "hysteresis_held",
        /// A person decided otherwise, or the same: see the override.
        HumanOverride = "human_override",
        /// One purchase, ever.
        SingleTransaction = "single_transaction",
        /// What was bought is the same for everybody.
        StandardisedOffer = "standardised_offer",
        /// No contract, or only standard terms.
        NoFormalContract = "no_formal_contract",
        /// Little or no dialogue.
        OneWayInteraction = "one_way_interaction",
        /// The account helps itself.
        SelfService = "self_service",
        /// Bought on promotion.
        PriceConvenience = "price_convenience",
    }
}

impl Reason {
    /// Whether it names a signal, so that a rule of a rule set may give it.
    ///
    /// ```
    /// use tenure_classify::Reason;
    /// assert!(Reason::Advisory.is_of_signal() && !Reason::MixedStreams.is_of_signal());
    /// ```
    #[must_use]
    pub const fn is_of_signal(self) -> bool {
        match self {
            Self::FormalContract
            | Self::RecurringBilling
            | Self::LongTenure
            | Self::RepeatBusiness
            | Self::CustomisedService
            | Self::Advisory
            | Self::TwoWayDialogue
            | Self::ProactiveSupport
            | Self::GoalOriented
            | Self::DedicatedManager
            | Self::Exclusive
            | Self::Advocacy
            | Self::HighValue => true,
            Self::FiduciaryDuty
            | Self::RegulatedTerm
            | Self::NoCommercialActivity
            | Self::EvidenceMissing
            | Self::MixedStreams
            | Self::RelationshipEnded
            | Self::HysteresisHeld
            | Self::HumanOverride
            | Self::SingleTransaction
            | Self::StandardisedOffer
            | Self::NoFormalContract
            | Self::OneWayInteraction
            | Self::SelfService
            | Self::PriceConvenience => false,
        }
    }
}

impl Reason {
    /// What it says of an account, in a few English words.
    ///
    /// ```
    /// use tenure_classify::Reason;
    /// assert_eq!(Reason::TwoWayDialogue.text(), "talks with us both ways");
    /// ```
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::FormalContract => "has a formal contract",
            Self::RecurringBilling => "is billed on a recurring basis",
            Self::LongTenure => "has been with us for long",
            Self::RepeatBusiness => "comes back regularly",
            Self::CustomisedService => "gets work made for it",
            Self::Advisory => "takes our advice",
            Self::TwoWayDialogue => "talks with us both ways",
            Self::ProactiveSupport => "hears from us before it asks",
            Self::GoalOriented => "works with us toward a goal",
            Self::DedicatedManager => "has somebody assigned",
            Self::Exclusive => "buys this from us alone",
            Self::Advocacy => "refers others to us",
            Self::HighValue => "is worth more than most",
            Self::FiduciaryDuty => "we owe it a duty of care in law",
            Self::RegulatedTerm => "its name is set by regulation",
            Self::NoCommercialActivity => "has no business with us yet",
            Self::EvidenceMissing => "what we know does not settle it",
            Self::MixedStreams => "buys standard goods beside the relationship",
            Self::RelationshipEnded => "the relationship has ended or gone quiet",
            Self::HysteresisHeld => "keeps its class until it has clearly changed",
            Self::HumanOverride => "a person decided",
            Self::SingleTransaction => "bought once",
            Self::StandardisedOffer => "buys standard goods",
            Self::NoFormalContract => "has no formal contract",
            Self::OneWayInteraction => "does not talk with us",
            Self::SelfService => "serves itself",
            Self::PriceConvenience => "buys on promotion",
        }
    }

    /// What it says in the words of the first pack that has some, else [as always](Self::text).
    ///
    /// ```
    /// use tenure_classify::{PackParts, Reason};
    /// let mut gym = PackParts::new("gym", "1.0.0");
    /// gym.texts = vec![(Reason::Advisory, "trains with a coach".into())].into();
    /// let packs = [gym.build()?];
    /// assert_eq!(Reason::Advisory.text_in(&packs), "trains with a coach");
    /// assert_eq!(Reason::Exclusive.text_in(&packs), "buys this from us alone");
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    #[must_use]
    pub fn text_in(self, packs: &[Pack]) -> &str {
        packs.iter().find_map(|pack| pack.text(self)).unwrap_or_else(|| self.text())
    }
}

/// How many reasons are shown to people.
pub const SHOWN_REASONS: usize = 4;
