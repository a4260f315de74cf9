//! What is measured, as sentences: the facts behind the points, and the questions behind the gaps.

use chrono::Days;
use tenure::classify::{Change, Context, Evidence, Signal, Span, Target, Verdict};
use tenure::model::{Coverage, Table};

use crate::text;

/// What the sentences of one account are made from.
pub(crate) struct Facts<'a> {
    context: &'a Context<'a>,
    evidence: &'a Evidence,
    /// The days that are counted: `in the last 365 days`.
    days: String,
    /// The day that is looked at, where it is not the day of the question.
    on: String,
    /// The days of the episode, where it is not the first.
    since: String,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(context: &'a Context<'a>, evidence: &'a Evidence, verdict: &Verdict) -> Self {
        let episode = verdict.episode;
        let window = u64::from(context.rules.parts().window_days);
        let first = episode.anchor.checked_sub_days(Days::new(window));
        let after = first.max(episode.previous_close);
        let whole = episode.anchor == verdict.as_of && after == first;
        let days = match after.and_then(|day| day.succ_opt()) {
            Some(start) if !whole => format!("from {start} to {}", episode.anchor),
            _ => format!("in the last {window} days"),
        };
        let ended = episode.anchor != verdict.as_of;
        let on = if ended { format!(" on {}", episode.anchor) } else { String::new() };
        let opened = episode.previous_close.and_then(|day| day.succ_opt());
        let since = opened.map_or_else(|| "so far".to_owned(), |day| format!("since {day}"));
        Self { context, evidence, days, on, since }
    }

    /// What is known of a signal.
    pub(crate) fn of(&self, signal: Signal) -> String {
        let value = self.evidence.signals().get(signal);
        let mut fact = match kind(signal) {
            Kind::Days => self.tenure(value),
            Kind::Times => self.value(value),
            Kind::Level(levels) => format!("{}{}", level(value, levels), self.on),
            Kind::Flag(yes, no) if signal == Signal::GoalTracked => flag(value, yes, no),
            Kind::Flag(yes, no) => format!("{}{}", flag(value, yes, no), self.on),
            Kind::Count(one, many) => {
                let days = self.days(signal);
                let counted = count(value, one, many);
                match (value.hi() == i64::MAX, value.lo()) {
                    (false, _) => format!("{counted} {days}"),
                    (true, 0) => format!("{counted} seen {days}, perhaps some"),
                    (true, _) => format!("{counted} seen {days}, perhaps more"),
                }
            }
        };
        if !value.is_exact() {
            fact.push_str(&format!(" ({})", self.why_open(signal)));
        }
        fact
    }

    /// What to ask where a signal is open.
    pub(crate) const fn question(signal: Signal) -> &'static str {
        match signal {
            Signal::ContractForm => "Is a contract in force, and was it negotiated?",
            Signal::BillingRecurring => "Is a contract billed monthly, quarterly or annually?",
            Signal::TenureDays => "Since when have we done business?",
            Signal::RepeatDays => "On how many days did it buy?",
            Signal::CustomCount => "On how many days was something made for it?",
            Signal::AdviceCount => "How often did a person advise it?",
            Signal::DialogueExchanges => "How often did both sides speak?",
            Signal::ProactiveCount => "How often did we get in touch first?",
            Signal::GoalTracked => "Is there a goal that we work toward with it?",
            Signal::MilestoneCount => "What was delivered or reviewed on the way to a goal?",
            Signal::ManagerDedicated => "Is somebody assigned to it?",
            Signal::Exclusive => "Does it buy this from us alone?",
            Signal::ReferralCount => "Whom did it refer to us?",
            Signal::ValueRatio => "What did it pay, and what are its contracts worth a year?",
            _ => "What is it?",
        }
    }

    /// A change as a part of a sentence.
    pub(crate) fn change(&self, change: &Change, target: Target) -> String {
        let bound = if target == Target::ClientSide { "at least" } else { "at most" };
        let now = Span::exactly(change.from);
        let unknown = change.from == i64::MAX;
        if let (Signal::TenureDays, Some(day)) = (change.signal, change.on) {
            return format!(
                "wait until {day}, when the relationship is {} days old",
                text::grouped(i128::from(change.to))
            );
        }
        match kind(change.signal) {
            Kind::Level(levels) => {
                let now = level(now, levels);
                format!("{} (now: {now})", level(Span::exactly(change.to), levels))
            }
            Kind::Flag(yes, no) => {
                let told = if change.to > 0 { yes } else { no };
                // Toward customers nothing need change where nothing was seen: it must be known.
                let seen = self.evidence.signals().get(change.signal).lo();
                if seen <= change.to && change.to < change.from {
                    format!("it turns out that {told}")
                } else {
                    told.to_owned()
                }
            }
            Kind::Days => {
                let days = |days: i64| text::grouped(i128::from(days));
                let now = if unknown { "not known".to_owned() } else { days(change.from) };
                format!("{bound} {} days of business (now {now})", days(change.to))
            }
            Kind::Times => {
                let times = |value: i64| text::fixed(i128::from(value), 3);
                let now = if unknown { "not known".to_owned() } else { times(change.from) };
                let to = times(change.to);
                format!("worth {bound} {to} times the usual account a day (now {now})")
            }
            Kind::Count(one, many) => {
                let now = if unknown {
                    "now not known".to_owned()
                } else {
                    format!("now {}", text::grouped(i128::from(change.from)))
                };
                let wanted = count(Span::exactly(change.to), one, many);
                let bound = if change.to == 0 { "" } else { bound };
                format!("{bound} {wanted} {} ({now})", self.days(change.signal))
                    .trim_start()
                    .to_owned()
            }
        }
    }

    /// The days that a signal counts.
    fn days(&self, signal: Signal) -> &str {
        if signal == Signal::ReferralCount { &self.since } else { &self.days }
    }

    /// Which tables leave a signal open, or that the records do.
    fn why_open(&self, signal: Signal) -> String {
        let missing = incomplete(signal.tables(), &self.context.coverage);
        if missing.is_empty() {
            "the records do not say".to_owned()
        } else {
            format!("not complete: {}", missing.join(", "))
        }
    }

    fn tenure(&self, value: Span) -> String {
        let days = |days: i64| text::grouped(i128::from(days));
        match (self.evidence.episode().opened, value.is_exact()) {
            (None, true) => "no business yet".to_owned(),
            (None, false) => "no business seen".to_owned(),
            (Some(day), true) => format!("business since {day}: {} days", days(value.lo())),
            (Some(day), false) => {
                format!("business seen since {day}: {} days, perhaps more", days(value.lo()))
            }
        }
    }

    fn value(&self, value: Span) -> String {
        if self.context.value_median.is_none() {
            return "no portfolio to compare its value with".to_owned();
        }
        if !value.is_exact() {
            return "its value beside the usual account's is not known".to_owned();
        }
        let times = text::fixed(i128::from(value.lo()), 3);
        format!("worth {times} times the usual account a day")
    }
}

