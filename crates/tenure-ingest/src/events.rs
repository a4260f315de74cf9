//! From the cells of a row to an event: one function a table.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tenure_model::record::{
    AccountKind, AccountProfile, Answer, Assignment, Billing, BotOutcome, Case, CaseStatus,
    Contact, Contract, ContractRenewal, Deliverable, Direction, Discount, Goal, Initiator,
    Interaction, Interval, Ledger, Observation, Points, Price, Purchase, Reduction, Referral,
    Renewal, Response, SubscriptionChange, SubscriptionEvent, Survey, Terms,
};
use tenure_model::{Event, Record, RecordId, Table};

use crate::cell::Cell;
use crate::context::Context;
use crate::plan::Plan;
use crate::reject::{Fault, RejectCode};
use crate::schema::{
    AccountRow, AssignmentRow, CaseRow, ContactRow, ContractRow, DeliverableRow, GoalRow,
    InteractionRow, ObservationRow, PointsRow, PurchaseRow, ReferralRow, RenewalRow, ResponseRow,
    SubscriptionRow,
};

/// What a row says; the cells come in the order of the table's columns.
pub(crate) fn event<'r>(
    table: Table,
    next: impl FnMut() -> Result<Cell<'r>, Fault>,
    context: &mut Context,
) -> Result<Event, Fault> {
    macro_rules! read {
        ($row:ident, $record:ident) => {{
            let row = $row::read(next)?;
            let account = row.account.account()?;
            let id = row.id.given(Cell::id)?;
            let recorded_at = row.recorded_at.given(|cell| cell.instant(context))?;
            (account, id, recorded_at, $record(&row, context)?)
        }};
    }
    let (account, id, recorded_at, record) = match table {
        Table::Accounts => {
            let row = AccountRow::read(next)?;
            let account = row.account.account()?;
            let recorded_at = row.recorded_at.given(|cell| cell.instant(context))?;
            (account, None::<RecordId>, recorded_at, profile(&row, context)?)
        }
        Table::Contracts => read!(ContractRow, contract),
        Table::Renewals => read!(RenewalRow, renewal),
        Table::Subscriptions => read!(SubscriptionRow, subscription),
        Table::Purchases => read!(PurchaseRow, purchase),
        Table::Interactions => read!(InteractionRow, interaction),
        Table::Deliverables => read!(DeliverableRow, deliverable),
        Table::Goals => read!(GoalRow, goal),
        Table::Referrals => read!(ReferralRow, referral),
        Table::Assignments => read!(AssignmentRow, assignment),
        Table::Cases => read!(CaseRow, case),
        Table::Contacts => read!(ContactRow, contact),
        Table::Responses => read!(ResponseRow, response),
        Table::Points => read!(PointsRow, points),
        // The enum may grow; a test of the schema holds that it has not.
        _ => read!(ObservationRow, observation),
    };
    let mut event = Event::new(account, record);
    event.id = id;
    event.recorded_at = recorded_at;
    Ok(event)
}

/// Refuses a fact dated later than it can be: after the day it was recorded, or after the folder's
/// last day. One day of grace: a local date is at most one day ahead of the same instant elsewhere.
pub(crate) fn check_future(event: &Event, plan: &Plan, context: &Context) -> Result<(), Fault> {
    let Some((column, day)) = fact(&event.record, context) else { return Ok(()) };
    let refuse = |expected| {
        Err(Fault::new(RejectCode::Future, plan.name_of(column), &day.to_string(), expected))
    };
    if let Some(recorded) = event.recorded_at {
        let recorded_on = context.zone.date_of(recorded);
        let latest = recorded_on.checked_add_days(Days::new(1)).unwrap_or(recorded_on);
        if day > latest {
            return refuse(format!("a day not after it was recorded ({recorded_on})"));
        }
    }
    match context.data_until.filter(|&until| day > until) {
        Some(until) => refuse(format!("a day not after `data_until` ({until}) of tenure.toml")),
        None => Ok(()),
    }
}

