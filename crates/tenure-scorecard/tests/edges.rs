//! Edges by name.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;
use tenure_classify::{Class, Override, RuleSet};
use tenure_model::record::{
    AccountProfile, Answer, Billing, Contact, Contract, Direction, Initiator, Interaction,
    Purchase, Renewal, Response, SubscriptionChange, SubscriptionEvent, Survey, Terms,
};
use tenure_model::{
    AccountId, Book, Completeness, Coverage, Currency, Event, Instant, Money, Record, Table, Tri,
    Zone, parse_date,
};
use tenure_scorecard::{
    Figure, Group, MAX_SEGMENTS, PeriodLength, Scorecard, ScorecardError, ScorecardPlan, Settings,
    Value, scorecard,
};

fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

fn settings(as_of: &str) -> Settings {
    Settings::new(day(as_of), Coverage::complete())
}

fn event(account: &str, record: Record) -> Event {
    Event::new(AccountId::new(account).unwrap(), record)
}

fn money(amount: &str, code: &str) -> Money {
    Money::parse(amount, Currency::new(code).unwrap()).unwrap()
}

fn purchase(date: &str, amount: &str, code: &str) -> Record {
    Record::Purchase(Purchase::new(day(date), money(amount, code)).unwrap())
}

fn monthly(at: &str, amount: &str, code: &str) -> Record {
    let change = SubscriptionChange::Set { monthly: money(amount, code) };
    let at = Instant::parse(at, Zone::UTC).unwrap();
    Record::Subscription(SubscriptionEvent::new(at, "S-1", change))
}

fn try_card(
    events: impl IntoIterator<Item = Event>,
    settings: &Settings,
) -> Result<Scorecard, ScorecardError> {
    let (book, report) = Book::from_events(events);
    assert_eq!(report.rejects, []);
    scorecard(&book, settings, NonZeroUsize::MIN, &|_| {})
}

fn card(events: impl IntoIterator<Item = Event>, settings: &Settings) -> Scorecard {
    try_card(events, settings).unwrap()
}

fn refused(events: impl IntoIterator<Item = Event>, settings: &Settings) -> ScorecardError {
    try_card(events, settings).map(|_| ()).unwrap_err()
}

fn figure<'a>(group: &'a Group, id: &str) -> &'a Figure {
    group.figures.iter().find(|figure| figure.id == id).unwrap()
}

fn whole(group: &Group, id: &str) -> Option<i128> {
    match figure(group, id).value? {
        Value::Whole(value) => Some(value),
        other => panic!("{id} is {other:?}"),
    }
}

fn count(group: &Group, id: &str, name: &str) -> Option<u128> {
    let counts = &figure(group, id).counts;
    counts.iter().find(|(known, _)| known == name).map(|(_, count)| *count)
}

#[test]
fn an_empty_book_has_every_class_and_no_number() {
    let card = card([], &settings("2025-06-30"));
    assert_eq!((card.currency, card.total.accounts, card.accounts.len()), (None, 0, 0));
    let classes: Vec<&str> = card.by_class.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(classes, ["client", "customer", "hybrid", "undetermined"]);
    assert!(card.by_segment.is_empty() && card.models.is_empty());
    assert!(card.total.figures.iter().all(|figure| figure.value.is_none()));
    assert!(card.total.figures.iter().any(|figure| figure.id == "nps"));
    // Without money there are no figures of money.
    assert!(card.total.figures.iter().all(|figure| figure.id != "mrr_opening"));
}

#[test]
fn an_empty_book_in_a_currency_has_its_figures_without_value() {
    let mut asked = settings("2025-06-30");
    asked.currency = Some(Currency::new("USD").unwrap());
    let card = card([], &asked);
    assert_eq!(whole(&card.total, "mrr_opening"), None);
    assert_eq!(whole(&card.total, "historical_value"), None);
}

#[test]
fn an_account_with_nothing_but_a_profile_is_undetermined() {
    let mut profile = AccountProfile::new();
    profile.segment = Some("north".into());
    let card = card([event("acme", Record::Account(profile))], &settings("2025-06-30"));
    let line = &card.accounts[0];
    assert_eq!((line.class, line.class_at_opening), ("undetermined", "undetermined"));
    assert_eq!((line.health, line.p_alive), (None, None));
    assert_eq!(card.by_segment[0].name, "north");
    assert_eq!((card.by_segment[0].accounts, card.by_class[3].accounts), (1, 1));
}

