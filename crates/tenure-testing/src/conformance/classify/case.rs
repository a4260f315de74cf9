//! One vignette, read from its JSON.

use chrono::NaiveDate;
use serde_json::Value;
use tenure_classify::{Class, Context, Evidence, Pack, Policy, Verdict, evaluate};
use tenure_model::record::{
    AccountKind, AccountProfile, Assignment, Billing, Contract, ContractRenewal, Deliverable,
    Direction, Goal, Initiator, Interaction, Purchase, Referral, Terms,
};
use tenure_model::{
    AccountId, AsOf, Book, Completeness, Coverage, Currency, Event, Money, Record, Relationship,
    Table, Tri, parse_date, parse_decimal,
};

/// The tables a case has.
pub(super) const TABLES: [Table; 7] = [
    Table::Contracts,
    Table::Purchases,
    Table::Interactions,
    Table::Deliverables,
    Table::Goals,
    Table::Referrals,
    Table::Assignments,
];

/// A vignette: its records, and the question asked of them.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) as_of: NaiveDate,
    pub(super) policy: Policy,
    pub(super) packs: Vec<Pack>,
    pub(super) industry: Option<String>,
    pub(super) previous: Option<Class>,
    pub(super) coverage: Coverage,
    /// The profile first, then the tables in file order.
    pub(super) records: Vec<Record>,
    /// `expected.class`, where the file tells it.
    pub(super) expected_class: Option<Class>,
    pub(super) experts_may_differ: bool,
}

impl Case {
    pub(super) fn read(row: &Value) -> Result<Self, String> {
        let row = Row(row);
        let options = row.child("options")?;
        match options.text("ruleset")? {
            "generic" => {}
            other => return Err(format!("unknown rule set `{other}`")),
        }
        let packs = options
            .list("packs")?
            .map(|pack| {
                let built_in = pack.0.as_str().and_then(Pack::built_in);
                built_in.cloned().ok_or(pack.fault("a pack"))
            })
            .collect::<Result<_, _>>()?;
        let mut profile = AccountProfile::new();
        profile.kind = Some(row.child("account")?.word("kind", AccountKind::from_name)?);
        let mut records = vec![Record::Account(profile)];
        let mut coverage = Coverage::absent();
        for table in TABLES {
            let complete = match row.child("coverage")?.text(table.name())? {
                "complete" => Completeness::Complete,
                "partial" => Completeness::Partial,
                "absent" => Completeness::Absent,
                other => return Err(format!("unknown coverage `{other}`")),
            };
            coverage = coverage.with(table, complete);
            for one in row.list(table.name())? {
                records.push(record(table, one)?);
            }
        }
        let expected = row.0.get("expected").and_then(|expected| expected.get("class"));
        Ok(Self {
            id: row.text("id")?.to_owned(),
            as_of: row.date("as_of")?,
            policy: options.word("policy", Policy::from_name)?,
            packs,
            industry: row.child("provider")?.optional_text("industry").map(str::to_owned),
            previous: match row.optional_text("previous_class") {
                None => None,
                Some(_) => Some(row.word("previous_class", Class::from_name)?),
            },
            coverage,
            records,
            expected_class: expected.and_then(Value::as_str).and_then(Class::from_name),
            experts_may_differ: row.0.get("experts_may_differ").is_some_and(|flag| flag == true),
        })
    }

    /// The events of the case, without ids: two equal rows are two events.
    pub(super) fn events(&self) -> Result<Vec<Event>, String> {
        let account = AccountId::new(&self.id).map_err(|error| error.to_string())?;
        let records = self.records.iter().cloned();
        Ok(records.map(|record| Event::new(account.clone(), record)).collect())
    }

    pub(super) fn relationship(&self, events: Vec<Event>) -> Result<Relationship, String> {
        let account = AccountId::new(&self.id).map_err(|error| error.to_string())?;
        let (book, report) = Book::from_events(events);
        if let Some(reject) = report.rejects.first() {
            return Err(format!("{} {}: {}", reject.table, reject.position, reject.error));
        }
        Ok(book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account)))
    }

    pub(super) fn context(&self) -> Context<'_> {
        let mut context = Context::new(AsOf::new(self.as_of), self.coverage);
        context.policy = self.policy;
        context.packs = &self.packs;
        context.provider_industry = self.industry.as_deref();
        context.previous_class = self.previous;
        context
    }

    pub(super) fn verdict(&self) -> Result<Verdict, String> {
        Ok(evaluate(&self.relationship(self.events()?)?, &self.context()))
    }

    pub(super) fn evidence(&self) -> Result<Evidence, String> {
        Ok(Evidence::of(&self.relationship(self.events()?)?, &self.context()))
    }

    /// The case with its records changed, one by one.
    pub(super) fn mapped(&self, mut change: impl FnMut(&mut Record)) -> Self {
        let mut copy = self.clone();
        copy.records.iter_mut().for_each(&mut change);
        copy
    }
}