/// The column and day of what a record says has happened; a plan (a renewal due, a contract) is not
/// a fact yet.
pub(crate) fn fact(record: &Record, context: &Context) -> Option<(&'static str, NaiveDate)> {
    match record {
        Record::Purchase(purchase) => Some(("date", purchase.date)),
        Record::Interaction(interaction) => Some(("date", interaction.date)),
        Record::Deliverable(deliverable) => deliverable.done.map(|day| ("done", day)),
        Record::Goal(goal) => Some(("set", goal.set)),
        Record::Referral(referral) => Some(("date", referral.date)),
        Record::Case(case) => Some(("opened", context.zone.date_of(case.opened))),
        Record::Contact(contact) => Some(("at", context.zone.date_of(contact.at))),
        Record::Response(response) => Some(("date", response.date)),
        Record::Points(points) => Some(("date", points.date)),
        Record::Observation(observation) => Some(("observed_at", observation.observed_at)),
        _ => None,
    }
}

fn profile(row: &AccountRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let mut profile = AccountProfile::new();
    // Names repeat nowhere: sharing them would only fill the table of shared texts.
    profile.name = row.name.given(|cell| cell.needed().map(Into::into))?;
    profile.kind = row.kind.given(|cell| cell.word(AccountKind::from_name))?;
    profile.segment = row.segment.given(|cell| cell.text(context))?;
    profile.industry = row.industry.given(|cell| cell.text(context))?;
    Ok(Record::Account(profile))
}

fn contract(row: &ContractRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let mut contract = Contract::new(
        row.kind.text(context)?,
        row.start.date(context)?,
        row.terms.word(Terms::from_name)?,
        row.billing.word(Billing::from_name)?,
    );
    contract.end = row.end.given(|cell| cell.date(context))?;
    contract.signed = row.signed.given(|cell| cell.date(context))?;
    contract.fiduciary = row.fiduciary.tri()?;
    contract.exclusive = row.exclusive.tri()?;
    contract.renewal = row.renewal.given(|cell| cell.word(ContractRenewal::from_name))?;
    if row.annual_value.is_empty() {
        row.currency.given(|cell| cell.currency(context))?;
    } else {
        let currency = row.currency.currency(context)?;
        contract.annual_value = Some(row.annual_value.finished(currency, context)?);
    }
    Ok(Record::Contract(contract))
}

fn renewal(row: &RenewalRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let due = row.due.date(context)?;
    let currency = row.currency.currency(context)?;
    let arr_due = row.arr_due.finished(currency, context)?;
    let mut renewal = Renewal::new(row.contract.text(context)?, due, arr_due);
    renewal.closed_at = row.closed_at.given(|cell| cell.date(context))?;
    renewal.arr_renewed = row.arr_renewed.given(|cell| cell.finished(currency, context))?;
    renewal.lost_at = row.lost_at.given(|cell| cell.date(context))?;
    Ok(Record::Renewal(renewal))
}

/// The words of `change`.
#[derive(Clone, Copy)]
enum Change {
    Set,
    Price,
    Cancel,
    Still,
    Charge,
}