#[test]
fn a_currency_not_seen_yet_asks_for_no_choice() {
    let events = [
        event("acme", purchase("2025-01-01", "10.00", "USD")),
        event("acme", purchase("2025-07-01", "7.00", "EUR")),
    ];
    let card = card(events, &settings("2025-06-30"));
    assert_eq!(card.currency.map(Currency::code), Some("USD"));
}

#[test]
fn several_currencies_need_a_choice() {
    let events = || {
        [
            event("acme", purchase("2025-01-01", "10.00", "USD")),
            event("beta", purchase("2025-01-02", "7.00", "EUR")),
            event("beta", purchase("2025-01-03", "5.00", "USD")),
        ]
    };
    let mut asked = settings("2025-06-30");
    let error = refused(events(), &asked);
    assert!(
        matches!(&error, ScorecardError::SeveralCurrencies { found } if found == &["EUR", "USD"])
    );
    assert_eq!(
        error.to_string(),
        "amounts are in several currencies (EUR, USD) and none is chosen to report in: set `currency`"
    );
    asked.currency = Some(Currency::new("USD").unwrap());
    let card = card(events(), &asked);
    assert_eq!(whole(&card.total, "historical_value"), Some(15_00));
    let purchases = card.tables.iter().find(|used| used.table == Table::Purchases).unwrap();
    assert_eq!((purchases.records, purchases.other_currency), (3, 1));
}

#[test]
fn a_window_of_nothing_is_refused() {
    let (mut window, mut revenue) = (settings("2025-06-30"), settings("2025-06-30"));
    (window.window_months, revenue.revenue_months) = (0, 0);
    for asked in [window, revenue] {
        let error = refused([], &asked);
        assert!(matches!(error, ScorecardError::EmptyWindow));
        assert_eq!(error.to_string(), "a window has `0` months, expected 1 or more");
    }
}

#[test]
fn windows_outside_the_calendar_are_refused() {
    for as_of in ["0001-01-05", "0001-12-30"] {
        let error = refused([], &settings(as_of));
        assert!(matches!(error, ScorecardError::Calendar { as_of: found } if found == day(as_of)));
        let text = format!("the windows that end with {as_of} leave the years 0001 to 9999");
        assert_eq!(error.to_string(), text);
    }
    let mut long = settings("2025-06-30");
    long.revenue_months = u32::MAX;
    assert!(matches!(refused([], &long), ScorecardError::Calendar { .. }));
    long.revenue_months = 12;
    long.window_months = u32::MAX;
    assert!(matches!(refused([], &long), ScorecardError::Calendar { .. }));
    // The day after the last day has no instant.
    assert!(try_card([], &settings("9999-12-31")).is_err());
    assert!(try_card([], &settings("9999-11-29")).is_ok());
}

#[test]
fn more_segments_than_the_limit_are_refused() {
    let account = |number: usize| {
        let mut profile = AccountProfile::new();
        profile.segment = Some(format!("segment {number}").into());
        event(&format!("A{number}"), Record::Account(profile))
    };
    let asked = settings("2025-06-30");
    let full = card((0..MAX_SEGMENTS).map(account), &asked);
    assert_eq!(full.by_segment.len(), MAX_SEGMENTS);
    let error = refused((0..=MAX_SEGMENTS).map(account), &asked);
    assert!(matches!(error, ScorecardError::TooManySegments));
    assert_eq!(error.to_string(), "there are more than 1000 segments; is an id used as a segment?");
    // Accounts without a segment are a row, but no segment.
    let nobody = event("nobody", Record::Account(AccountProfile::new()));
    let card = card((0..MAX_SEGMENTS).map(account).chain([nobody]), &asked);
    assert_eq!(card.by_segment.last().map(|group| group.name.as_str()), Some("(no segment)"));
}

