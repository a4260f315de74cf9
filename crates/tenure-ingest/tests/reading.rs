//! What good folders say: mappings, coverage, time zones, progress, and files on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;

use tenure_ingest::{Folder, Ingested};
use tenure_model::record::{Answer, SubscriptionChange};
use tenure_model::{AccountId, Completeness, Relationship, Table, Tri};

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).and_then(|()| packed.finish()).unwrap_or_default()
}

#[expect(clippy::unwrap_used, reason = "in tests, but not in one of them")]
fn read(files: &[(&str, &str)]) -> Ingested {
    Folder::in_memory(files.iter().copied()).unwrap().read(|_| {}).unwrap()
}

#[expect(clippy::unwrap_used, reason = "in tests, but not in one of them")]
fn account<'i>(ingested: &'i Ingested, id: &str) -> &'i Relationship {
    ingested.book.get(&AccountId::new(id).unwrap()).unwrap()
}

#[test]
fn every_table_is_read_into_its_place() {
    let ingested = read(&[
        ("accounts.csv", "account,name,kind,segment,industry\na,Acme,organisation,north,retail\n"),
        (
            "contracts.csv",
            "account,kind,start,end,signed,terms,billing,fiduciary,exclusive,renewal,annual_value,currency\na,retainer,2024-01-01,2024-12-31,2023-12-15,negotiated,monthly,yes,no,auto,12000,EUR\n",
        ),
        (
            "renewals.csv",
            "account,contract,due,arr_due,currency,closed_at,arr_renewed\na,C,2024-12-31,5,EUR,2024-12-30,6.50\n",
        ),
        ("deliverables.csv", "account,due,done,item,customised\na,2024-01-02,,plan,\n"),
        (
            "goals.csv",
            "account,set,goal,reviews,closed\na,2024-01-01,retire,2024-02-01;2024-03-01,\n",
        ),
        ("assignments.csv", "account,role,start,end,person\na,manager,2024-01-01,,j.doe\n"),
        (
            "interactions.csv",
            "account,date,channel,kind,direction,initiator,personal\na,2024-01-01,mail,advice,out,provider,yes\n",
        ),
        (
            "cases.csv",
            "account,opened,status,target_minutes,paused_minutes,reopens,bot\na,2024-01-01T09:00:00Z,closed,240,0.5,2,escalated\n",
        ),
        ("contacts.csv", "account,issue,at,resolved\na,billing,2024-01-01,no\n"),
        ("points.csv", "account,date,ledger,points,expires\na,2024-01-01,redeemable,-250,\n"),
        ("observations.csv", "account,component,value,observed_at\na,usage,0.820,2024-01-01\n"),
        ("referrals.csv", "account,date,recorded_at\na,2024-01-01,2024-01-01T10:00:00+02:00\n"),
    ]);
    assert_eq!(ingested.counts().rejected, 0, "{:?}", ingested.rejects().collect::<Vec<_>>());
    let a = account(&ingested, "a");
    assert_eq!(a.profile().segment.as_deref(), Some("north"));
    let contract = &a.contracts()[0].record;
    assert_eq!((contract.fiduciary, contract.exclusive), (Tri::Yes, Tri::No));
    assert_eq!(contract.annual_value.unwrap().to_string(), "12000.00 EUR");
    assert_eq!(contract.end.unwrap().to_string(), "2024-12-31");
    assert_eq!(a.renewals()[0].record.arr_renewed.unwrap().to_string(), "6.50 EUR");
    assert_eq!(a.deliverables()[0].record.customised, Tri::Unknown);
    assert_eq!(a.goals()[0].record.reviews.len(), 2);
    assert_eq!(a.assignments()[0].record.end, None);
    assert_eq!(a.assignments()[0].record.person.as_deref(), Some("j.doe"));
    assert!(a.interactions()[0].record.personal);
    let case = &a.cases()[0].record;
    assert_eq!((case.target_ms, case.paused_ms, case.reopens), (Some(14_400_000), 30_000, Some(2)));
    assert_eq!(case.agent_replies, None);
    assert_eq!(a.contacts()[0].record.resolved, Tri::No);
    assert_eq!(a.points()[0].record.points, -250);
    assert_eq!(a.observations()[0].record.value.to_string(), "0.82");
    let recorded = a.referrals()[0].recorded_at.map(|at| at.to_string());
    assert_eq!(recorded.as_deref(), Some("2024-01-01T08:00:00Z"));
}