/// Of these tables, those that are not complete, and what they are instead.
pub(crate) fn incomplete(tables: &[Table], coverage: &Coverage) -> Vec<String> {
    let open = tables.iter().filter(|&&table| !coverage.is_complete(table));
    open.map(|&table| format!("{table} ({})", coverage.of(table).name())).collect()
}

/// How the values of a signal read.
enum Kind {
    /// 0, 1, 2.
    Level([&'static str; 3]),
    /// 1 and 0.
    Flag(&'static str, &'static str),
    /// One, and several; the days follow.
    Count(&'static str, &'static str),
    /// How long business has lasted.
    Days,
    /// Thousandths of the usual value.
    Times,
}

const fn kind(signal: Signal) -> Kind {
    match signal {
        Signal::ContractForm => Kind::Level([
            "no contract in force",
            "a contract on standard terms",
            "a negotiated contract",
        ]),
        Signal::BillingRecurring => Kind::Flag(
            "a contract is billed monthly, quarterly or annually",
            "no contract is billed monthly, quarterly or annually",
        ),
        Signal::GoalTracked => Kind::Flag("a goal is set", "no goal is set"),
        Signal::ManagerDedicated => Kind::Flag("somebody is assigned", "nobody is assigned"),
        Signal::Exclusive => {
            Kind::Flag("it buys this from us alone", "no contract says that it buys from us alone")
        }
        Signal::RepeatDays => Kind::Count("day of repeat business", "days of repeat business"),
        Signal::CustomCount => {
            Kind::Count("day with something made for it", "days with something made for it")
        }
        Signal::AdviceCount => Kind::Count("advisory contact", "advisory contacts"),
        Signal::DialogueExchanges => Kind::Count("exchange", "exchanges"),
        Signal::ProactiveCount => Kind::Count("contact that we began", "contacts that we began"),
        Signal::MilestoneCount => {
            Kind::Count("milestone delivered or reviewed", "milestones delivered or reviewed")
        }
        Signal::ReferralCount => Kind::Count("referral", "referrals"),
        Signal::TenureDays => Kind::Days,
        Signal::ValueRatio => Kind::Times,
        _ => Kind::Count("of it", "of it"),
    }
}

fn level(value: Span, levels: [&'static str; 3]) -> String {
    let name = |level: i64| {
        let place = usize::try_from(level).unwrap_or_default();
        levels.get(place).or(levels.last()).copied().unwrap_or_default()
    };
    if value.is_exact() {
        name(value.lo()).to_owned()
    } else {
        format!("{} seen, perhaps {}", name(value.lo()), name(value.hi()))
    }
}

fn flag(value: Span, yes: &str, no: &str) -> String {
    match (value.lo() > 0, value.hi() > 0) {
        (true, _) => yes.to_owned(),
        (false, false) => no.to_owned(),
        (false, true) => format!("perhaps {yes}"),
    }
}

fn count(value: Span, one: &str, many: &str) -> String {
    let number = |number: i64| match number {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        more => format!("{} {many}", text::grouped(i128::from(more))),
    };
    if value.is_exact() || value.hi() == i64::MAX {
        number(value.lo())
    } else {
        format!("{} to {}", text::grouped(i128::from(value.lo())), number(value.hi()))
    }
}