#[test]
fn a_month_end_closes_its_month_and_another_day_does_not() {
    let revenue = |as_of: &str| {
        let (first, last) = card([], &settings(as_of)).revenue_months;
        (first.first_day(), last.last_day())
    };
    assert_eq!(revenue("2025-06-30"), (day("2024-07-01"), day("2025-06-30")));
    assert_eq!(revenue("2025-06-29"), (day("2024-06-01"), day("2025-05-31")));
    let window = |as_of: &str| {
        let window = card([], &settings(as_of)).window;
        (window.start(), window.last().unwrap())
    };
    assert_eq!(window("2025-06-30"), (day("2024-07-01"), day("2025-06-30")));
    assert_eq!(window("2025-06-15"), (day("2024-06-16"), day("2025-06-15")));
    // A leap day lies in the window that ends a year after the day before it.
    assert_eq!(window("2025-02-28"), (day("2024-03-01"), day("2025-02-28")));
    assert_eq!(window("2024-02-29"), (day("2023-03-01"), day("2024-02-29")));
}

#[test]
fn the_outcome_does_not_choose_the_class() {
    // An answer in the window of an account that came during it is undetermined; on the last day
    // before the window it is not in it.
    let answer =
        |date: &str| Record::Response(Response::new(day(date), Survey::Nps, Answer::Score(10)));
    let events = [
        event("acme", answer("2024-06-30")),
        event("acme", answer("2024-07-01")),
        event("acme", answer("2025-06-30")),
        event("acme", purchase("2025-06-01", "10.00", "USD")),
    ];
    let card = card(events, &settings("2025-06-30"));
    assert_eq!(card.accounts[0].class, "customer");
    assert_eq!(card.accounts[0].class_at_opening, "undetermined");
    assert_eq!(count(&card.by_class[1], "nps", "answers"), Some(0));
    assert_eq!(count(&card.by_class[3], "nps", "answers"), Some(2));
    assert_eq!(whole(&card.by_class[1], "historical_value"), Some(10_00));
}

#[test]
fn what_is_refunded_beyond_its_purchase_is_in_the_total_and_in_its_class() {
    let events = [
        event("acme", purchase("2025-01-01", "10.00", "USD")),
        event("acme", purchase("2025-01-01", "-15.00", "USD")),
        event("beta", purchase("2025-01-01", "20.00", "USD")),
    ];
    let card = card(events, &settings("2025-06-30"));
    assert_eq!(whole(&card.total, "historical_value"), Some(15_00));
    let classes = card.by_class.iter().filter_map(|group| whole(group, "historical_value"));
    assert_eq!(classes.fold(0, |sum, value| sum + value), 15_00);
}

#[test]
fn a_future_in_another_currency_changes_no_figure() {
    let mut asked = settings("2025-06-30");
    asked.currency = Some(Currency::new("USD").unwrap());
    let now = [event("acme", monthly("2025-01-01", "100.00", "USD"))];
    let renewal = Renewal::new("C-1", day("2025-08-01"), money("9.00", "EUR"));
    let future = [
        event("acme", monthly("2025-07-01", "80.00", "EUR")),
        event("acme", Record::Renewal(renewal)),
    ];
    let today = card(now.clone(), &asked);
    assert_eq!(whole(&today.total, "mrr_closing"), Some(10_000));
    let later = card(now.into_iter().chain(future), &asked);
    assert!(later.total == today.total);
}

#[test]
fn a_month_ends_where_its_zone_says() {
    let closing = |zone: &str, at: &str| {
        let mut asked = settings("2025-06-30");
        asked.zone = Zone::parse(zone).unwrap();
        asked.currency = Some(Currency::new("USD").unwrap());
        whole(&card([event("acme", monthly(at, "100.00", "USD"))], &asked).total, "mrr_closing")
    };
    assert_eq!(closing("UTC", "2025-06-30T23:59:59Z"), Some(10_000));
    assert_eq!(closing("UTC", "2025-07-01T00:00:00Z"), None);
    // Still June in New York, already July in Berlin.
    assert_eq!(closing("-05:00", "2025-07-01T04:59:59Z"), Some(10_000));
    assert_eq!(closing("-05:00", "2025-07-01T05:00:00Z"), None);
    assert_eq!(closing("+02:00", "2025-06-30T22:00:00Z"), None);
}

