//! A made-up portfolio: about 400 accounts over three years, in every table, from a seed.
//!
//! Each account has a health that no table states and everything in the tables follows: renewals,
//! answers, reopened cases, repeated contacts, spend, rhythm and observations. What is planted in those
//! who buy: the worse, the longer the gaps and the sooner the last purchase (a chance by purchase that
//! grows with the square of what is missing to 1000); those who fall silent for good or for a while go
//! down for a year before. Recency, frequency and returns are counted from the purchases themselves, as
//! they were known then, and are nobody's opinion. All arithmetic is on integers, so one seed gives the
//! same bytes on every platform.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "days lie within five years, cents below 10^9: nothing here can overflow"
)]

mod account;
mod client;
mod customer;
mod random;
mod tables;

use chrono::NaiveDate;

use account::{Account, Way};
use client::Fate;
use customer::Rhythm;
use random::Random;
use tables::{LAST_DAY, Tables};

/// A sort of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Archetype {
    /// Yearly negotiated terms, monthly fees.
    Retainer,
    /// Advice under a duty of care.
    Advised,
    /// Software by subscription, with an account manager and purchases on the side.
    Subscriber,
    /// A retainer that left.
    FormerClient,
    /// Buys every few weeks.
    Regular,
    /// Buys now and then.
    Occasional,
    /// Bought once.
    OneTime,
    /// Buys on promotion.
    Promotional,
    /// Bought, and stopped.
    Dormant,
    /// Stopped, and came back lately.
    Reengaged,
    /// Began in the last months.
    New,
    /// Hardly anything is known.
    Thin,
}

/// How many of each.
const ACCOUNTS: [(Archetype, u64); 12] = [
    (Archetype::Retainer, 40),
    (Archetype::Advised, 45),
    (Archetype::Subscriber, 60),
    (Archetype::FormerClient, 10),
    (Archetype::Regular, 70),
    (Archetype::Occasional, 50),
    (Archetype::OneTime, 40),
    (Archetype::Promotional, 30),
    (Archetype::Dormant, 20),
    (Archetype::Reengaged, 15),
    (Archetype::New, 12),
    (Archetype::Thin, 8),
];

/// Segments, and by how much their accounts do better or worse.
const SEGMENTS: [(&str, i64); 4] = [("north", 40), ("east", -60), ("south", 0), ("west", 20)];

/// The health of an account that no table states, by month of the three years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planted {
    pub(crate) account: String,
    months: Vec<i64>,
}

impl Planted {
    /// On a day; `None` outside the three years.
    pub(crate) fn on(&self, day: NaiveDate) -> Option<i64> {
        let day = tables::number(day).filter(|day| (0..=LAST_DAY).contains(day))?;
        self.months.get(account::month(day)?).copied()
    }
}

/// Name and content of every file of the portfolio: the tables, and a `tenure.toml`.
pub(crate) fn files(seed: u64) -> Vec<(&'static str, String)> {
    generate(seed).0
}

/// The planted health of every account of the portfolio of that seed.
pub(crate) fn planted(seed: u64) -> Vec<Planted> {
    generate(seed).1
}

fn generate(seed: u64) -> (Vec<(&'static str, String)>, Vec<Planted>) {
    let mut tables = Tables::new();
    let mut planted = Vec::new();
    let archetypes = ACCOUNTS.into_iter().flat_map(|(archetype, count)| {
        std::iter::repeat_n(archetype, usize::try_from(count).unwrap_or_default())
    });
    for (number, archetype) in (1_u64..).zip(archetypes) {
        planted.push(make(&mut tables, seed, number, archetype));
    }
    let config = ("tenure.toml", include_str!("demo/tenure.toml").to_owned());
    (tables.into_files().chain([config]).collect(), planted)
}

fn make(tables: &mut Tables, seed: u64, number: u64, archetype: Archetype) -> Planted {
    let mut random = Random::stream(seed, number);
    let (segment, shift) = random.pick(&SEGMENTS);
    let shift = if archetype == Archetype::FormerClient { shift - 200 } else { shift };
    let organisation = match archetype {
        Archetype::Retainer | Archetype::Subscriber | Archetype::FormerClient => true,
        Archetype::Advised => random.chance(150),
        _ => random.chance(200),
    };
    let industry = if organisation {
        random.pick(&["manufacturing", "retail", "health", "software", "logistics"])
    } else {
        ""
    };
    let name = format!("Synthetic {number:03}");
    // Our own people come from a stream of their own, beyond those of the accounts.
    let streams = [random, Random::stream(seed, number.saturating_add(1 << 32))];
    let mut account = Account::new(tables, streams, format!("syn-{number:03}"), shift);
    let kind = if organisation { "organisation" } else { "person" };
    account.introduce(&name, kind, segment, industry);
    match archetype {
        Archetype::Retainer => account.retainer(Fate::Open),
        Archetype::FormerClient => account.retainer(Fate::Leaves),
        Archetype::Advised => account.advised(),
        Archetype::Subscriber => account.subscriber(),
        Archetype::Thin => {
            if account.random.chance(600) {
                let day = account.random.between(600, LAST_DAY);
                account.interact(day, "question", "phone", Way::Asks);
            }
        }
        _ => purchases(&mut account, archetype),
    }
    account.into_planted()
}

fn purchases(account: &mut Account<'_>, archetype: Archetype) {
    let random = &mut account.random;
    let plain = Rhythm {
        first: random.between(0, 700),
        last: LAST_DAY,
        gap: random.between(22, 45),
        promotional: 120,
        cents: random.between(40, 70) * random.between(90, 200),
        stops: random.pick(&[1, 1, 2, 5, 60, 200]),
    };
    let rhythm = match archetype {
        Archetype::Occasional => Rhythm { gap: random.between(80, 170), ..plain },
        Archetype::Promotional => {
            Rhythm { gap: random.between(50, 120), promotional: 850, ..plain }
        }
        Archetype::OneTime => {
            let day = random.between(0, LAST_DAY - 100);
            Rhythm { first: day, last: day, ..plain }
        }
        Archetype::New => Rhythm { first: random.between(LAST_DAY - 85, LAST_DAY - 5), ..plain },
        Archetype::Dormant => {
            let first = random.between(0, 300);
            let last = first + random.between(200, 450);
            account.sours(last, LAST_DAY);
            Rhythm { first, last, stops: 0, ..plain }
        }
        Archetype::Reengaged => {
            let first = random.between(0, 200);
            let last = first + random.between(300, 420);
            account.sours(last, last + 180);
            Rhythm { first, last, gap: 40, stops: 0, ..plain }
        }
        _ => plain,
    };
    let last = account.buys(rhythm);
    match archetype {
        Archetype::Reengaged => {
            // A silence of more than three usual gaps, then back.
            let back = LAST_DAY - account.random.between(5, 60);
            account.buys(Rhythm { first: back, last: back, ..rhythm });
            account.is_customer(rhythm.first, LAST_DAY);
        }
        Archetype::New => account.is_customer(rhythm.first, LAST_DAY),
        _ => account.is_customer(rhythm.first, (last + 150).min(LAST_DAY)),
    }
    account.count_purchases(rhythm.first);
}

#[cfg(test)]
mod tests;