fn subscription(row: &SubscriptionRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let word = row.change.needed()?;
    let change = row.change.word(|word| match word {
        "set" => Some(Change::Set),
        "start" | "change" => Some(Change::Price),
        "cancel" => Some(Change::Cancel),
        "pause" | "resume" => Some(Change::Still),
        "one_off" | "refund" | "usage" | "proration" => Some(Change::Charge),
        _ => None,
    })?;
    if !matches!(change, Change::Price) {
        for cell in [
            &row.quantity,
            &row.interval,
            &row.count,
            &row.discount_percent,
            &row.discount_amount,
            &row.discount_until,
            &row.trial_end,
        ] {
            cell.unused(word)?;
        }
    }
    if !matches!(change, Change::Cancel) {
        row.service_end.unused(word)?;
    }
    if matches!(change, Change::Cancel | Change::Still) {
        row.amount.unused(word)?;
        row.currency.given(|cell| cell.currency(context))?;
    }
    let what = match change {
        Change::Set => {
            let currency = row.currency.currency(context)?;
            SubscriptionChange::Set { monthly: row.amount.finished(currency, context)? }
        }
        Change::Price => {
            let price = Box::new(price(row, context)?);
            match word {
                "start" => SubscriptionChange::Start(price),
                _ => SubscriptionChange::Change(price),
            }
        }
        Change::Cancel => {
            let service_end = row.service_end.given(|cell| cell.instant(context))?;
            SubscriptionChange::Cancel { service_end }
        }
        Change::Still if word == "pause" => SubscriptionChange::Pause,
        Change::Still => SubscriptionChange::Resume,
        Change::Charge => {
            let currency = row.currency.currency(context)?;
            let amount = row.amount.amount(currency, context)?;
            match word {
                "one_off" => SubscriptionChange::OneOff { amount },
                "refund" => SubscriptionChange::Refund { amount },
                "usage" => SubscriptionChange::Usage { amount },
                _ => SubscriptionChange::Proration { amount },
            }
        }
    };
    let subscription =
        row.subscription.given(|cell| cell.text(context))?.unwrap_or_else(|| context.text("1"));
    let mut event = SubscriptionEvent::new(row.at.instant(context)?, subscription, what);
    event.seq = row.seq.given(Cell::count)?.unwrap_or(0);
    Ok(Record::Subscription(event))
}

fn price(row: &SubscriptionRow<'_>, context: &mut Context) -> Result<Price, Fault> {
    let currency = row.currency.currency(context)?;
    let amount = row.amount.amount(currency, context)?;
    let mut price = Price::new(amount, row.interval.word(Interval::from_name)?);
    price.quantity = row.quantity.given(Cell::count)?.unwrap_or(1);
    price.count = row.count.given(Cell::count)?.unwrap_or(1);
    price.trial_end = row.trial_end.given(|cell| cell.instant(context))?;
    let percent = row.discount_percent.given(|cell| cell.number(context))?;
    let off = row.discount_amount.given(|cell| cell.amount(currency, context))?;
    let reduction = match (percent, off) {
        (Some(percent), None) => Some(Reduction::Percent(percent)),
        (None, Some(amount)) => Some(Reduction::Amount(amount.amount())),
        (None, None) => None,
        (Some(_), Some(_)) => {
            let expected = "nothing beside `discount_percent`";
            return Err(row.discount_amount.fault(RejectCode::Contradiction, expected));
        }
    };
    match reduction {
        Some(reduction) => {
            let until = row.discount_until.given(|cell| cell.instant(context))?;
            price.discount = Some(Discount { reduction, until });
        }
        None => row.discount_until.unused("a price without discount")?,
    }
    Ok(price)
}

fn purchase(row: &PurchaseRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let date = row.date.date(context)?;
    let currency = row.currency.currency(context)?;
    let amount = row.amount.finished(currency, context)?;
    let mut purchase = Purchase::new(date, amount)
        .map_err(|error| row.amount.fault(RejectCode::Amount, error.to_string()))?;
    purchase.item = row.item.given(|cell| cell.text(context))?;
    purchase.customised = row.customised.tri()?;
    purchase.promotional = row.promotional.tri()?;
    purchase.reverses = row.reverses.given(Cell::id)?;
    Ok(Record::Purchase(purchase))
}

fn interaction(row: &InteractionRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let mut interaction = Interaction::new(
        row.date.date(context)?,
        row.channel.text(context)?,
        row.kind.text(context)?,
        row.direction.word(Direction::from_name)?,
        row.initiator.word(Initiator::from_name)?,
    );
    interaction.personal = row.personal.yes_no()?;
    Ok(Record::Interaction(interaction))
}

fn deliverable(row: &DeliverableRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let mut deliverable = Deliverable::new(row.item.text(context)?);
    deliverable.due = row.due.given(|cell| cell.date(context))?;
    deliverable.done = row.done.given(|cell| cell.date(context))?;
    deliverable.customised = row.customised.tri()?;
    Ok(Record::Deliverable(deliverable))
}

fn goal(row: &GoalRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let mut goal = Goal::new(row.set.date(context)?, row.goal.text(context)?);
    goal.reviews = row.reviews.dates(context)?;
    goal.closed = row.closed.given(|cell| cell.date(context))?;
    Ok(Record::Goal(goal))
}

