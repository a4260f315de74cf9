//! Slow oracle of `tenure-classify`: the verdict once more, from the specification. Days are
//! numbers, facts are texts, the rule set is a table of numbers. Where something cannot be known,
//! every way it could have been is tried: every day a relationship may have ended, every side an
//! unsaid line may fall on, every subset of changes, every answer to an open question.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "small numbers; an oracle that overflows should stop the test"
)]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use tenure_classify::RuleSetParts;
use tenure_model::{Coverage, Relationship};

mod card;
mod choices;
pub mod playbook;
mod reasons;
mod seen;
mod sight;
pub mod stable;
mod streams;

use card::Card;
pub use choices::{Choices, Open, Way};
use reasons::Case;
use seen::Seen;
use sight::Sight;

/// What is asked.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "written out by tests")]
pub struct Question<'a> {
    /// The history.
    pub relationship: &'a Relationship,
    /// The rules: read as data, nothing of them is called.
    pub rules: &'a RuleSetParts,
    /// The day.
    pub as_of: NaiveDate,
    /// The last day whose records are known.
    pub known_at: NaiveDate,
    /// How complete the tables are.
    pub coverage: Coverage,
    /// The class before, by name.
    pub previous: Option<&'a str>,
    /// The lean policy.
    pub lean: bool,
    /// Packs in force, by name.
    pub packs: &'a [&'a str],
    /// Our own industry.
    pub industry: Option<&'a str>,
    /// Minor units and days of the accounts of the portfolio in one currency.
    pub portfolio: Option<(&'a str, &'a [(i128, i64)])>,
}

/// What the specification answers, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "compared by tests")]
pub struct Answer {
    /// The class.
    pub class: String,
    /// The classes left open.
    pub possible: BTreeSet<String>,
    /// The score, lower and upper end.
    pub score: (i64, i64),
    /// Yes, No or Maybe.
    pub transactional: &'static str,
    /// The stage.
    pub stage: &'static str,
    /// The word for the account.
    pub term: String,
    /// Name, value and points of each signal, in the order of the rule set; then the cap, if any.
    pub contributions: Vec<Contribution>,
    /// All reasons, in order.
    pub reasons: Vec<String>,
    /// The hard rule that fired.
    pub hard_rule: Option<String>,
    /// The client and the customer threshold in use.
    pub thresholds: (i64, i64),
    /// The distance to the nearest threshold.
    pub margin: i64,
    /// Points that are known, of all.
    pub coverage: (i64, i64),
    /// Whether the strict policy gives a class.
    pub robust: bool,
    /// High, medium or low.
    pub confidence: &'static str,
    /// The observed anchor, the opening and the close before it, as day numbers, and which.
    pub episode: (i64, Option<i64>, Option<i64>, usize),
    /// Days from first contact to opening.
    pub sales_cycle: Option<i64>,
    /// The last day on which a contract began or was over for the first time, as a number.
    pub contracts_changed: Option<i64>,
    /// What is worth finding out, and what would have to change.
    pub choices: Choices,
}

impl Answer {
    /// Least and most points of each signal, in the order of the rule set.
    #[must_use]
    pub fn points(&self) -> Vec<(i64, i64)> {
        let signals = self.contributions.iter().filter(|(_, value, _)| value.is_some());
        signals.map(|&(_, _, points)| points).collect()
    }
}

/// Name, least and most value, least and most points; the cap has no value.
pub type Contribution = (String, Option<(i64, i64)>, (i64, i64));

const UNDETERMINED: &str = "undetermined";

/// A day as a number: days from the beginning of the calendar, whichever.
#[must_use]
pub fn number(day: NaiveDate) -> i64 {
    day.signed_duration_since(NaiveDate::default()).num_days()
}

/// Everything a question comes to before the class.
struct Reading<'a> {
    question: Question<'a>,
    card: Card,
    seen: Seen<'a>,
    /// From every day and close that may be the right ones.
    joined: Sight,
    /// From what was observed, as if it were all.
    observed: Sight,
    duty: &'static str,
    duty_seen: bool,
}

impl<'a> Reading<'a> {
    fn new(question: Question<'a>) -> Self {
        let card = Card::new(question.rules);
        let seen = Seen::new(question, &card);
        let (joined, observed) = (Sight::joined(&seen, &card), Sight::observed(&seen, &card));
        let mut of_episode = seen.deals.iter().filter(|deal| seen.in_episode(deal.start));
        let duty_seen = of_episode.clone().any(|deal| deal.duty == "Yes");
        let unsaid = of_episode.any(|deal| deal.duty == "Unknown");
        // Who opened an episode unseen, or bridged a gap unseen, moves contracts in and out of it.
        let bridged = !seen.whole && seen.close.is_some();
        let ever = seen.deals.iter().any(|deal| deal.duty != "No");
        let duty = match card.fiduciary {
            None => "No",
            Some(_) if duty_seen && !seen.may_have_restarted => "Yes",
            Some(_) if duty_seen || unsaid || !seen.contracts_complete || (bridged && ever) => {
                "Maybe"
            }
            Some(_) => "No",
        };
        let duty_seen = duty_seen && card.fiduciary.is_some();
        Self { question, card, seen, joined, observed, duty, duty_seen }
    }

    /// No business, and a rule that says what then.
    fn idle(&self) -> bool {
        !self.seen.commercial && self.card.no_activity.is_some()
    }