#[test]
fn every_change_of_a_subscription_is_read() {
    let text = "account,at,seq,change,amount,currency,quantity,interval,count,discount_percent,discount_amount,discount_until,trial_end,service_end\n\
        a,2024-01-01,,set,10.50,EUR,,,,,,,,\n\
        a,2024-01-02,,start,12.345,EUR,3,year,2,12.5,,2024-06-01,2024-02-01,\n\
        a,2024-01-03,,change,1,,,month,,,0.5,,,\n\
        a,2024-01-04,,pause,,,,,,,,,,\n\
        a,2024-01-05,,resume,,,,,,,,,,\n\
        a,2024-01-06,1,one_off,1,EUR,,,,,,,,\n\
        a,2024-01-06,2,refund,1,EUR,,,,,,,,\n\
        a,2024-01-06,3,usage,1,EUR,,,,,,,,\n\
        a,2024-01-06,4,proration,-1,EUR,,,,,,,,\n\
        a,2024-01-07,,cancel,,EUR,,,,,,,,2024-02-01\n";
    let ingested = read(&[("subscriptions.csv", text), ("tenure.toml", "currency = \"USD\"")]);
    assert_eq!(ingested.counts().rejected, 0, "{:?}", ingested.rejects().collect::<Vec<_>>());
    let events = account(&ingested, "a").subscriptions();
    let words: Vec<_> = events
        .iter()
        .map(|entry| match &entry.record.change {
            SubscriptionChange::Set { monthly } => format!("set {monthly}"),
            SubscriptionChange::Start(price) => format!(
                "start {} x{} per {} {}, until {}, trial {}",
                price.amount,
                price.quantity,
                price.count,
                price.interval,
                price.discount.and_then(|d| d.until).map_or_else(String::new, |at| at.to_string()),
                price.trial_end.map_or_else(String::new, |at| at.to_string()),
            ),
            SubscriptionChange::Change(price) => {
                format!("change {} {:?}", price.amount, price.discount.map(|d| d.reduction))
            }
            SubscriptionChange::Pause => "pause".to_owned(),
            SubscriptionChange::Resume => "resume".to_owned(),
            SubscriptionChange::OneOff { amount } => format!("one_off {amount}"),
            SubscriptionChange::Refund { amount } => format!("refund {amount}"),
            SubscriptionChange::Usage { amount } => format!("usage {amount}"),
            SubscriptionChange::Proration { amount } => format!("proration {amount}"),
            SubscriptionChange::Cancel { service_end } => {
                format!("cancel {}", service_end.is_some())
            }
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        words,
        [
            "set 10.50 EUR",
            "start 12.345 EUR x3 per 2 year, until 2024-06-01T00:00:00Z, trial 2024-02-01T00:00:00Z",
            "change 1.00 USD Some(Amount(0.5))",
            "pause",
            "resume",
            "one_off 1.00 EUR",
            "refund 1.00 EUR",
            "usage 1.00 EUR",
            "proration -1.00 EUR",
            "cancel true",
        ]
    );
    assert!(events.iter().all(|entry| &*entry.record.subscription == "1"));
}

#[test]
fn answers_keep_their_reason() {
    let text = "account,date,survey,score\na,2024-01-01,nps,0\na,2024-01-02,csat,5\na,2024-01-03,ces,7\n\
                a,2024-01-04,nps,\na,2024-01-05,nps,blank\na,2024-01-06,nps,not_applicable\n\
                a,2024-01-07,nps,dismissed\na,2024-01-08,nps,no_answer\na,2024-01-09,nps,not_delivered\n";
    let ingested = read(&[("responses.csv", text)]);
    let answers: Vec<_> =
        account(&ingested, "a").responses().iter().map(|entry| entry.record.answer).collect();
    assert_eq!(
        answers,
        [
            Answer::Score(0),
            Answer::Score(5),
            Answer::Score(7),
            Answer::Blank,
            Answer::Blank,
            Answer::NotApplicable,
            Answer::Dismissed,
            Answer::NoAnswer,
            Answer::NotDelivered,
        ]
    );
}

#[test]
fn one_file_serves_several_entries() {
    let config = r#"
        [[table]]
        table = "responses"
        file = "survey.csv"
        [table.columns]
        account = "who"
        date = { template = "2017-05-{day}", format = "%Y-%m-%d" }
        survey = { constant = "nps" }
        score = { column = "recommend", values = { "11" = "blank", "" = "no_answer" } }
        [[table]]
        table = "responses"
        file = "survey.csv"
        [table.columns]
        account = "who"
        date = { template = "2017-05-{day}", format = "%Y-%m-%d" }
        survey = { constant = "csat" }
        score = { column = "overall", values = { "Blank" = "blank" } }
        touchpoint = { template = "{{{who}}}" }
    "#;
    let data = "who,day,recommend,overall\na,5,11,Blank\nb,25,,4\nc,,10,3\n";
    let ingested = read(&[("survey.csv", data), ("tenure.toml", config)]);
    let answers = |id| -> Vec<_> {
        account(&ingested, id).responses().iter().map(|entry| entry.record.answer).collect()
    };
    assert_eq!(answers("a"), [Answer::Blank, Answer::Blank]);
    assert_eq!(answers("b"), [Answer::NoAnswer, Answer::Score(4)]);
    let touchpoint = account(&ingested, "b").responses()[1].record.touchpoint.clone();
    assert_eq!(touchpoint.as_deref(), Some("{b}"));
    // A template with an empty part is empty, and a date must be there.
    let rejects: Vec<_> = ingested.rejects().map(ToString::to_string).collect();
    assert_eq!(rejects.len(), 2);
    assert_eq!(
        rejects[0],
        "survey.csv line 4, `2017-05-{day}` is ``: expected a date or time in the format `%Y-%m-%d`"
    );
}

#[test]
fn a_constant_says_nothing_to_rows_without_use_for_it() {
    let config = r#"
        currency = "EUR"
        [[table]]
        table = "subscriptions"
        file = "log.csv"
        [table.columns]
        account = "a"
        at = "t"
        change = { column = "c", values = { new = "start", gone = "cancel" } }
        amount = "price"
        interval = { constant = "month" }
    "#;
    let data = "a,t,c,price\nx,2024-01-01,new,10\nx,2024-02-01,gone,\n";
    let ingested = read(&[("log.csv", data), ("tenure.toml", config)]);
    assert_eq!((ingested.counts().kept, ingested.counts().rejected), (2, 0));
}

#[test]
fn local_times_are_local_where_the_entry_says() {
    let config = r#"
        time_zone = "+02:00"
        [[table]]
        table = "contacts"
        file = "calls.csv"
        time_zone = "-05:00"
        [table.columns]
        account = "account"
        issue = "issue"
        at = { column = "at", format = "%d.%m.%Y %H:%M" }
    "#;
    let ingested = read(&[
        ("calls.csv", "account,issue,at\nb,x,01.03.2024 09:00\n"),
        ("contacts.csv", "account,issue,at\na,x,2024-03-01T09:00:00\n"),
        ("tenure.toml", config),
    ]);
    let at = |id| account(&ingested, id).contacts()[0].record.at.to_string();
    assert_eq!(at("a"), "2024-03-01T07:00:00Z");
    assert_eq!(at("b"), "2024-03-01T14:00:00Z");
}

#[cfg(feature = "tz")]
#[test]
fn named_zones_know_their_clocks() {
    let ingested = read(&[
        ("contacts.csv", "account,issue,at\na,x,2024-01-01T09:00:00\na,y,2024-07-01T09:00:00\n"),
        ("tenure.toml", "time_zone = \"Europe/Berlin\""),
    ]);
    let at: Vec<_> =
        account(&ingested, "a").contacts().iter().map(|c| c.record.at.to_string()).collect();
    assert_eq!(at, ["2024-01-01T08:00:00Z", "2024-07-01T07:00:00Z"]);
}

#[test]
fn coverage_is_as_declared_partial_where_a_file_is_and_absent_otherwise() {
    let ingested = read(&[
        ("referrals.csv", "account,date\n"),
        ("purchases.csv", "account,date,amount\n"),
        ("tenure.toml", "[coverage]\npurchases = \"complete\"\ncases = \"absent\"\n"),
    ]);
    assert_eq!(ingested.coverage.of(Table::Purchases), Completeness::Complete);
    assert_eq!(ingested.coverage.of(Table::Referrals), Completeness::Partial);
    assert_eq!(ingested.coverage.of(Table::Cases), Completeness::Absent);
    assert!(ingested.book.is_empty());
}

#[test]
fn canonical_and_mapped_files_of_one_table_add_up() {
    let config = "[[table]]\ntable = \"referrals\"\nfile = \"more.csv\"\n";
    let ingested = read(&[
        ("referrals.csv", "account,date\na,2024-01-01\n"),
        ("more.csv", "date,account\n2024-01-02,a\n2024-01-03,b\n"),
        ("tenure.toml", config),
    ]);
    assert_eq!(ingested.counts().kept, 3);
    assert_eq!(ingested.files.len(), 2);
    assert_eq!(&*ingested.files[0].file, "referrals.csv");
}

#[test]
fn a_mapped_file_with_a_canonical_name_is_read_only_as_mapped() {
    let config = "[[table]]\ntable = \"referrals\"\nfile = \"purchases.csv\"\n";
    let ingested =
        read(&[("purchases.csv", "account,date\na,2024-01-01\n"), ("tenure.toml", config)]);
    assert_eq!(account(&ingested, "a").referrals().len(), 1);
    assert_eq!(ingested.coverage.of(Table::Purchases), Completeness::Absent);
}

#[test]
fn what_the_folder_says_is_handed_on() {
    let config = "as_of = \"2024-06-30\"\nknown_at = \"2024-07-01\"\ncurrency = \"EUR\"\n\
                  time_zone = \"+01:00\"\n[report]\nwindow = 12\n";
    let files = [("referrals.csv", "account,date\n"), ("tenure.toml", config), ("note.md", "x")];
    let folder = Folder::in_memory(files).unwrap();
    assert_eq!(folder.config().report()["window"].as_integer(), Some(12));
    let ingested = folder.clone().read(|_| {}).unwrap();
    assert_eq!(ingested.as_of.unwrap().to_string(), "2024-06-30");
    assert_eq!(ingested.known_at.unwrap().to_string(), "2024-07-01");
    assert_eq!(ingested.currency.unwrap().code(), "EUR");
    assert_eq!(ingested.zone.name(), "+01:00");
    assert_eq!(ingested.report["window"].as_integer(), Some(12));
    assert_eq!(ingested.ignored[0].file, "note.md");
    let other = tenure_model::parse_date("2025-01-01").unwrap();
    let ingested = folder.with_as_of(other).with_known_at(other).read(|_| {}).unwrap();
    assert_eq!((ingested.as_of, ingested.known_at), (Some(other), Some(other)));
}

#[test]
fn files_on_disk_are_read_and_counted_to_their_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = "account,date\n".to_owned();
    for row in 0..20_000 {
        rows.push_str(&format!("a{row},2024-01-01\n"));
    }
    // Two gzip members, as `cat a.gz b.gz` makes them.
    let packed = [gz(rows.as_bytes()), gz(b"z,2024-01-02\n")].concat();
    fs::write(folder.path().join("referrals.csv.gz"), &packed).unwrap();
    fs::write(folder.path().join("point.csv"), "").unwrap();
    fs::create_dir(folder.path().join("old")).unwrap();
    let (mut calls, mut last) = (0, BTreeMap::new());
    let ingested = Folder::open(folder.path())
        .unwrap()
        .read(|progress| {
            calls += 1;
            assert!(progress.bytes <= progress.total_bytes);
            last.insert(progress.file.to_owned(), (progress.rows, progress.bytes));
        })
        .unwrap();
    assert_eq!(ingested.book.len(), 20_001);
    assert!(calls >= 2);
    assert_eq!(last["referrals.csv.gz"], (20_001, u64::try_from(packed.len()).unwrap()));
    assert_eq!(ingested.ignored.len(), 1);
    assert_eq!(ingested.ignored[0].did_you_mean.as_deref(), Some("points.csv"));
}

#[test]
fn a_day_may_stand_without_quotes() {
    let read = |text: &str| tenure_ingest::Config::parse(text);
    let quoted = read("as_of = \"2025-12-31\"").unwrap();
    assert_eq!(read("as_of = 2025-12-31").unwrap().as_of(), quoted.as_of());
    // An instant is no day.
    let error = read("currency = \"EUR\"\nas_of = 2025-12-31T10:00:00").unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 9));
    assert!(read("as_of = 20251231").unwrap_err().to_string().contains("a date such as"));
}