#[test]
fn a_subscription_in_another_currency_is_counted_and_left_out() {
    let mut asked = settings("2025-06-30");
    asked.currency = Some(Currency::new("USD").unwrap());
    let renewal = Renewal::new("C-1", day("2025-03-01"), money("9.00", "EUR"));
    let events = [
        event("acme", monthly("2025-01-01", "100.00", "USD")),
        event("beta", monthly("2025-01-01", "70.00", "EUR")),
        event("beta", Record::Renewal(renewal)),
    ];
    let card = card(events, &asked);
    assert_eq!(whole(&card.total, "mrr_closing"), Some(10_000));
    assert_eq!(count(&card.total, "mrr_closing", "accounts"), Some(1));
    assert_eq!(count(&card.total, "mrr_closing", "other_currency"), Some(1));
    assert_eq!(count(&card.total, "renewal_rate", "due"), Some(0));
    assert_eq!(count(&card.total, "renewal_rate", "other_currency"), Some(1));
}

#[test]
fn progress_counts_every_account_once() {
    let account =
        |number: usize| event(&format!("A{number}"), Record::Account(AccountProfile::new()));
    let (book, _) = Book::from_events((0..3_000).map(account));
    let done = AtomicU64::new(0);
    let threads = NonZeroUsize::new(2).unwrap();
    let progress = |more: u64| {
        done.fetch_add(more, Ordering::Relaxed);
    };
    scorecard(&book, &settings("2025-06-30"), threads, &progress).unwrap();
    assert_eq!(done.into_inner(), 3_000);
}

/// A person's word is shown beside the class of the report, which another rule set may change.
#[test]
fn rules_and_overrides_go_with_the_scorecard() {
    let (acme, day) = (AccountId::new("acme").unwrap(), parse_date("2025-06-30").unwrap());
    let price = Money::parse("5.00", Currency::new("USD").unwrap()).unwrap();
    let purchase = Purchase::new(parse_date("2025-06-01").unwrap(), price).unwrap();
    let (book, _) = Book::from_events([Event::new(acme.clone(), Record::Purchase(purchase))]);
    let mut settings = Settings::new(day, Coverage::complete());
    let card = scorecard(&book, &settings, NonZeroUsize::MIN, &|_| {}).unwrap();
    assert_eq!((card.accounts[0].class, card.accounts[0].overridden), ("customer", None));

    let mut parts = RuleSet::generic().parts().clone();
    parts.id = "house".into();
    (parts.thresholds.customer, parts.thresholds.exit_customer) = (0, 0);
    settings.rules = parts.build().unwrap();
    let word = Override::new(Class::Client, "j.doe", "knows them", day, None).unwrap();
    settings.overrides.insert(acme, vec![word]);
    let card = scorecard(&book, &settings, NonZeroUsize::MIN, &|_| {}).unwrap();
    assert_eq!(card.rule_set, "house 1.0.0");
    assert_eq!((card.accounts[0].class, card.accounts[0].overridden), ("hybrid", Some("client")));
    let context = settings.context(&book, NonZeroUsize::MIN, &|_| {}).unwrap();
    assert_eq!(context.rules.id(), "house");
}

#[test]
fn an_account_in_two_shards_is_named() {
    let settings = settings("2025-12-31");
    let plan = ScorecardPlan::new(&settings).unwrap();
    let answer = || Response::new(day("2025-06-01"), Survey::Nps, Answer::Score(10));
    let shard = || Book::from_events([event("acme", Record::Response(answer()))]).0;
    let fitted = plan.fit(&plan.survey(&shard(), NonZeroUsize::MIN).unwrap());
    let measure = || fitted.measure(&shard(), NonZeroUsize::MIN, &|_| {}).unwrap();
    let mut part = measure();
    part.merge(measure()).unwrap();
    let error = fitted.finish(part).unwrap_err();
    assert!(
        matches!(&error, ScorecardError::AccountTwice { account } if account.as_str() == "acme")
    );
}

