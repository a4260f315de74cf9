//! How an account is treated in fact, as far as its history tells.

use chrono::NaiveDate;
use tenure_model::record::{Initiator, Interaction};
use tenure_model::{Relationship, Table};

use super::{Applied, Playbook, Since, Treatment};
use crate::context::Context;
use crate::history::age;

/// The word of the default playbook for an account that somebody is assigned to.
const NAMED_MANAGER: &str = "named manager";
/// What a history calls it where nobody is.
const NOBODY_ASSIGNED: &str = "nobody assigned";
/// Days of a month of broadcasts.
const MONTH_DAYS: i64 = 30;

fn is_broadcast(one: &Interaction) -> bool {
    !one.personal && one.initiator != Initiator::Account && one.kind.as_ref() != "order"
}

impl Treatment {
    /// How the account is treated in fact, as far as its history tells: what
    /// [`compare`](Self::compare) takes.
    ///
    /// - `personal`: days since a person last spoke with this account about its own matters, not
    ///   marketing or orders. `review`: the same of interactions of kind `review`, `strategy_review`
    ///   or `qbr`, and of reviews of goals. Where there was none, [`Since::Never`] only if the tables
    ///   are complete and the account is older than the row's limit.
    /// - `broadcasts_last_month`: messages of the last 30 days that were not personal, not begun by
    ///   the account and not about an order; where interactions are not complete, only if already
    ///   those seen are more than the row allows.
    /// - `support_model`: in the words of playbook `standard`, `named manager` where somebody is
    ///   assigned; where nobody is, assignments are complete and the row asks for one,
    ///   `nobody assigned`. Rows in other words are not compared.
    ///
    /// Everything else is not in a history: it stays `None`, not known. Cost: linear in the account's
    /// interactions, goals and assignments.
    ///
    /// ```
    /// use tenure_classify::{Class, Context, Playbook, Since, Stage};
    /// use tenure_model::record::{Direction, Initiator, Interaction};
    /// use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, parse_date};
    /// let acme = AccountId::new("acme")?;
    /// let day = parse_date("2025-05-20")?;
    /// let mut call =
    ///     Interaction::new(day, "phone", "advice", Direction::Mutual, Initiator::Provider);
    /// call.personal = true;
    /// let (book, _) = Book::from_events([Event::new(acme.clone(), Record::Interaction(call))]);
    /// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
    /// let row = Playbook::standard().lookup(Class::Client, Stage::Active, None);
    /// let applied = row.observed(book.get(&acme).ok_or("missing")?, &context);
    /// assert_eq!(applied.personal, Some(Since::Days(41)));
    /// // 41 days of history are too few to miss a review that is due within 90.
    /// assert_eq!(applied.review, None);
    /// let words: Vec<_> = row.compare(&applied).mismatches.iter().map(|one| one.to_string()).collect();
    /// assert_eq!(words, [
    ///     "support_model: found `nobody assigned`, treatment `client` says `named manager`",
    ///     "cadence.personal_within_days: found `41 days ago`, treatment `client` says `30 days ago or less`",
    /// ]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn observed(&self, relationship: &Relationship, context: &Context<'_>) -> Applied {
        let (as_of, coverage) = (context.as_of, &context.coverage);
        let today = as_of.day();
        let talk = || {
            let entries = relationship.interactions().iter();
            let seen = entries.filter(|entry| as_of.sees(entry.record.date, entry.recorded_at));
            seen.map(|entry| &entry.record)
        };
        let begun = relationship.first_day(as_of);
        let since = |last: Option<NaiveDate>, within: Option<u32>, complete: bool| {
            let days = |day| u32::try_from(age(today, day)).unwrap_or(u32::MAX);
            match last {
                Some(day) => Some(Since::Days(days(day))),
                None => {
                    let old = begun.zip(within).is_some_and(|(day, within)| days(day) > within);
                    (complete && old).then_some(Since::Never)
                }
            }
        };
        let (spoken, goals) =
            (coverage.is_complete(Table::Interactions), coverage.is_complete(Table::Goals));
        let reviews = relationship
            .goals()
            .iter()
            .filter(|entry| as_of.sees(entry.record.set, entry.recorded_at))
            .flat_map(|entry| entry.record.reviews.iter().copied())
            .filter(|&review| review <= today);
        let reviewed = talk().filter(|one| one.is_review()).map(|one| one.date).chain(reviews);