/// A JSON object, with errors that say what was expected.
#[derive(Clone, Copy)]
struct Row<'a>(&'a Value);

impl<'a> Row<'a> {
    fn fault(self, expected: &str) -> String {
        let found: String = self.0.to_string().chars().take(60).collect();
        format!("`{found}` where {expected} was expected")
    }

    fn child(self, field: &str) -> Result<Self, String> {
        self.0.get(field).map(Row).ok_or_else(|| format!("no `{field}`"))
    }

    fn list(self, field: &str) -> Result<impl Iterator<Item = Row<'a>>, String> {
        let list = self.0.get(field).and_then(Value::as_array);
        Ok(list.ok_or_else(|| format!("no list `{field}`"))?.iter().map(Row))
    }

    fn optional_text(self, field: &str) -> Option<&'a str> {
        self.0.get(field).and_then(Value::as_str)
    }

    fn text(self, field: &str) -> Result<&'a str, String> {
        self.optional_text(field).ok_or_else(|| format!("no text `{field}`"))
    }

    fn word<T>(self, field: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        let text = self.text(field)?;
        read(text).ok_or_else(|| format!("`{field}` is `{text}`, an unknown word"))
    }

    fn date(self, field: &str) -> Result<NaiveDate, String> {
        self.optional_date(field)?.ok_or_else(|| format!("no date `{field}`"))
    }

    fn optional_date(self, field: &str) -> Result<Option<NaiveDate>, String> {
        let text = self.optional_text(field);
        text.map(parse_date).transpose().map_err(|error| format!("`{field}`: {error}"))
    }

    /// True, false, or null and missing alike: unknown.
    fn tri(self, field: &str) -> Tri {
        Tri::from(self.0.get(field).and_then(Value::as_bool))
    }

    fn money(self, field: &str, currency: &str) -> Result<Option<Money>, String> {
        let Some(number) = self.0.get(field).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let said = |error: &dyn std::fmt::Display| format!("`{field}`: {error}");
        let amount = parse_decimal(&number.to_string()).map_err(|error| said(&error))?;
        let currency = Currency::new(currency).map_err(|error| said(&error))?;
        Money::new(amount, currency).map(Some).map_err(|error| said(&error))
    }
}

fn record(table: Table, row: Row<'_>) -> Result<Record, String> {
    Ok(match table {
        Table::Contracts => Record::Contract(contract(row)?),
        Table::Purchases => Record::Purchase(purchase(row)?),
        Table::Interactions => {
            let mut one = Interaction::new(
                row.date("date")?,
                row.text("channel")?,
                row.text("kind")?,
                row.word("direction", Direction::from_name)?,
                row.word("initiator", Initiator::from_name)?,
            );
            let personal = row.0.get("personal").and_then(Value::as_bool);
            one.personal = personal.ok_or("no `personal`")?;
            Record::Interaction(one)
        }
        Table::Deliverables => {
            let mut one = Deliverable::new(row.text("item")?);
            one.due = row.optional_date("due")?;
            one.done = row.optional_date("done")?;
            one.customised = row.tri("customised");
            Record::Deliverable(one)
        }
        Table::Goals => {
            let mut goal = Goal::new(row.date("set")?, row.text("goal")?);
            for review in row.list("reviews")? {
                let day = review.0.as_str().ok_or_else(|| review.fault("a date"))?;
                goal.reviews.push(parse_date(day).map_err(|error| error.to_string())?);
            }
            Record::Goal(goal)
        }
        Table::Referrals => Record::Referral(Referral::new(row.date("date")?)),
        Table::Assignments => {
            let mut one = Assignment::new(row.date("start")?, row.text("role")?);
            one.end = row.optional_date("end")?;
            Record::Assignment(one)
        }
        _ => return Err(format!("a case has no table `{table}`")),
    })
}

fn contract(row: Row<'_>) -> Result<Contract, String> {
    let mut contract = Contract::new(
        row.text("kind")?,
        row.date("start")?,
        row.word("terms", Terms::from_name)?,
        row.word("billing", Billing::from_name)?,
    );
    contract.signed = row.optional_date("signed")?;
    contract.end = row.optional_date("end")?;
    contract.fiduciary = row.tri("fiduciary");
    contract.exclusive = row.tri("exclusive");
    contract.renewal = match row.optional_text("renewal") {
        None => None,
        Some(_) => Some(row.word("renewal", ContractRenewal::from_name)?),
    };
    contract.annual_value = row.money("annual_value", "USD")?;
    Ok(contract)
}

fn purchase(row: Row<'_>) -> Result<Purchase, String> {
    let amount = row.money("amount", row.text("currency")?)?.ok_or("no `amount`")?;
    let mut purchase =
        Purchase::new(row.date("date")?, amount).map_err(|error| error.to_string())?;
    purchase.item = row.optional_text("item").map(Into::into);
    purchase.customised = row.tri("customised");
    purchase.promotional = row.tri("promotional");
    Ok(purchase)
}