#[test]
fn a_class_that_changed_within_the_window_and_one_that_was_not_there() {
    let old = [purchase("2023-03-01", "5.00", "EUR"), purchase("2025-03-01", "7.00", "EUR")];
    let mut events: Vec<Event> = old.into_iter().map(|record| event("old", record)).collect();
    events.push(event("new", purchase("2025-06-01", "30.00", "EUR")));
    events.push(event("new", purchase("2025-06-02", "-2.00", "EUR")));
    events.push(event("back", purchase("2023-06-02", "9.00", "EUR")));
    events.push(event("back", purchase("2025-06-02", "-1.00", "EUR")));
    let card = card(events, &settings("2025-12-31"));
    let moved = |from: Option<&str>, to: &str| {
        card.transitions.iter().find(|one| one.from == from && one.to == to).unwrap().accounts
    };
    assert_eq!((moved(Some("customer"), "customer"), moved(None, "customer")), (2, 1));
    assert_eq!(card.transitions.iter().map(|one| one.accounts).max(), Some(2));
    // 7.00 and 28.00; what was only given back is not spread.
    let [paid] = card.spreads.as_slice() else { panic!("{:?}", card.spreads) };
    assert_eq!((paid.id, paid.accounts, paid.below_zero), ("paid_in_window", 2, 1));
    assert_eq!(paid.total, Some(3_500));
    // (-1 x 7 + 1 x 28) / (2 x 35)
    assert_eq!(paid.gini.unwrap().to_decimal(2), "0.30");
    assert_eq!((paid.largest, paid.largest_share.unwrap().to_decimal(2)), (1, "0.80".to_owned()));
}

#[test]
fn a_client_nobody_looks_after_is_not_treated_as_the_playbook_says() {
    let mut contract =
        Contract::new("retainer", day("2020-01-01"), Terms::Negotiated, Billing::Monthly);
    contract.fiduciary = Tri::Yes;
    let card = card([event("acme", Record::Contract(contract))], &settings("2025-12-31"));
    let clients = card.by_class.first().unwrap();
    let figure = figure(clients, "treated_as_said");
    assert_eq!(figure.value, tenure_stats::Ratio::new(0, 3).map(Value::Ratio));
    assert_eq!(count(clients, "treated_as_said", "otherwise.support_model"), Some(1));
    // Three of the twelve aspects of a silent client: retention, acquisition, revenue model, metrics,
    // what is done about silence and when, technology, roles and resolution stand in no history.
    let seen = self::figure(clients, "treatment_seen");
    assert_eq!(seen.value, tenure_stats::Ratio::new(3, 12).map(Value::Ratio));
    assert_eq!(count(clients, "treatment_seen", "unseen.roles"), Some(1));
    assert_eq!(count(clients, "treatment_seen", "seen_whole"), Some(0));
    let line = card.accounts.first().unwrap();
    let names: Vec<_> = line.mismatches.iter().map(|aspect| aspect.name()).collect();
    assert_eq!(
        names,
        ["support_model", "cadence.personal_within_days", "cadence.review_within_days"]
    );
}

#[test]
fn the_outcome_does_not_choose_the_stage() {
    let answer =
        |date: &str| Record::Response(Response::new(day(date), Survey::Nps, Answer::Score(10)));
    let events = [
        // New when the window opened, and active since.
        event("stays", purchase("2024-06-01", "10.00", "USD")),
        event("stays", purchase("2024-06-20", "10.00", "USD")),
        event("stays", answer("2024-07-01")),
        // Came within the window.
        event("came", purchase("2025-06-20", "10.00", "USD")),
        event("came", answer("2025-06-21")),
        event("came", answer("2025-06-22")),
    ];
    let card = card(events, &settings("2025-06-30"));
    let lines: Vec<_> =
        card.accounts.iter().map(|line| (line.stage, line.stage_at_opening)).collect();
    assert_eq!(lines, [("new", None), ("active", Some("new"))]);
    let names: Vec<&str> = card.by_stage.iter().map(|group| group.name.as_str()).collect();
    let stages = ["prospect", "new", "active", "dormant", "reengaged", "former", "unknown"];
    assert_eq!(names[..7], stages);
    assert_eq!(names[7..], ["(not there yet)"]);
    let answers = |name: &str| {
        let group = card.by_stage.iter().find(|group| group.name == name).unwrap();
        (group.accounts, count(group, "nps", "answers"), whole(group, "historical_value"))
    };
    assert_eq!(answers("new"), (1, Some(1), Some(10_00)));
    assert_eq!(answers("active"), (1, Some(0), Some(20_00)));
    assert_eq!(answers("(not there yet)"), (0, Some(2), None));
}

