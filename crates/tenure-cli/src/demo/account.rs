//! One account: its planted health, and what every sort of account does.

use tenure::model::Table;

use super::Planted;
use super::random::Random;
use super::tables::{LAST_DAY, Tables, date, instant};

/// Months of the three years.
const MONTHS: i64 = 36;

/// The month of a day, from 0; days before and after belong to the first and the last.
pub(super) fn month(day: i64) -> Option<usize> {
    usize::try_from((day * 12 / 365).clamp(0, MONTHS - 1)).ok()
}

/// An account being made up: who it is, how it is really doing, and where its rows go.
#[derive(Debug)]
pub(super) struct Account<'a> {
    pub(super) tables: &'a mut Tables,
    pub(super) random: Random,
    pub(super) id: String,
    /// How it is really doing in each month, 0 to 1000: nothing in the tables says it, everything
    /// in them follows it.
    health: Vec<i64>,
    /// What it bought, by day.
    pub(super) bought: Vec<Bought>,
    /// Chance that decides about our own people, apart from that of the account.
    staff: Random,
    /// The number of who looks after it.
    holder: i64,
}

/// A purchase, as far as anybody counts purchases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bought {
    pub(super) day: i64,
    /// The day it was recorded.
    pub(super) known: i64,
    /// The day some of it was taken back.
    pub(super) returned: Option<i64>,
}

impl<'a> Account<'a> {
    /// An account whose health wanders slowly from a level of its own.
    pub(super) fn new(
        tables: &'a mut Tables,
        [mut random, staff]: [Random; 2],
        id: String,
        shift: i64,
    ) -> Self {
        let start = (random.between(200, 1000) + random.between(320, 1000)) / 2 + shift;
        let drift = random.between(-7, 7);
        let mut level = start;
        let health = (0..MONTHS)
            .map(|_| {
                level = (level + drift + random.between(-25, 25)).clamp(0, 1000);
                level
            })
            .collect();
        Self { tables, random, id, health, bought: Vec::new(), staff, holder: 0 }
    }

    /// How it is really doing on a day.
    pub(super) fn health(&self, day: i64) -> i64 {
        month(day).and_then(|month| self.health.get(month)).copied().unwrap_or_default()
    }

    /// Its health goes down month by month, by 400 at last, until the day on which it stops; it
    /// stays down until another.
    pub(super) fn sours(&mut self, stops: i64, until: i64) {
        for (at, health) in (0..MONTHS).zip(&mut self.health) {
            let day = at * 365 / 12;
            if day <= until {
                *health = (*health - (400 - (stops - day)).clamp(0, 400)).max(0);
            }
        }
    }

    /// What nothing in the tables says.
    pub(super) fn into_planted(self) -> Planted {
        Planted { account: self.id, months: self.health }
    }

    /// Health on a day as a witness sees it.
    fn seen(&mut self, day: i64, noise: i64) -> i64 {
        self.health(day) + self.random.between(-noise, noise)
    }

    /// Writes a row of this account.
    pub(super) fn put(&mut self, table: Table, cells: &[(&str, &str)]) -> String {
        let Self { tables, id, .. } = self;
        let cells: Vec<_> = [("account", id.as_str())].iter().chain(cells).copied().collect();
        tables.put(table, &cells)
    }

    /// When a fact of that day was recorded: at once, which is not written, or now and then weeks
    /// later.
    pub(super) fn recorded(&mut self, day: i64) -> String {
        self.recorded_on(day).1
    }

    /// The day of that, and how it is written.
    pub(super) fn recorded_on(&mut self, day: i64) -> (i64, String) {
        if self.random.chance(15) {
            let on = day + self.random.between(1, 40);
            (on, instant(on, self.random.between(480, 1080)))
        } else {
            (day, String::new())
        }
    }

    /// What the account is.
    pub(super) fn introduce(&mut self, name: &str, kind: &str, segment: &str, industry: &str) {
        let cells = [("name", name), ("kind", kind), ("segment", segment), ("industry", industry)];
        self.put(Table::Accounts, &cells);
    }