fn referral(row: &ReferralRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    Ok(Record::Referral(Referral::new(row.date.date(context)?)))
}

fn assignment(row: &AssignmentRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let mut assignment = Assignment::new(row.start.date(context)?, row.role.text(context)?);
    assignment.end = row.end.given(|cell| cell.date(context))?;
    assignment.person = row.person.given(|cell| cell.text(context))?;
    Ok(Record::Assignment(assignment))
}

fn case(row: &CaseRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let mut case = Case::new(row.opened.instant(context)?, row.status.word(CaseStatus::from_name)?);
    case.first_reply = row.first_reply.given(|cell| cell.instant(context))?;
    case.resolved = row.resolved.given(|cell| cell.instant(context))?;
    case.reopens = row.reopens.given(Cell::count)?;
    case.agent_replies = row.agent_replies.given(Cell::count)?;
    case.account_replies = row.account_replies.given(Cell::count)?;
    case.target_ms = row.target_minutes.given(|cell| millis(cell, context))?;
    case.paused_ms = row.paused_minutes.given(|cell| millis(cell, context))?.unwrap_or(0);
    case.bot = row.bot.given(|cell| cell.word(BotOutcome::from_name))?;
    case.channel = row.channel.given(|cell| cell.text(context))?;
    Ok(Record::Case(case))
}

/// Minutes as milliseconds, exactly.
fn millis(cell: &Cell<'_>, context: &mut Context) -> Result<u64, Fault> {
    let minutes = cell.number(context)?;
    let millis = minutes.checked_mul(Decimal::from(60_000_u32)).map(|millis| millis.normalize());
    millis
        .filter(|millis| millis.scale() == 0)
        .and_then(|millis| millis.to_u64())
        .ok_or_else(|| cell.fault(RejectCode::Number, "minutes, 0 or more, in whole milliseconds"))
}

fn contact(row: &ContactRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let mut contact = Contact::new(row.at.instant(context)?, row.issue.text(context)?);
    contact.resolved = row.resolved.tri()?;
    contact.channel = row.channel.given(|cell| cell.text(context))?;
    Ok(Record::Contact(contact))
}

fn response(row: &ResponseRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let date = row.date.date(context)?;
    let survey = row.survey.word(Survey::from_name)?;
    let answer = match row.score.text {
        "" | "blank" => Answer::Blank,
        "not_applicable" => Answer::NotApplicable,
        "dismissed" => Answer::Dismissed,
        "no_answer" => Answer::NoAnswer,
        "not_delivered" => Answer::NotDelivered,
        _ => Answer::Score(score(&row.score, survey)?),
    };
    let mut response = Response::new(date, survey, answer);
    response.touchpoint = row.touchpoint.given(|cell| cell.text(context))?;
    response.weight = row.weight.given(|cell| cell.weight(context))?;
    Ok(Record::Response(response))
}

fn score(cell: &Cell<'_>, survey: Survey) -> Result<u8, Fault> {
    let (least, greatest) = survey.scale();
    crate::number::whole(cell.text)
        .and_then(|score| u8::try_from(score).ok())
        .filter(|score| (least..=greatest).contains(score))
        .ok_or_else(|| {
            let expected = format!(
                "a whole number from {least} to {greatest} ({survey}), or `blank`, \
                 `not_applicable`, `dismissed`, `no_answer`, `not_delivered`"
            );
            cell.fault(RejectCode::Score, expected)
        })
}

fn points(row: &PointsRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let date = row.date.date(context)?;
    let mut points = Points::new(date, row.ledger.word(Ledger::from_name)?, row.points.whole()?);
    points.expires = row.expires.given(|cell| cell.date(context))?;
    Ok(Record::Points(points))
}

fn observation(row: &ObservationRow<'_>, context: &mut Context) -> Result<Record, Fault> {
    let observed_at = row.observed_at.date(context)?;
    let value = row.value.number(context)?;
    Ok(Record::Observation(Observation::new(observed_at, row.component.text(context)?, value)))
}
