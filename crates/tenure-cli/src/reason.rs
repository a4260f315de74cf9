//! Reason codes as sentences.

/// The same as a sentence of its own, about an account named before.
pub(crate) fn whole_sentence(code: &str) -> String {
    let text = sentence(code);
    let about_it = !matches!(
        code,
        "fiduciary_duty"
            | "regulated_term"
            | "evidence_missing"
            | "relationship_ended"
            | "human_override"
    );
    if about_it {
        return format!("It {text}");
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a reason code says; the code itself where it has no sentence here.
pub(crate) fn sentence(code: &str) -> &str {
    match code {
        "formal_contract" => "has a formal contract",
        "recurring_billing" => "is billed on a recurring basis",
        "long_tenure" => "has been with us for long",
        "repeat_business" => "comes back regularly",
        "customised_service" => "gets work made for it",
        "advisory" => "takes our advice",
        "two_way_dialogue" => "talks with us both ways",
        "proactive_support" => "hears from us before it asks",
        "goal_oriented" => "works with us toward a goal",
        "dedicated_manager" => "has somebody assigned",
        "exclusive" => "buys this from us alone",
        "advocacy" => "refers others to us",
        "high_value" => "is worth more than most",
        "fiduciary_duty" => "we owe it a duty of care in law",
        "regulated_term" => "its name is set by regulation",
        "no_commercial_activity" => "has no business with us yet",
        "evidence_missing" => "what we know does not settle it",
        "mixed_streams" => "buys standard goods beside the relationship",
        "relationship_ended" => "the relationship has ended or gone quiet",
        "hysteresis_held" => "keeps its class until it has clearly changed",
        "human_override" => "a person decided",
        "single_transaction" => "bought once",
        "standardised_offer" => "buys standard goods",
        "no_formal_contract" => "has no formal contract",
        "one_way_interaction" => "does not talk with us",
        "self_service" => "serves itself",
        "price_convenience" => "buys on promotion",
        other => other,
    }
}
