//! Every record that contradicts itself is refused by the book, with its field.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use chrono::NaiveDate;
use tenure_model::record::{
    Answer, Assignment, Billing, Case, CaseStatus, Contract, Deliverable, Discount, Goal,
    Interaction, Interval, Observation, Points, Price, Purchase, Reduction, Renewal, Response,
    SubscriptionChange, SubscriptionEvent, Survey, Terms,
};
use tenure_model::record::{Direction, Initiator, Ledger};
use tenure_model::{
    AccountId, Book, Currency, Event, Instant, Money, Record, RecordId, Zone, parse_date,
    parse_decimal,
};

fn date(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

fn money(text: &str, currency: &str) -> Money {
    Money::parse(text, Currency::new(currency).unwrap()).unwrap()
}

fn refused(record: Record) -> (String, String) {
    let event = Event::new(AccountId::new("acme").unwrap(), record);
    let (book, report) = Book::from_events([event]);
    assert!(book.is_empty() && report.kept == 0 && report.read == 1);
    let error = &report.rejects.first().expect("rejected").error;
    (error.field().to_owned(), error.to_string())
}

#[test]
fn each_contradiction_names_its_field() {
    let day = date("2024-05-01");
    let contract = || Contract::new("retainer", day, Terms::Standard, Billing::Monthly);
    let mut backwards = contract();
    backwards.end = Some(date("2024-04-30"));
    let mut negative = contract();
    negative.annual_value = Some(money("-1", "USD"));
    let mut precise = contract();
    precise.annual_value = Some(money("1.5", "JPY"));

    let renewal = || Renewal::new("C-1", day, money("100", "USD"));
    let mut both = renewal();
    both.closed_at = Some(day);
    both.arr_renewed = Some(money("100", "USD"));
    both.lost_at = Some(day);
    let mut no_amount = renewal();
    no_amount.closed_at = Some(day);
    let mut no_close = renewal();
    no_close.arr_renewed = Some(money("100", "USD"));
    let mut mixed = renewal();
    mixed.closed_at = Some(day);
    mixed.arr_renewed = Some(money("100", "EUR"));

    let mut reversal = Purchase::new(day, money("5", "USD")).unwrap();
    reversal.reverses = Some(RecordId::new("P-1").unwrap());

    let price = |change: &dyn Fn(&mut Price)| {
        let mut price = Price::new(money("10", "USD"), Interval::Month);
        change(&mut price);
        let start = SubscriptionChange::Start(Box::new(price));
        Record::Subscription(SubscriptionEvent::new(at("2024-05-01"), "1", start))
    };
    let percent = |text: &str| Discount {
        reduction: Reduction::Percent(parse_decimal(text).unwrap()),
        until: None,
    };

    let mut replied = Case::new(at("2024-05-01"), CaseStatus::Open);
    replied.first_reply = Some(at("2024-04-30"));
    let mut resolved = Case::new(at("2024-05-01"), CaseStatus::Closed);
    resolved.resolved = Some(at("2024-04-30"));
    let mut paused = Case::new(at("2024-05-01"), CaseStatus::Closed);
    paused.resolved = Some(at("2024-05-01T00:00:01"));
    paused.paused_ms = 1_001;
    let mut hurried = Case::new(at("2024-05-01"), CaseStatus::Open);
    hurried.target_ms = Some(0);

    let mut reviewed = Goal::new(day, "grow");
    reviewed.reviews = vec![date("2024-04-01")];
    let mut closed = Goal::new(day, "grow");
    closed.closed = Some(date("2024-04-01"));
    let mut assignment = Assignment::new(day, "lead");
    assignment.end = Some(date("2024-04-01"));
    let mut expired = Points::new(day, Ledger::Redeemable, 5);
    expired.expires = Some(date("2024-04-01"));
    let nothing = Points::new(day, Ledger::Qualifying, 0);
    let mut spent = Points::new(day, Ledger::Redeemable, -5);
    spent.expires = Some(date("2024-12-01"));
    let set = SubscriptionChange::Set { monthly: money("0.001", "USD") };

    for (field, record) in [
        ("end", Record::Contract(backwards)),
        ("kind", Record::Contract(Contract::new("", day, Terms::Standard, Billing::Hourly))),
        ("annual_value", Record::Contract(negative)),
        ("annual_value", Record::Contract(precise)),
        ("lost_at", Record::Renewal(both)),
        ("arr_renewed", Record::Renewal(no_amount)),
        ("arr_renewed", Record::Renewal(no_close)),
        ("arr_renewed", Record::Renewal(mixed)),
        ("arr_due", Record::Renewal(Renewal::new("C-1", day, money("-1", "USD")))),
        ("reverses", Record::Purchase(reversal)),
        ("count", price(&|price| price.count = 0)),
        ("discount_percent", price(&|price| price.discount = Some(percent("100.5")))),
        ("discount_percent", price(&|price| price.discount = Some(percent("-1")))),
        ("amount", Record::Subscription(SubscriptionEvent::new(at("2024-05-01"), "1", set))),
        ("first_reply", Record::Case(replied)),
        ("resolved", Record::Case(resolved)),
        ("paused_minutes", Record::Case(paused)),
        ("target_minutes", Record::Case(hurried)),
        ("reviews", Record::Goal(reviewed)),
        ("closed", Record::Goal(closed)),
        ("end", Record::Assignment(assignment)),
        ("due", Record::Deliverable(Deliverable::new("plan"))),
        ("expires", Record::Points(expired)),
        ("expires", Record::Points(spent)),
        ("points", Record::Points(nothing)),
        ("score", Record::Response(Response::new(day, Survey::Nps, Answer::Score(11)))),
        ("score", Record::Response(Response::new(day, Survey::Csat, Answer::Score(0)))),
        ("component", Record::Observation(Observation::new(day, "", parse_decimal("1").unwrap()))),
        (
            "kind",
            Record::Interaction(Interaction::new(
                day,
                "mail",
                "",
                Direction::In,
                Initiator::Account,
            )),
        ),
    ] {
        assert_eq!(refused(record.clone()).0, field, "{record:?}");
    }
}

#[test]
fn the_message_says_what_was_found_and_expected() {
    let day = date("2024-05-01");
    let response = Record::Response(Response::new(day, Survey::Ces, Answer::Score(8)));
    assert_eq!(refused(response).1, "`score` is `8`, expected a whole number from 1 to 7");
}

#[test]
fn different_records_of_one_id_are_all_rejected() {
    let event = |amount: &str| {
        let purchase = Purchase::new(date("2024-05-01"), money(amount, "USD")).unwrap();
        let mut event = Event::new(AccountId::new("acme").unwrap(), Record::Purchase(purchase));
        event.id = Some(RecordId::new("P-1").unwrap());
        event
    };
    let (book, report) = Book::from_events([event("1"), event("2"), event("1")]);
    assert!(book.is_empty());
    assert_eq!(report.rejects.iter().map(|reject| reject.position).collect::<Vec<_>>(), [0, 1, 2]);
    let (_, report) = Book::from_events([event("1"), event("1")]);
    assert_eq!((report.kept, report.duplicates), (1, vec![1]));
}
