//! A made-up portfolio, as the text of its tables.

use std::fmt::Write;

use chrono::{Days, NaiveDate};

use crate::random::Random;

/// Purchases of each account.
pub const PURCHASES: usize = 10;
/// Interactions of each account.
pub const INTERACTIONS: usize = 2;
/// The day of the question.
pub const TODAY: &str = "2025-06-30";

/// A portfolio: purchases of three years and a few interactions an account, in order of account,
/// in one currency.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "two tables and how long they are")]
pub struct Portfolio {
    /// How many accounts.
    pub accounts: usize,
    /// How many rows in both tables.
    pub rows: usize,
    /// The text of `accounts.csv`.
    pub profiles: String,
    /// The text of `purchases.csv`.
    pub purchases: String,
    /// The text of `interactions.csv`.
    pub interactions: String,
}

impl Portfolio {
    /// So many accounts, always the same ones.
    ///
    /// # Errors
    /// None: writing to a text does not fail.
    pub fn new(accounts: usize) -> Result<Self, std::fmt::Error> {
        let mut random = Random::new(20_250_630);
        let mut profiles = "account,segment\n".to_owned();
        let mut purchases = "account,date,amount,currency,customised\n".to_owned();
        let mut interactions =
            "account,date,channel,kind,direction,initiator,personal\n".to_owned();
        let segments = ["north", "south", "east", "west"];
        let kinds = ["advice", "question", "meeting", "order"];
        let customised = ["no", "no", "no", "yes", ""];
        for account in 0..accounts {
            let segment = pick(&segments, &mut random);
            writeln!(profiles, "A{account:07},{segment}")?;
            // Some come often and lately, some rarely and long ago.
            let span = random.below(1_000).saturating_add(60);
            for _ in 0..PURCHASES {
                let (day, units) = (ago(random.below(span)), random.below(40_000));
                let (whole, cents) = (units / 100, units % 100);
                let made = pick(&customised, &mut random);
                writeln!(purchases, "A{account:07},{day},{whole}.{cents:02},EUR,{made}")?;
            }
            for _ in 0..INTERACTIONS {
                let (day, kind) = (ago(random.below(span)), pick(&kinds, &mut random));
                let ends = pick(&["in,account", "out,provider"], &mut random);
                writeln!(interactions, "A{account:07},{day},email,{kind},{ends},yes")?;
            }
        }
        let rows =
            accounts.saturating_mul(PURCHASES.saturating_add(INTERACTIONS).saturating_add(1));
        Ok(Self { accounts, rows, profiles, purchases, interactions })
    }

    /// The files of a folder, every table that classification reads declared complete.
    #[must_use]
    pub fn files(&self) -> [(&'static str, &str); 9] {
        const CONFIG: &str = "as_of = \"2025-06-30\"\n[coverage]\ncontracts = \"complete\"\n\
            purchases = \"complete\"\ninteractions = \"complete\"\ndeliverables = \"complete\"\n\
            goals = \"complete\"\nreferrals = \"complete\"\nassignments = \"complete\"\n";
        [
            ("tenure.toml", CONFIG),
            ("accounts.csv", &self.profiles),
            ("purchases.csv", &self.purchases),
            ("interactions.csv", &self.interactions),
            // An account is known to have no contract where a table of contracts has none.
            ("contracts.csv", "account,kind,start,terms,billing\n"),
            ("deliverables.csv", "account,item\n"),
            ("goals.csv", "account,set,goal\n"),
            ("referrals.csv", "account,date\n"),
            ("assignments.csv", "account,role,start\n"),
        ]
    }
}

fn pick<'a>(all: &[&'a str], random: &mut Random) -> &'a str {
    let place = random.below(u32::try_from(all.len()).unwrap_or(0));
    usize::try_from(place).ok().and_then(|place| all.get(place)).copied().unwrap_or_default()
}

fn ago(days: u32) -> NaiveDate {
    let today = NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default();
    today.checked_sub_days(Days::new(u64::from(days))).unwrap_or(today)
}
