//! Accounts looked after by people: retainers, advice, subscriptions with an account manager.

use tenure::model::Table;

use super::account::{Account, Profile, Way};
use super::tables::{LAST_DAY, date, instant, money, months_after};

/// How a term ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Renewed at so many cents a year.
    Won(i64),
    Lost,
    /// Not decided by the last day.
    Pending,
}

/// Whether the account is still there at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// As its health has it.
    Open,
    /// It leaves at its first or second renewal.
    Leaves,
}

/// A term of a contract.
#[derive(Debug, Clone, Copy)]
struct Term {
    kind: &'static str,
    terms: &'static str,
    billing: &'static str,
    start: i64,
    /// The last day in force; `None`: open.
    end: Option<i64>,
    fiduciary: &'static str,
    exclusive: &'static str,
    /// Cents; `None`: not known.
    annual: Option<i64>,
}

impl Account<'_> {
    fn sign(&mut self, term: Term) -> String {
        let (start, end) = (date(term.start), term.end.map(date).unwrap_or_default());
        let signed = date(term.start - self.random.between(0, 20));
        let annual = term.annual.map(money).unwrap_or_default();
        let renewal = match term.end {
            None => "none",
            Some(_) => self.random.pick(&["manual", "manual", "auto"]),
        };
        self.put(
            Table::Contracts,
            &[
                ("kind", term.kind),
                ("start", &start),
                ("end", &end),
                ("signed", &signed),
                ("terms", term.terms),
                ("billing", term.billing),
                ("fiduciary", term.fiduciary),
                ("exclusive", term.exclusive),
                ("renewal", renewal),
                ("annual_value", &annual),
            ],
        )
    }

    /// What becomes of a term that comes due: poor health loses it, middling health is late and
    /// bargains, good health grows.
    fn renew(&mut self, contract: &str, due: i64, annual: i64, fate: Fate) -> Outcome {
        let health = self.health(due);
        let lost = ((700 - health) * 4 / 5).clamp(15, 560);
        let leaves = fate == Fate::Leaves && (due > 700 || self.random.chance(500));
        let late = self.random.chance((320 - health / 4).max(40));
        let closed =
            if late { due + self.random.between(1, 25) } else { due - self.random.between(0, 45) };
        let outcome = if leaves || self.random.chance(lost) {
            if due > LAST_DAY { Outcome::Pending } else { Outcome::Lost }
        } else if closed > LAST_DAY {
            Outcome::Pending
        } else {
            let change = (health - 450) / 3 + self.random.between(-40, 40);
            // Whole dollars a month, so that a twelfth of it is exact.
            Outcome::Won((annual * (1000 + change) / 1000) / 1200 * 1200)
        };
        let (due_on, arr_due) = (date(due), money(annual));
        let (closed_at, arr_renewed, lost_at) = match outcome {
            Outcome::Won(renewed) => (date(closed), money(renewed), String::new()),
            Outcome::Lost => (String::new(), String::new(), date(due)),
            Outcome::Pending => Default::default(),
        };
        self.put(
            Table::Renewals,
            &[
                ("contract", contract),
                ("due", &due_on),
                ("arr_due", &arr_due),
                ("closed_at", &closed_at),
                ("arr_renewed", &arr_renewed),
                ("lost_at", &lost_at),
            ],
        );
        outcome
    }

    /// Yearly terms from a day on, the revenue of each as a monthly amount. Gives back the last day
    /// of service; `None`: still there.
    fn yearly_terms(&mut self, first: Term, fate: Fate) -> Option<i64> {
        let mut term = first;
        loop {
            let end = months_after(term.start, 12) - 1;
            term.end = Some(end);
            let annual = term.annual.unwrap_or_default();
            let contract = self.sign(term);
            let (at, monthly) = (instant(term.start, 0), money(annual / 12));
            self.put(
                Table::Subscriptions,
                &[("subscription", "fee"), ("at", &at), ("change", "set"), ("amount", &monthly)],
            );
            if end > LAST_DAY + 90 {
                return None;
            }
            match self.renew(&contract, end, annual, fate) {
                Outcome::Pending => return None,
                Outcome::Lost => {
                    let at = instant(end + 1, 0);
                    self.put(
                        Table::Subscriptions,
                        &[("subscription", "fee"), ("at", &at), ("change", "cancel")],
                    );
                    return Some(end);
                }
                Outcome::Won(annual) => {
                    term.start = end + 1;
                    term.annual = Some(annual);
                    if term.start > LAST_DAY {
                        return None;
                    }
                }
            }
        }
    }

    /// Work for the account, month by month: talks, things delivered, surveys, observations.
    fn work(&mut self, start: i64, end: i64, deliver_every: i64) {
        let mut day = start + self.random.between(3, 20);
        let mut month = 0;
        while day <= end {
            let health = self.health(day);
            let kind = if month % 3 == 2 { "qbr" } else { "advice" };
            self.interact(day, kind, "meeting", Way::Meeting);
            for _ in 0..self.random.between(0, 1 + health / 400) {
                let on = (day + self.random.between(1, 25)).min(end);
                self.interact(on, "question", "email", Way::Asks);
                self.interact((on + 1).min(end), "answer", "email", Way::Told);
            }
            if self.random.chance(250) {
                let on = (day + self.random.between(1, 25)).min(end);
                self.interact(on, "advice", "phone", Way::Told);
            }
            if month % deliver_every == 0 {
                self.deliver(day + 20);
            }
            if month % 6 == 4 {
                self.ask(day + 5, "nps", "relationship");
            }
            if month % 3 == 2 {
                self.observe((day + 8).min(end), Profile::Client);
            }
            if self.random.chance(30 + (1000 - health) / 8) {
                let on = day + self.random.between(0, 25);
                self.open_case(on, false);
            }
            if self.random.chance(60 + (1000 - health) / 10) {
                let on = day + self.random.between(0, 25);
                self.contact(on);
            }
            day += self.random.between(27, 34);
            month += 1;
        }
        if end == LAST_DAY {
            let last = LAST_DAY - self.random.between(3, 40);
            self.observe(last.max(start), Profile::Client);
        }
    }

    fn deliver(&mut self, due: i64) {
        let late = self.random.chance((620 - self.health(due) / 2).max(40));
        let done =
            if late { due + self.random.between(1, 25) } else { due - self.random.between(0, 6) };
        let item = self.random.pick(&["report", "plan", "campaign", "review", "workshop"]);
        let csat = done <= LAST_DAY && self.random.chance(400);
        let (due, on) = (date(due), if done <= LAST_DAY { date(done) } else { String::new() });
        let cells = [("due", due.as_str()), ("done", &on), ("item", item), ("customised", "yes")];
        self.put(Table::Deliverables, &cells);
        if csat {
            self.ask(done + 2, "csat", "deliverable");
        }
    }

    fn goal(&mut self, set: i64, end: i64) {
        let words = ["grow by a tenth", "open a second site", "retire at 60", "halve the backlog"];
        let goal = self.random.pick(&words);
        let every = self.random.between(100, 190);
        let days = |day: &i64| *day <= end;
        let reviews: Vec<String> =
            (1..12).map(|step| set + every * step).take_while(days).map(date).collect();
        let closed = if self.random.chance(200) && set + 300 <= end {
            date(set + 300)
        } else {
            String::new()
        };
        let reviews: Vec<String> =
            reviews.into_iter().filter(|day| closed.is_empty() || *day <= closed).collect();
        let (set, reviews) = (date(set), reviews.join(";"));
        self.put(
            Table::Goals,
            &[("set", &set), ("goal", goal), ("reviews", &reviews), ("closed", &closed)],
        );
    }

    fn refer(&mut self, start: i64, end: i64) {
        let mut day = start + self.random.between(120, 420);
        while day <= end {
            if self.random.chance(self.health(day) - 250) {
                let on = date(day);
                self.put(Table::Referrals, &[("date", &on)]);
            }
            day += self.random.between(200, 420);
        }
    }

    /// Before the first term, or after the last.
    fn around(&mut self, start: i64, end: Option<i64>) {
        if start > 60 {
            let on = start - self.random.between(20, 55);
            self.interact(on, "consultation", "meeting", Way::Meeting);
        }
        if let Some(end) = end
            && self.random.chance(600)
        {
            let on = end + self.random.between(30, 120);
            self.interact(on, "win_back", "email", Way::Told);
        }
    }

    /// A retainer: negotiated yearly terms, monthly fees, a lead of its own.
    pub(super) fn retainer(&mut self, fate: Fate) {
        let latest = if fate == Fate::Leaves { 200 } else { 640 };
        let start = self.random.between(0, latest);
        let first = Term {
            kind: "retainer",
            terms: "negotiated",
            billing: "monthly",
            start,
            end: None,
            fiduciary: "no",
            exclusive: self.random.pick(&["yes", "no", "no", ""]),
            annual: Some(self.random.between(10, 90) * 120_000),
        };
        let ended = self.yearly_terms(first, fate);
        let end = ended.unwrap_or(LAST_DAY);
        let handover = start + self.random.between(250, 900);
        if handover < end && self.random.chance(300) {
            self.assign("account lead", start, Some(handover - 1));
            self.assign("account lead", handover, ended);
        } else {
            self.assign("account lead", start, ended);
        }
        self.work(start, end, 2);
        let on = start + self.random.between(5, 40);
        self.goal(on, end);
        if self.random.chance(500) && start + 400 <= end {
            self.goal(start + 400, end);
        }
        self.refer(start, end);
        self.around(start, ended);
    }

    /// Advice under a duty of care: an open contract, quarterly fees, a plan for life.
    pub(super) fn advised(&mut self) {
        let start = self.random.between(0, 760);
        let annual = self.random.between(2, 24) * 120_000;
        let mut ended = None;
        let mut day = start + 365;
        while day <= LAST_DAY && ended.is_none() {
            if self.random.chance(((420 - self.health(day)) / 5).max(2)) {
                ended = Some(day);
            }
            day += 30;
        }
        let known = self.random.chance(900);
        self.sign(Term {
            kind: "advisory",
            terms: "negotiated",
            billing: "quarterly",
            start,
            end: ended,
            fiduciary: "yes",
            exclusive: "no",
            annual: known.then_some(annual),
        });
        let (at, amount) = (instant(start, 0), money(annual / 4));
        self.put(
            Table::Subscriptions,
            &[
                ("subscription", "advice"),
                ("at", &at),
                ("change", "start"),
                ("amount", &amount),
                ("interval", "month"),
                ("count", "3"),
            ],
        );
        if let Some(end) = ended {
            let at = instant(end + 1, 0);
            let cells = [("subscription", "advice"), ("at", at.as_str()), ("change", "cancel")];
            self.put(Table::Subscriptions, &cells);
        }
        let end = ended.unwrap_or(LAST_DAY);
        self.looked_after("adviser", start, ended);
        self.work(start, end, 3);
        let on = start + self.random.between(5, 60);
        self.goal(on, end);
        self.refer(start, end);
        self.around(start, ended);
        let mut day = start + self.random.between(10, 200);
        while day <= end {
            let cents = self.random.between(6_000, 40_000);
            self.buy(day, cents, "estate plan", "yes", "no");
            day += self.random.between(300, 500);
        }
    }

    /// Software by subscription, with an account manager and things bought on the side: both
    /// streams at once.
    pub(super) fn subscriber(&mut self) {
        let start = self.random.between(0, 800);
        let seats = self.random.between(3, 60);
        let price = self.random.between(12, 60) * 100;
        let yearly = self.random.chance(350);
        let ended = if yearly {
            self.yearly_plan(start, seats * price * 10)
        } else {
            self.monthly_plan(start, seats, price)
        };
        let end = ended.unwrap_or(LAST_DAY);
        self.looked_after("account manager", start, ended);
        let mut day = start + self.random.between(10, 40);
        let mut step = 0;
        while day <= end {
            let health = self.health(day);
            if step % 3 == 0 {
                self.interact(day, "qbr", "meeting", Way::Meeting);
            } else if self.random.chance(550) {
                self.interact(day, "question", "email", Way::Asks);
                self.interact((day + 1).min(end), "answer", "email", Way::Told);
            }
            if self.random.chance(300) {
                self.interact((day + 3).min(end), "check_in", "phone", Way::Told);
            }
            self.interact((day + 12).min(end), "newsletter", "email", Way::Broadcast);
            if self.random.chance(130 + (1000 - health) / 4) {
                let on = day + self.random.between(0, 25);
                self.open_case(on, true);
            }
            if self.random.chance(120 + (1000 - health) / 6) {
                let on = day + self.random.between(0, 25);
                self.contact(on);
            }
            if step % 4 == 3 {
                self.ask(day + 4, "nps", "relationship");
            }
            if step % 3 == 1 {
                self.observe((day + 6).min(end), Profile::Client);
                self.observe((day + 6).min(end), Profile::Customer);
            }
            day += self.random.between(27, 34);
            step += 1;
        }
        let mut day = start + self.random.between(20, 60);
        while day <= end {
            let item = self.random.pick(&["training credits", "storage pack", "support hours"]);
            let cents = self.random.between(3_000, 24_000);
            self.buy(day, cents, item, "no", "no");
            day += self.random.between(25, 55);
        }
        self.count_purchases(start);
    }

    /// A yearly plan under standard terms.
    fn yearly_plan(&mut self, start: i64, annual: i64) -> Option<i64> {
        let first = Term {
            kind: "subscription",
            terms: "standard",
            billing: "annual",
            start,
            end: None,
            fiduciary: "no",
            exclusive: "no",
            annual: Some(annual / 1200 * 1200),
        };
        self.yearly_terms(first, Fate::Open)
    }

    /// A monthly plan: trial, discount, seats up and down, pauses, the end. At most one change a
    /// day, in order.
    fn monthly_plan(&mut self, start: i64, seats: i64, price: i64) -> Option<i64> {
        let mut seats = seats;
        let trial = if self.random.chance(350) { instant(start + 14, 0) } else { String::new() };
        let discounted = self.random.chance(300);
        let percent = if discounted { self.random.pick(&["10", "15", "20"]) } else { "" };
        let until = if discounted { instant(months_after(start, 6), 0) } else { String::new() };
        let amount = money(price);
        let change = |account: &mut Self, day: i64, what: &str, seats: i64| {
            let (at, seats) = (instant(day, 0), seats.to_string());
            let first = what == "start";
            // A change inherits nothing: a discount that still runs is said again.
            let runs = discounted && at < until;
            account.put(
                Table::Subscriptions,
                &[
                    ("subscription", "seats"),
                    ("at", &at),
                    ("change", what),
                    ("amount", &amount),
                    ("quantity", &seats),
                    ("interval", "month"),
                    ("discount_percent", if runs { percent } else { "" }),
                    ("discount_until", if runs { &until } else { "" }),
                    ("trial_end", if first { &trial } else { "" }),
                ],
            );
        };
        change(self, start, "start", seats);
        let mut ended = None;
        let mut day = start + 30 + self.random.between(0, 9);
        while day <= LAST_DAY && ended.is_none() {
            let health = self.health(day);
            if self.random.chance(((520 - health) / 8).max(3)) {
                ended = Some(day);
            } else if self.random.chance(110) {
                let step = (health - 450) / 120 + self.random.between(-1, 2);
                let more = (seats + step).max(1);
                if more != seats {
                    seats = more;
                    change(self, day, "change", seats);
                }
            } else if self.random.chance(8) {
                let back = day + self.random.between(35, 80);
                self.plain_change(day, "pause", "");
                if back <= LAST_DAY {
                    self.plain_change(back, "resume", "");
                }
                day = back;
            } else if self.random.chance(40) {
                let what = self.random.pick(&["one_off", "usage", "refund"]);
                let cents = money(self.random.between(1_000, 20_000));
                self.plain_change(day, what, &cents);
            }
            day += self.random.between(24, 36);
        }
        if let Some(end) = ended {
            let cells =
                [("subscription", "seats"), ("at", &*instant(end + 1, 0)), ("change", "cancel")];
            self.put(Table::Subscriptions, &cells);
        }
        self.sign(Term {
            kind: "subscription",
            terms: "standard",
            billing: "monthly",
            start,
            end: ended,
            fiduciary: "no",
            exclusive: "no",
            annual: Some(seats * price * 12),
        });
        ended
    }

    fn plain_change(&mut self, day: i64, what: &str, amount: &str) {
        let at = instant(day, 0);
        self.put(
            Table::Subscriptions,
            &[("subscription", "seats"), ("at", &at), ("change", what), ("amount", amount)],
        );
    }
}
