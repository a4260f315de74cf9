//! Service: 100,000 contacts to first contact resolution, 100,000 cases to times and promises.

use std::hint::black_box;

use tenure_benches::Random;
use tenure_model::record::{Case, CaseStatus};
use tenure_model::{Instant, Zone};
use tenure_service::{
    ContactLog, DurationTally, FcrDefinition, FcrRate, FcrTally, KeyedContact, ServiceWindow,
    SlaTally, TallyError, TimeMeasure,
};

use crate::{Failure, Workload};

/// Enough that what is done once does not count.
const ROWS: usize = 100_000;
const ACCOUNTS: u32 = 10_000;
const HOUR: i64 = 3_600_000_000;

#[inline(never)]
fn measured_service_log(
    contacts: Vec<KeyedContact>,
    window: ServiceWindow,
) -> Result<FcrTally, TallyError> {
    let mut log = ContactLog::new();
    log.extend(contacts);
    log.tally(FcrDefinition::default(), window)
}

#[inline(never)]
fn measured_service_times(tally: &mut DurationTally, cases: &[Case]) -> Result<(), TallyError> {
    cases.iter().try_for_each(|case| tally.push(case))
}

#[inline(never)]
fn measured_service_sla(tally: &mut SlaTally, cases: &[Case]) -> Result<(), TallyError> {
    cases.iter().try_for_each(|case| tally.push(case))
}

fn start() -> Result<Instant, Failure> {
    Ok(Instant::parse("2024-01-01", Zone::UTC)?)
}

fn after(start: Instant, micros: i64) -> Result<Instant, Failure> {
    Ok(Instant::from_micros(start.micros().saturating_add(micros)).ok_or("out of range")?)
}

fn window() -> Result<ServiceWindow, Failure> {
    Ok(ServiceWindow::until(Instant::parse("2025-12-31", Zone::UTC)?))
}

/// In no order, ten an account, of three issues, over a year.
fn contacts() -> Result<Vec<KeyedContact>, Failure> {
    let mut random = Random::new(21);
    let start = start()?;
    let mut contacts = Vec::new();
    for _ in 0..ROWS {
        let at = after(start, i64::from(random.below(365 * 24)).saturating_mul(HOUR))?;
        contacts.push(KeyedContact::new(random.below(ACCOUNTS).into(), random.below(3).into(), at));
    }
    Ok(contacts)
}

/// Resolved after up to 200 hours, promised within 100.
fn cases() -> Result<Vec<Case>, Failure> {
    let mut random = Random::new(22);
    let start = start()?;
    let mut cases = Vec::new();
    for _ in 0..ROWS {
        let opened = after(start, i64::from(random.below(365 * 24)).saturating_mul(HOUR))?;
        let mut case = Case::new(opened, CaseStatus::Closed);
        let taken = i64::from(random.below(200)).saturating_mul(HOUR);
        case.resolved = Some(after(opened, taken)?);
        case.target_ms = Some(100 * 3_600_000);
        cases.push(case);
    }
    Ok(cases)
}

fn service_log() -> Result<bool, Failure> {
    let contacts = contacts()?;
    let tally = measured_service_log(black_box(contacts), window()?)?;
    let counts = tally.counts();
    let all = counts.mature_contacts == u64::try_from(ROWS)?;
    Ok(all && tally.share(FcrRate::NoRepeat).n() == counts.mature)
}

fn service_times() -> Result<bool, Failure> {
    let cases = cases()?;
    let mut tally = DurationTally::new(TimeMeasure::FullResolution, window()?);
    measured_service_times(&mut tally, black_box(&cases))?;
    let taken = |case: &Case| case.resolved.map(|end| end.millis_since(case.opened));
    let sum = cases.iter().filter_map(taken).fold(0_i64, i64::saturating_add);
    Ok(tally.sketch().sum() == u128::try_from(sum)?)
}

fn service_sla() -> Result<bool, Failure> {
    let cases = cases()?;
    let mut tally = SlaTally::new(window()?);
    measured_service_sla(&mut tally, black_box(&cases))?;
    let taken = |case: &&Case| case.resolved.map(|end| end.millis_since(case.opened));
    let met = cases.iter().filter(|case| taken(case) <= Some(100 * 3_600_000)).count();
    Ok(tally.counts().met == u64::try_from(met)?)
}

pub(crate) const WORKLOADS: [Workload; 3] =
    [("service_log", service_log), ("service_times", service_times), ("service_sla", service_sla)];
