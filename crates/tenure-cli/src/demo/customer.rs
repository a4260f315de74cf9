//! Accounts that buy.

use tenure::model::Table;

use super::account::{Account, Bought, Profile, Way};
use super::tables::{LAST_DAY, date, money};

/// A rhythm of buying.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm {
    /// First day, and the last on which it may buy.
    pub(super) first: i64,
    pub(super) last: i64,
    /// Usual days between purchases.
    pub(super) gap: i64,
    /// How many of a thousand purchases are on promotion.
    pub(super) promotional: i64,
    /// Cents of a usual purchase.
    pub(super) cents: i64,
    /// How many of a thousand purchases are the last one where health is 600; a quarter of that at
    /// 800, four times that at 200.
    pub(super) stops: i64,
}

impl Account<'_> {
    /// A purchase; gives back its id.
    pub(super) fn buy(
        &mut self,
        day: i64,
        cents: i64,
        item: &str,
        customised: &str,
        promotional: &str,
    ) -> String {
        let (on, amount, (known, recorded)) = (date(day), money(cents), self.recorded_on(day));
        self.bought.push(Bought { day, known, returned: None });
        self.put(
            Table::Purchases,
            &[
                ("date", &on),
                ("amount", &amount),
                ("item", item),
                ("customised", customised),
                ("promotional", promotional),
                ("recorded_at", &recorded),
            ],
        )
    }

    /// Takes a purchase back, in full or in half.
    fn refund(&mut self, day: i64, cents: i64, purchase: &str) {
        if day > LAST_DAY {
            return;
        }
        let back = if self.random.chance(700) { cents } else { cents / 2 };
        let (on, amount) = (date(day), money(-back));
        if let Some(last) = self.bought.last_mut() {
            last.returned = Some(day);
        }
        self.put(Table::Purchases, &[("date", &on), ("amount", &amount), ("reverses", purchase)]);
    }

    /// Buys at a rhythm: more often, and for more, where health is good. Gives back the last day it
    /// bought.
    pub(super) fn buys(&mut self, rhythm: Rhythm) -> i64 {
        let member = self.random.chance(600);
        // Of some accounts nobody wrote down whether what they bought was made for them.
        let customised = if self.random.chance(80) { "" } else { "no" };
        let (mut day, mut bought) = (rhythm.first, rhythm.first);
        while day <= rhythm.last {
            let health = self.health(day);
            let cents = rhythm.cents * self.random.between(200, 1800) / 1000;
            let cents = cents * self.random.between(300, 1900) / 1000;
            let cents = cents * (800 + health * 2 / 5) / 1000;
            let promotional = if self.random.chance(rhythm.promotional) { "yes" } else { "no" };
            let item = self.random.pick(&["shoes", "tools", "books", "garden", "kitchen", "toys"]);
            let purchase = self.buy(day, cents, item, customised, promotional);
            bought = day;
            if self.random.chance((110 - health / 10).max(8)) {
                let back = day + self.random.between(3, 20);
                self.refund(back, cents, &purchase);
            }
            if member {
                self.collect(day, cents);
            }
            self.after_purchase(day, health);
            if self.random.chance(rhythm.stops * (1000 - health) * (1000 - health) / 160_000) {
                break;
            }
            let usual = rhythm.gap * self.random.between(600, 1500) / 1000;
            day += (usual * (1350 - health * 3 / 5) / 1000).max(2);
        }
        bought
    }

    fn after_purchase(&mut self, day: i64, health: i64) {
        if self.random.chance(250) {
            self.interact(day, "order", "web", Way::Asks);
        }
        if self.random.chance(60 + (1000 - health) / 12) {
            let on = day + self.random.between(1, 12);
            self.open_case(on, true);
        }
        if self.random.chance(80 + (1000 - health) / 10) {
            let on = day + self.random.between(1, 12);
            self.contact(on);
        }
        if self.random.chance(180) {
            let on = day + self.random.between(2, 9);
            self.ask(on, "csat", "purchase");
        }
    }

    /// Points for a purchase; now and then some are spent.
    fn collect(&mut self, day: i64, cents: i64) {
        let earned = (cents / 100).to_string();
        let (on, expires) = (date(day), date(day + 730));
        for (ledger, expires) in [("qualifying", ""), ("redeemable", expires.as_str())] {
            self.put(
                Table::Points,
                &[("date", &on), ("ledger", ledger), ("points", &earned), ("expires", expires)],
            );
        }
        if self.random.chance(60) {
            let spent = (-(cents / 200)).to_string();
            self.put(Table::Points, &[("date", &on), ("ledger", "redeemable"), ("points", &spent)]);
        }
    }

    /// What happens to everybody who buys, between two days: newsletters, surveys, observations.
    pub(super) fn is_customer(&mut self, first: i64, last: i64) {
        let mut day = first + self.random.between(20, 60);
        let mut step = 0;
        while day <= last {
            self.interact(day, "marketing", "email", Way::Broadcast);
            if step % 4 == 2 {
                self.ask(day + 3, "nps", "relationship");
            }
            self.observe((day + 7).min(last), Profile::Customer);
            day += self.random.between(80, 100);
            step += 1;
        }
        if last == LAST_DAY {
            let on = LAST_DAY - self.random.between(3, 60);
            self.observe(on.max(first), Profile::Customer);
        }
    }
    /// What a machine counts every month from what was bought, as the profile `customer` states it:
    /// the components that nobody has to be asked about.
    pub(super) fn count_purchases(&mut self, first: i64) {
        self.bought.sort_by_key(|one| one.day);
        let mut day = first + 30;
        while day <= LAST_DAY {
            let known = |one: &&Bought| one.day <= day && one.known <= day;
            let days: Vec<i64> = self.bought.iter().filter(known).map(|one| one.day).collect();
            let within = |from: i64, to: i64| {
                i64::try_from(days.iter().filter(|&&one| from < one && one <= to).count())
                    .unwrap_or(0)
            };
            let (half, year) = (within(day - 182, day), within(day - 364, day));
            let returned = self.bought.iter().filter(known);
            let returned = returned
                .filter(|one| day - 364 < one.day && one.returned.is_some_and(|back| back <= day));
            let returned = i64::try_from(returned.count()).unwrap_or(0);
            let mut gaps: Vec<i64> =
                days.windows(2).filter_map(|pair| Some(pair.get(1)? - pair.first()?)).collect();
            gaps.sort_unstable();
            let middle = |back: usize| gaps.get((gaps.len() - back) / 2).copied().unwrap_or(1);
            let silence = days.last().map_or(0, |last| day - last);
            // In hundredths of the unit that the profile states.
            let counted = [
                // Of one gap nobody knows a rhythm.
                ("recency", (gaps.len() > 1).then(|| silence * 200 / (middle(0) + middle(1)))),
                ("frequency", (year > half).then(|| half * 10_000 / (year - half))),
                ("returns", (year > 0).then(|| returned * 10_000 / year)),
            ];
            for (component, value) in counted {
                if let Some(value) = value {
                    let (value, on) = (money(value), date(day));
                    self.put(
                        Table::Observations,
                        &[("component", component), ("value", &value), ("observed_at", &on)],
                    );
                }
            }
            day += 30;
        }
    }
}