    fn limits(&self) -> (i64, i64) {
        self.card.limits(self.question.previous)
    }

    /// The classes left open by a score interval.
    fn open(&self, score: (i64, i64), limits: (i64, i64)) -> BTreeSet<String> {
        if self.idle() && self.seen.whole {
            return BTreeSet::from([UNDETERMINED.to_owned()]);
        }
        classes(score, self.joined.transactional, self.duty, limits)
    }

    fn strict_class(&self, score: (i64, i64), limits: (i64, i64)) -> String {
        let unseen = !self.seen.commercial && !self.seen.whole;
        if self.idle() || unseen {
            return UNDETERMINED.to_owned();
        }
        only(&self.open(score, limits))
    }

    fn class(&self, limits: (i64, i64)) -> String {
        if !self.question.lean || !self.seen.commercial && (self.idle() || !self.seen.whole) {
            return self.strict_class(self.joined.score(&self.card), limits);
        }
        let lo = self.observed.score(&self.card).0;
        let duty = if self.duty_seen { "Yes" } else { "No" };
        only(&classes((lo, lo), self.observed.known_transactional, duty, limits))
    }

    /// The word, and whether a regulated pack gave it: the first pack with a rule for the case.
    fn term(&self, class: &str, stage: &str) -> (String, bool) {
        let in_contact = stage == "prospect" && self.observed.talk.iter().any(|one| one.human);
        for &pack in self.question.packs {
            let word = match (pack, self.seen.commercial) {
                ("legal", false) if in_contact => "prospective client",
                (_, false) => continue,
                ("finserv-us", true) if self.question.industry == Some("financial_planning") => {
                    "client"
                }
                ("finserv-us" | "saas", true) => "customer",
                ("health", true) => "patient",
                ("education", true) => "pupil",
                ("nonprofit", true) => "donor",
                ("hospitality", true) => "guest",
                (_, true) => "client",
            };
            return (word.to_owned(), ["legal", "finserv-uk", "finserv-us"].contains(&pack));
        }
        (if ["client", "customer"].contains(&class) { class } else { "either" }.to_owned(), false)
    }
}

/// The classes of a score interval, a test and a fiduciary fact under two thresholds: every score
/// of the interval, one by one.
fn classes(
    (lo, hi): (i64, i64),
    test: &str,
    duty: &str,
    (client, customer): (i64, i64),
) -> BTreeSet<String> {
    let client_side: &[&str] = match test {
        "No" => &["client"],
        "Yes" => &["hybrid"],
        _ => &["client", "hybrid"],
    };
    let mut open: BTreeSet<&str> = BTreeSet::new();
    if duty != "No" {
        open.extend(client_side);
    }
    for score in lo..=hi {
        match score {
            _ if duty == "Yes" => {}
            _ if score >= client => open.extend(client_side),
            _ if score < customer => open.extend(["customer"]),
            _ => open.extend(["hybrid"]),
        }
    }
    open.into_iter().map(str::to_owned).collect()
}

fn only(open: &BTreeSet<String>) -> String {
    match open.iter().collect::<Vec<_>>().as_slice() {
        [one] => (*one).clone(),
        _ => UNDETERMINED.to_owned(),
    }
}

/// Answers by the specification.
#[must_use]
pub fn verdict(question: Question<'_>) -> Answer {
    let reading = Reading::new(question);
    let Reading { card, seen, joined, observed, .. } = &reading;
    let limits = reading.limits();
    let (lo, hi) = joined.score(card);
    let class = reading.class(limits);
    let robust = reading.strict_class((lo, hi), limits) != UNDETERMINED;
    let stage = seen.stage();
    let (term, regulated) = reading.term(&class, stage);
    let duty = if question.lean { reading.duty_seen } else { reading.duty == "Yes" };
    let case = Case {
        class: &class,
        customer_possible: reading.open((lo, hi), limits).contains("customer"),
        idle: reading.idle(),
        stage,
        duty: duty && !reading.idle(),
        regulated,
        held: reading.class(card.limits(None)) != class,
        sight: if question.lean { observed } else { joined },
    };
    let reasons = case.list(&reading);
    // The nearest score of the interval to the nearest threshold.
    let distance = |score: i64| (score - limits.0).abs().min((score - limits.1).abs());
    let margin = (lo..=hi).map(distance).min().unwrap_or(0);
    let maxima: i64 = card.rows.iter().map(|row| row.most()).sum();
    let known = maxima - (hi - lo);
    Answer {
        hard_rule: match (reading.idle(), seen.whole) {
            (true, true) => card.no_activity.clone(),
            (true, false) => None,
            (false, _) => card.fiduciary.clone().filter(|_| duty),
        },
        possible: reading.open((lo, hi), limits),
        confidence: match (robust, margin) {
            (true, 10..) if 10 * known >= 9 * maxima => "high",
            (true, 5..) => "medium",
            _ => "low",
        },
        contributions: joined.contributions(card),
        coverage: (known, maxima),
        episode: (seen.anchor, seen.opened, seen.close, seen.episodes),
        sales_cycle: seen.sales_cycle(),
        choices: choices::choices(&reading),
        contracts_changed: seen
            .deals
            .iter()
            .flat_map(|deal| [deal.began, deal.end + 1])
            .filter(|&day| day <= seen.today)
            .max(),
        score: (lo, hi),
        transactional: joined.transactional,
        thresholds: limits,
        class,
        stage,
        term,
        reasons,
        margin,
        robust,
    }
}