        let recent = talk().filter(|one| is_broadcast(one) && age(today, one.date) < MONTH_DAYS);
        let broadcasts = u32::try_from(recent.count()).unwrap_or(u32::MAX);
        let too_many = self.cadence.max_broadcasts_per_month.is_some_and(|most| broadcasts > most);
        Applied {
            support_model: self.observed_support(relationship, context),
            personal: since(
                talk().filter(|one| one.is_human()).map(|one| one.date).max(),
                self.cadence.personal_within_days,
                spoken,
            ),
            review: since(reviewed.max(), self.cadence.review_within_days, spoken && goals),
            broadcasts_last_month: (spoken || too_many).then_some(broadcasts),
            ..Applied::default()
        }
    }

    fn observed_support(
        &self,
        relationship: &Relationship,
        context: &Context<'_>,
    ) -> Option<String> {
        let ours = Playbook::standard()
            .treatments()
            .any(|row| row.support_model == self.support_model && row.support_model != "by stream");
        if !ours {
            return None;
        }
        let assigned = relationship.assignments().iter().any(|entry| {
            context.as_of.knows(entry.recorded_at) && entry.record.in_force(context.as_of.day())
        });
        if assigned {
            return Some(NAMED_MANAGER.to_owned());
        }
        let missing =
            self.support_model == NAMED_MANAGER && context.coverage.is_complete(Table::Assignments);
        missing.then(|| NOBODY_ASSIGNED.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use tenure_model::record::{Assignment, Direction, Goal, Initiator, Interaction, Purchase};
    use tenure_model::{
        AccountId, AsOf, Book, Completeness, Coverage, Currency, Event, Money, Record,
        Relationship, Table, parse_date,
    };

    use crate::class::Class;
    use crate::context::Context;
    use crate::playbook::{Applied, Playbook, Since, Treatment};
    use crate::stage::Stage;

    fn today() -> NaiveDate {
        parse_date("2025-06-30").unwrap()
    }

    fn ago(days: u64) -> NaiveDate {
        today().checked_sub_days(Days::new(days)).unwrap()
    }

    fn account(records: Vec<Record>) -> Relationship {
        let id = AccountId::new("acme").unwrap();
        let (book, report) =
            Book::from_events(records.into_iter().map(|one| Event::new(id.clone(), one)));
        assert!(report.rejects.is_empty());
        book.get(&id).cloned().unwrap_or_else(|| Relationship::new(id))
    }

    fn said(days: u64, kind: &str, initiator: Initiator, personal: bool) -> Record {
        let mut one = Interaction::new(ago(days), "email", kind, Direction::Out, initiator);
        one.personal = personal;
        Record::Interaction(one)
    }

    fn bought(days: u64) -> Record {
        let price = Money::parse("1.00", Currency::new("EUR").unwrap()).unwrap();
        Record::Purchase(Purchase::new(ago(days), price).unwrap())
    }

    fn row(class: Class) -> &'static Treatment {
        Playbook::standard().lookup(class, Stage::Active, None)
    }

    fn observed(class: Class, coverage: Coverage, records: Vec<Record>) -> Applied {
        let context = Context::new(AsOf::new(today()), coverage);
        row(class).observed(&account(records), &context)
    }

    #[test]
    fn never_is_said_only_of_an_account_old_enough_whose_tables_are_complete() {
        let of = |coverage, days| {
            let applied = observed(Class::Client, coverage, vec![bought(days)]);
            (applied.personal, applied.review)
        };
        let complete = Coverage::complete();
        assert_eq!(of(complete, 30), (None, None));
        assert_eq!(of(complete, 31), (Some(Since::Never), None));
        assert_eq!(of(complete, 90), (Some(Since::Never), None));
        assert_eq!(of(complete, 91), (Some(Since::Never), Some(Since::Never)));
        let partial = complete.with(Table::Interactions, Completeness::Partial);
        assert_eq!(of(partial, 91), (None, None));
        let partial = complete.with(Table::Goals, Completeness::Absent);
        assert_eq!(of(partial, 91), (Some(Since::Never), None));
        assert_eq!(observed(Class::Client, complete, vec![]).personal, None);
    }

    #[test]
    fn only_a_person_about_the_accounts_own_matters_has_spoken() {
        use Initiator::{Account, Automated, Provider};
        let applied = observed(
            Class::Client,
            Coverage::complete(),
            vec![
                bought(200),
                said(1, "marketing", Provider, true),
                said(2, "order", Account, true),
                said(3, "advice", Automated, true),
                said(4, "advice", Provider, false),
                said(50, "answer", Account, true),
                said(60, "qbr", Provider, true),
                // After the day of the question.
                Record::Goal(Goal::new(ago(0), "grow")),
            ],
        );
        assert_eq!(applied.personal, Some(Since::Days(50)));
        assert_eq!(applied.review, Some(Since::Days(60)));
        let mut goal = Goal::new(ago(100), "grow");
        goal.reviews = vec![ago(40), today().succ_opt().unwrap()];
        let applied = observed(Class::Client, Coverage::complete(), vec![Record::Goal(goal)]);
        assert_eq!(applied.review, Some(Since::Days(40)));
    }

    #[test]
    fn broadcasts_are_counted_over_thirty_days_and_known_where_they_are_too_many_already() {
        use Initiator::{Account, Automated, Provider};
        let records = vec![
            said(0, "marketing", Provider, false),
            said(29, "newsletter", Automated, false),
            said(30, "marketing", Provider, false),
            said(1, "question", Account, false),
            said(1, "order", Automated, false),
        ];
        let complete = Coverage::complete();
        let count =
            |coverage, records| observed(Class::Customer, coverage, records).broadcasts_last_month;
        assert_eq!(count(complete, records.clone()), Some(2));
        let partial = complete.with(Table::Interactions, Completeness::Partial);
        assert_eq!(count(partial, records.clone()), None);
        let more = [records, vec![said(3, "marketing", Provider, false)]].concat();
        assert_eq!(count(partial, more), Some(3));
    }

    #[test]
    fn who_looks_after_it_is_told_in_the_words_of_the_default_playbook_only() {
        let assigned = || Record::Assignment(Assignment::new(ago(5), "manager"));
        let mut over = Assignment::new(ago(5), "manager");
        over.end = Some(ago(1));
        let complete = Coverage::complete();
        let of = |class, coverage, records| observed(class, coverage, records).support_model;
        assert_eq!(of(Class::Client, complete, vec![assigned()]).as_deref(), Some("named manager"));
        let none = of(Class::Client, complete, vec![Record::Assignment(over)]);
        assert_eq!(none.as_deref(), Some("nobody assigned"));
        let partial = complete.with(Table::Assignments, Completeness::Partial);
        assert_eq!(of(Class::Client, partial, vec![]), None);
        // A manager where the playbook says a shared team; nobody where it asks for nobody.
        let customer = of(Class::Customer, complete, vec![assigned()]);
        assert_eq!(customer.as_deref(), Some("named manager"));
        assert_eq!(of(Class::Customer, complete, vec![]), None);
        assert_eq!(of(Class::Hybrid, complete, vec![assigned()]), None);
        let mut house = row(Class::Client).clone();
        house.support_model = "two partners".into();
        let context = Context::new(AsOf::new(today()), complete);
        assert_eq!(house.observed(&account(vec![assigned()]), &context).support_model, None);
    }
}
