//! Why: the codes a verdict gives, in stable order.

use crate::named::named;

named! {
    /// Why a verdict is what it is. Codes are stable; texts belong to whoever shows them.
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