    /// A talk or a message.
    pub(super) fn interact(&mut self, day: i64, kind: &str, channel: &str, way: Way) {
        if day > LAST_DAY {
            return;
        }
        let (direction, initiator, personal) = match way {
            Way::Meeting => ("mutual", "provider", "yes"),
            Way::Asks => ("in", "account", "yes"),
            Way::Told => ("out", "provider", "yes"),
            Way::Broadcast => ("out", "automated", "no"),
        };
        let (on, recorded) = (date(day), self.recorded(day));
        self.put(
            Table::Interactions,
            &[
                ("date", &on),
                ("channel", channel),
                ("kind", kind),
                ("direction", direction),
                ("initiator", initiator),
                ("personal", personal),
                ("recorded_at", &recorded),
            ],
        );
    }

    /// Who looks after the account, from a day to a day (`None`: still): somebody else than before.
    /// Now and then nobody wrote down who.
    pub(super) fn assign(&mut self, role: &str, start: i64, end: Option<i64>) {
        let other = self.staff.between(1, 9);
        self.holder = if other < self.holder { other } else { other + 1 };
        let (start, end) = (date(start), end.map(date).unwrap_or_default());
        let named = format!("synthetic {role} {:02}", self.holder);
        let person = if self.staff.chance(60) { "" } else { &named };
        let cells = [("role", role), ("person", person), ("start", &start), ("end", &end)];
        self.put(Table::Assignments, &cells);
    }

    /// Somebody looks after the account, and hands it over now and then, until a day (`None`:
    /// still).
    pub(super) fn looked_after(&mut self, role: &str, start: i64, ended: Option<i64>) {
        let (mut from, end) = (start, ended.unwrap_or(LAST_DAY));
        loop {
            let next = from + self.staff.between(250, 900);
            if next >= end {
                return self.assign(role, from, ended);
            }
            self.assign(role, from, Some(next - 1));
            from = next;
        }
    }

    /// A survey that goes out on a day; often nobody answers.
    pub(super) fn ask(&mut self, day: i64, survey: &str, touchpoint: &str) {
        if day > LAST_DAY {
            return;
        }
        let seen = self.seen(day, 260);
        let score = match survey {
            "nps" => (4 + seen * 7 / 1000).clamp(0, 10),
            "csat" => (2 + seen * 7 / 2000).clamp(1, 5),
            _ => (2 + seen * 11 / 2000).clamp(1, 7),
        };
        let answer = match self.random.between(0, 99) {
            0..=57 => score.to_string(),
            58..=60 => "blank".to_owned(),
            61..=63 => "not_applicable".to_owned(),
            64..=69 => "dismissed".to_owned(),
            70..=96 => "no_answer".to_owned(),
            _ => "not_delivered".to_owned(),
        };
        let (on, recorded) = (date(day), self.recorded(day));
        self.put(
            Table::Responses,
            &[
                ("date", &on),
                ("survey", survey),
                ("score", &answer),
                ("touchpoint", touchpoint),
                ("recorded_at", &recorded),
            ],
        );
    }