#[test]
fn a_repeat_after_the_quarter_belongs_to_the_first_contact() {
    let contact = |at: &str, resolved| {
        let mut contact = Contact::new(Instant::parse(at, Zone::UTC).unwrap(), "login");
        contact.resolved = resolved;
        event("acme", Record::Contact(contact))
    };
    let events = [
        contact("2025-03-30T10:00:00Z", Tri::Yes),
        // Three days later: the first contact did not settle it, and April has no first contact.
        contact("2025-04-02T10:00:00Z", Tri::Yes),
        // Younger than the repeat window on the day of the question, though not on its month's end.
        contact("2025-06-26T10:00:00Z", Tri::Yes),
    ];
    let mut asked = settings("2025-06-30");
    (asked.window_months, asked.revenue_months) = (6, 6);
    asked.period = PeriodLength::Month;
    let told = |figures: &[Figure]| {
        let fcr = figures.iter().find(|figure| figure.id == "fcr").unwrap();
        let named = |name: &str| fcr.counts.iter().find(|(known, _)| known == name);
        let counted = |name: &str| named(name).map_or(0, |(_, count)| *count);
        (fcr.value, counted("episodes"), counted("immature"))
    };
    let card = card(events, &asked);
    let months: Vec<_> = card
        .by_period
        .iter()
        .map(|one| (one.name.as_str(), told(&one.total)))
        .filter(|(_, told)| *told != (None, 0, 0))
        .collect();
    let none_of_one = tenure_stats::Ratio::new(0, 1).map(Value::Ratio);
    assert_eq!(months, [("2025-03", (none_of_one, 1, 0)), ("2025-06", (None, 0, 1))]);
    assert_eq!(told(&card.total.figures), (none_of_one, 1, 1));
}

#[test]
fn quarters_lead_from_one_close_to_the_next() {
    let mut asked = settings("2025-12-31");
    asked.currency = Some(Currency::new("USD").unwrap());
    let events = [
        event("acme", monthly("2024-05-10", "100.00", "USD")),
        event("acme", monthly("2025-02-10", "130.00", "USD")),
        event("acme", monthly("2025-08-10", "90.00", "USD")),
        event("beta", monthly("2025-05-01", "20.00", "USD")),
    ];
    let card = card(events, &asked);
    // In cents.
    let names = ["mrr_opening", "mrr_new", "mrr_expansion", "mrr_contraction", "mrr_closing"];
    let told: Vec<_> = card
        .by_period
        .iter()
        .map(|one| {
            let figure = |id| one.total.iter().find(|figure| figure.id == id).unwrap();
            let whole = |id| match figure(id).value {
                Some(Value::Whole(value)) => value,
                other => panic!("{id} is {other:?}"),
            };
            let ndr = match figure("ndr").value {
                Some(Value::Ratio(ratio)) => ratio.to_decimal(3),
                other => panic!("ndr is {other:?}"),
            };
            (one.name.as_str(), names.map(whole), ndr)
        })
        .collect();
    let expected = [
        ("2025-Q1", [10_000, 0, 3000, 0, 13_000], "1.300"),
        ("2025-Q2", [13_000, 2000, 0, 0, 15_000], "1.000"),
        ("2025-Q3", [15_000, 0, 0, 4000, 11_000], "0.733"),
        ("2025-Q4", [11_000, 0, 0, 0, 11_000], "1.000"),
    ];
    assert_eq!(told, expected.map(|(name, lines, ndr)| (name, lines, ndr.to_owned())));
}