    /// A case opened on a day: sooner answered, and less often reopened, where health is good.
    pub(super) fn open_case(&mut self, day: i64, bots: bool) {
        if day > LAST_DAY {
            return;
        }
        let health = self.health(day);
        let minute = self.random.between(480, 1080);
        let reply = minute + self.random.between(5, 60 + (1000 - health) / 2);
        let target = self.random.pick(&[480_i64, 1440, 2880]);
        let work = self.random.between(30, 400 + (1000 - health) * 3);
        let paused = if self.random.chance(150) { self.random.between(10, 600) } else { 0 };
        let end = reply + work + paused;
        let reopened = self.random.chance((480 - health / 2).max(20));
        let bot = match self.random.between(0, 9) {
            _ if !bots => "",
            0..=1 => "resolved",
            2..=3 => "escalated",
            4 => "abandoned",
            _ => "",
        };
        let alone = bot == "resolved" || bot == "abandoned";
        // What would end after the last day has not ended yet.
        let ended = day + end.div_euclid(1440) <= LAST_DAY;
        let replied = !alone && day + reply.div_euclid(1440) <= LAST_DAY;
        let status = match (ended, alone) {
            (true, _) if self.random.chance(800) => "closed",
            (true, _) => "solved",
            (false, true) => "pending",
            (false, false) => "open",
        };
        let opened = instant(day, minute);
        let first_reply = if replied { instant(day, reply) } else { String::new() };
        let resolved = if ended { instant(day, end) } else { String::new() };
        let reopens = i64::from(reopened && ended && !alone).to_string();
        let agent = if replied { self.random.between(1, 3) + i64::from(reopened) } else { 0 };
        let account = if alone { 0 } else { self.random.between(0, 2) + i64::from(reopened) };
        let (agent, account) = (agent.to_string(), account.to_string());
        let (target, paused) = (target.to_string(), paused.to_string());
        let channel = if bot.is_empty() { self.random.pick(&["email", "phone"]) } else { "chat" };
        self.put(
            Table::Cases,
            &[
                ("opened", &opened),
                ("status", status),
                ("first_reply", &first_reply),
                ("resolved", &resolved),
                ("reopens", &reopens),
                ("agent_replies", &agent),
                ("account_replies", &account),
                ("target_minutes", if alone { "" } else { &target }),
                ("paused_minutes", if alone { "" } else { &paused }),
                ("bot", bot),
                ("channel", channel),
            ],
        );
        if ended && self.random.chance(400) {
            let survey = self.random.pick(&["csat", "ces", "ces"]);
            self.ask(day + end.div_euclid(1440) + 1, survey, "case");
        }
    }

    /// A contact about an issue; again within days where health is poor.
    pub(super) fn contact(&mut self, day: i64) {
        let issue = self.random.pick(&["billing", "delivery", "login", "product", "returns"]);
        let channel = self.random.pick(&["phone", "chat", "email"]);
        let mut day = day;
        for _ in 0..3 {
            if day > LAST_DAY {
                return;
            }
            let again = self.random.chance((420 - self.health(day) * 3 / 8).max(30));
            let resolved = match (self.random.chance(120), again) {
                (true, _) => "",
                (false, true) if self.random.chance(700) => "no",
                _ => "yes",
            };
            let at = instant(day, self.random.between(420, 1200));
            self.put(
                Table::Contacts,
                &[("issue", issue), ("at", &at), ("resolved", resolved), ("channel", channel)],
            );
            if !again {
                return;
            }
            day += self.random.between(1, 6);
        }
    }

    /// What somebody made of the components of a health profile on a day; now and then nobody
    /// looked.
    pub(super) fn observe(&mut self, day: i64, profile: Profile) {
        if day > LAST_DAY {
            return;
        }
        let components: &[&str] = match profile {
            Profile::Client => {
                &["outcome", "dialogue", "delivery", "sentiment", "commercial", "breadth"]
            }
            Profile::Customer => &["recency", "frequency", "sentiment", "effort", "returns"],
        };
        for component in components {
            let missing = if *component == "sentiment" { 250 } else { 90 };
            if self.random.chance(missing) {
                continue;
            }
            let seen = self.seen(day, 90).clamp(0, 1000);
            let recorded = self.recorded(day);
            // In hundredths of the unit the built-in profiles state.
            let value = match *component {
                "dialogue" => 30 + (1000 - seen) * 2 / 5,
                "delivery" => 5_500 + seen * 45 / 10,
                "breadth" => (1 + seen / 180) * 100,
                "effort" => 100 + seen * 6 / 10,
                // Not a matter of opinion: `count_purchases` writes them.
                "recency" | "frequency" | "returns" => continue,
                _ => seen * 10,
            };
            let (value, on) = (super::tables::money(value), date(day));
            self.put(
                Table::Observations,
                &[
                    ("component", component),
                    ("value", &value),
                    ("observed_at", &on),
                    ("recorded_at", &recorded),
                ],
            );
        }
    }
}

/// Which way a talk or message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Both ways, called by us.
    Meeting,
    /// The account asks.
    Asks,
    /// We write to this account alone.
    Told,
    /// A machine writes to everybody.
    Broadcast,
}

/// Which components are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// Those of the profile `client`.
    Client,
    /// Those of the profile `customer`.
    Customer,
}