/// A customer who heard two newsletters lately: of what the playbook asks, one aspect can be seen.
#[test]
fn a_customer_seen_by_broadcasts_alone_is_seen_in_one_aspect() {
    let broadcast = |date| {
        let (way, by) = (Direction::Out, Initiator::Automated);
        let mut one = Interaction::new(day(date), "email", "marketing", way, by);
        one.personal = false;
        Record::Interaction(one)
    };
    let records = [
        purchase("2025-06-01", "10.00", "EUR"),
        purchase("2025-11-01", "10.00", "EUR"),
        broadcast("2025-12-05"),
        broadcast("2025-12-20"),
    ];
    let card = card(records.map(|record| event("acme", record)), &settings("2025-12-31"));
    assert_eq!(card.accounts[0].class, "customer");
    let customers = &card.by_class[1];
    let of = |id: &str| match figure(customers, id).value {
        Some(Value::Ratio(ratio)) => (ratio.num(), ratio.den()),
        other => panic!("{id} is {other:?}"),
    };
    let aspect = "cadence.max_broadcasts_per_month";
    let as_said = count(customers, "treated_as_said", &format!("as_said.{aspect}"));
    assert_eq!((as_said, count(customers, "treatment_seen", "accounts")), (Some(1), Some(1)));
    let (seen, asked) = of("treatment_seen");
    assert!(0 < seen && seen < asked, "{seen} of {asked}");
    assert_eq!(of("treated_as_said").1, seen);
    let unseen: u128 = figure(customers, "treatment_seen")
        .counts
        .iter()
        .filter(|(name, _)| name.starts_with("unseen."))
        .map(|(_, count)| count)
        .fold(0, |sum, count| sum + count);
    assert_eq!(i128::try_from(unseen).unwrap(), asked - seen);
}

/// The share under contract of one account, over 2025, in a book of euros.
fn share(records: Vec<Record>, settings: &Settings) -> Option<String> {
    let events = records.into_iter().map(|record| event("acme", record));
    let (book, _) = Book::from_events(events);
    let streams = settings.value_streams(&book).unwrap().unwrap();
    let share = streams.contract_share(book.relationships().first().unwrap()).unwrap();
    share.map(|share| share.to_string())
}

#[test]
fn the_share_under_contract_by_hand() {
    let contract = |annual: Option<&str>, end: Option<&str>| {
        let mut one =
            Contract::new("retainer", day("2024-06-01"), Terms::Negotiated, Billing::Monthly);
        one.annual_value = annual.map(|annual| money(annual, "EUR"));
        one.end = end.map(day);
        Record::Contract(one)
    };
    let bought = || purchase("2025-03-01", "300.00", "EUR");
    let asked = settings("2025-12-31");
    let of = |records| share(records, &asked);
    // 100 a month for 12 months, beside 300.
    let fee = || monthly("2024-01-01T00:00:00Z", "100.00", "EUR");
    assert_eq!(of(vec![fee(), bought()]).as_deref(), Some("4/5"));
    // The contract of the same fee is not counted again.
    assert_eq!(of(vec![fee(), contract(Some("9999.00"), None), bought()]).as_deref(), Some("4/5"));
    // Without a subscription: 1200 a year to the end of June: half of it.
    let half = contract(Some("1200.00"), Some("2025-06-30"));
    assert_eq!(of(vec![half, bought()]).as_deref(), Some("2/3"));
    // Purchases before the window, refunds on the day of what they take back.
    let early = purchase("2024-12-31", "50.00", "EUR");
    assert_eq!(of(vec![fee(), early]).as_deref(), Some("1/1"));
    assert_eq!(of(vec![bought()]).as_deref(), Some("0/1"));
    // Not known: no annual value, another currency, more given back than bought, nothing at all.
    assert_eq!(of(vec![contract(None, None), bought()]), None);
    let back = purchase("2025-05-01", "-400.00", "EUR");
    assert_eq!(of(vec![fee(), bought(), back]), None);
    assert_eq!(of(vec![purchase("2024-12-31", "50.00", "EUR")]), None);
    let mut in_euros = settings("2025-12-31");
    in_euros.currency = Some(Currency::new("EUR").unwrap());
    let dollars = || monthly("2024-01-01T00:00:00Z", "100.00", "USD");
    assert_eq!(share(vec![dollars(), bought()], &in_euros), None);
    assert_eq!(share(vec![fee(), purchase("2025-03-01", "3.00", "USD")], &in_euros), None);
    // A table that is not complete could hold more.
    for table in [Table::Contracts, Table::Subscriptions, Table::Purchases] {
        let mut partial = settings("2025-12-31");
        partial.coverage = Coverage::complete().with(table, Completeness::Partial);
        assert_eq!(share(vec![fee(), bought()], &partial), None, "{table:?}");
    }
    let (book, _) = Book::from_events([]);
    assert!(settings("2025-12-31").value_streams(&book).unwrap().is_none());
}
