//! One entry a table: its columns for people, and the struct the reader fills from a row.

use tenure_model::Table;

use super::{Column, Kind, Need, TableSchema};
use crate::cell::Cell;
use crate::reject::Fault;

macro_rules! tables {
    ($(
        $table:ident $row:ident $about:literal
        { $($name:ident $need:ident $kind:expr, $meaning:literal, $example:literal;)+ }
    )+) => {
        $(
            /// A row of that table, one cell a column.
            pub(crate) struct $row<'a> {
                $(pub(crate) $name: Cell<'a>,)+
            }

            impl<'a> $row<'a> {
                /// Takes the cells in the order of the columns.
                pub(crate) fn read(
                    mut next: impl FnMut() -> Result<Cell<'a>, Fault>,
                ) -> Result<Self, Fault> {
                    Ok(Self { $($name: next()?,)+ })
                }
            }
        )+

        pub(super) const TABLES: &[TableSchema] = &[$(TableSchema {
            table: Table::$table,
            about: $about,
            columns: &[$(Column {
                name: stringify!($name),
                need: Need::$need,
                kind: $kind,
                meaning: $meaning,
                example: $example,
            },)+],
        },)+];
    };
}

tables! {
    Accounts AccountRow "What an account is. A row is optional: an account exists as soon as one row of any table names it." {
        account Value Kind::Id, "the account; one row each", "acme";
        name Optional Kind::Text, "its name, for people", "Acme Ltd";
        kind Optional Kind::Words(&["person", "organisation"]), "person or organisation", "organisation";
        segment Optional Kind::Text, "the segment reports group by", "north";
        industry Optional Kind::Text, "its industry", "retail";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "2024-01-02T09:00:00Z";
    }
    Contracts ContractRow "Agreements over a span of time." {
        id Optional Kind::Id, "which record", "C-1";
        account Value Kind::Id, "whose", "acme";
        kind Value Kind::Text, "what sort of contract, in your own word", "retainer";
        start Value Kind::Date, "first day in force", "2024-01-01";
        end Optional Kind::Date, "last day in force, included; empty: open", "2024-12-31";
        signed Optional Kind::Date, "day of signature; empty: not known", "2023-12-15";
        terms Value Kind::Words(&["negotiated", "standard"]), "made for this account, or the same for everybody", "negotiated";
        billing Value Kind::Words(&["monthly", "quarterly", "annual", "milestone", "hourly", "per_job", "per_order", "per_placement"]), "when it is billed", "monthly";
        fiduciary Optional Kind::Tri, "a duty of care in law", "yes";
        exclusive Optional Kind::Tri, "may buy this from nobody else", "no";
        renewal Optional Kind::Words(&["auto", "manual", "none"]), "how it goes on at its end; empty: not known", "auto";
        annual_value Optional Kind::Amount, "worth a year; empty: not known", "12000.00";
        currency Optional Kind::Currency, "of `annual_value`; empty: the folder's", "EUR";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Renewals RenewalRow "Terms that come due, renewed or lost." {
        id Optional Kind::Id, "which record", "R-1";
        account Value Kind::Id, "whose", "acme";
        contract Value Kind::Text, "which contract", "C-1";
        due Value Kind::Date, "the day the term comes due", "2024-12-31";
        arr_due Value Kind::Amount, "annual recurring revenue that comes due", "12000.00";
        currency Optional Kind::Currency, "of both amounts; empty: the folder's", "EUR";
        closed_at Optional Kind::Date, "day of renewal", "2024-12-20";
        arr_renewed Optional Kind::Amount, "annual recurring revenue after renewal; given exactly where `closed_at` is", "12600.00";
        lost_at Optional Kind::Date, "day of loss; never beside `closed_at`", "";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Subscriptions SubscriptionRow "Priced changes of subscriptions. A value the change does not use is refused." {
        id Optional Kind::Id, "which record", "S-1-3";
        account Value Kind::Id, "whose", "acme";
        subscription Optional Kind::Text, "which subscription of the account; empty: `1`", "S-1";
        at Value Kind::Instant, "when it takes effect", "2024-02-10";
        seq Optional Kind::Whole, "order among changes of one instant; empty: 0", "0";
        change Value Kind::Words(&["set", "start", "change", "cancel", "pause", "resume", "one_off", "refund", "usage", "proration"]), "what happens", "start";
        amount Optional Kind::Amount, "`set`: a finished month; `start`, `change`: a unit and interval, any decimals; single charges: the charge", "12.50";
        currency Optional Kind::Currency, "of the amounts; empty: the folder's", "EUR";
        quantity Optional Kind::Whole, "units of `start`, `change`; empty: 1", "10";
        interval Optional Kind::Words(&["month", "year", "week", "day"]), "of `start`, `change`, needed there", "month";
        count Optional Kind::Whole, "intervals a bill covers; empty: 1", "1";
        discount_percent Optional Kind::Number, "percent off, 0 to 100", "10";
        discount_amount Optional Kind::Amount, "amount off an interval, whole quantity; not beside a percentage", "";
        discount_until Optional Kind::Instant, "end of the discount, not included; empty: for ever", "2024-08-10";
        trial_end Optional Kind::Instant, "free before", "2024-03-10";
        service_end Optional Kind::Instant, "of `cancel`: end of the service, where it is another instant", "";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Purchases PurchaseRow "What was bought, and with a negative amount what was given back." {
        id Optional Kind::Id, "which record", "INV-7";
        account Value Kind::Id, "whose", "acme";
        date Value Kind::Date, "the day", "2024-03-01";
        amount Value Kind::Amount, "the amount; negative: a refund", "29.33";
        currency Optional Kind::Currency, "of the amount; empty: the folder's", "EUR";
        item Optional Kind::Text, "what was bought", "tea";
        customised Optional Kind::Tri, "made for this account", "no";
        promotional Optional Kind::Tri, "bought on promotion", "";
        reverses Optional Kind::Id, "the purchase a refund takes back", "";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Interactions InteractionRow "Calls, meetings, messages." {
        id Optional Kind::Id, "which record", "I-1";
        account Value Kind::Id, "whose", "acme";
        date Value Kind::Date, "the day", "2024-03-01";
        channel Value Kind::Text, "by which channel, in your own word", "meeting";
        kind Value Kind::Text, "about what: `advice`, `answer`, `marketing`, or your own word", "advice";
        direction Value Kind::Words(&["in", "out", "mutual"]), "seen from us", "mutual";
        initiator Value Kind::Words(&["account", "provider", "automated"]), "who began", "provider";
        personal Value Kind::YesNo, "to this account alone, not broadcast", "yes";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Deliverables DeliverableRow "Things to deliver, and milestones. A row has `due`, `done` or both." {
        id Optional Kind::Id, "which record", "D-1";
        account Value Kind::Id, "whose", "acme";
        due Optional Kind::Date, "the day it is due; empty: not known", "2024-04-30";
        done Optional Kind::Date, "the day it was delivered; empty: not yet", "2024-04-28";
        item Value Kind::Text, "what", "pension plan";
        customised Optional Kind::Tri, "made for this account", "yes";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Goals GoalRow "What the account works toward." {
        id Optional Kind::Id, "which record", "G-1";
        account Value Kind::Id, "whose", "acme";
        set Value Kind::Date, "the day it was set", "2024-01-10";
        goal Value Kind::Text, "the goal, in words", "retire at 60";
        reviews Optional Kind::Dates, "the days it was reviewed", "2024-04-10;2024-07-10";
        closed Optional Kind::Date, "the day it was closed; empty: open", "";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Referrals ReferralRow "The account sent somebody." {
        id Optional Kind::Id, "which record", "F-1";
        account Value Kind::Id, "who sent", "acme";
        date Value Kind::Date, "the day", "2024-04-01";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Assignments AssignmentRow "Who looks after the account." {
        id Optional Kind::Id, "which record", "A-1";
        account Value Kind::Id, "whose", "acme";
        role Value Kind::Text, "as what", "account manager";
        start Value Kind::Date, "first day", "2024-01-01";
        end Optional Kind::Date, "last day, included; empty: open", "";
        person Optional Kind::Text, "who, by a name of yours; empty: not said", "j.doe";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Cases CaseRow "Support cases." {
        id Optional Kind::Id, "which record", "T-1";
        account Value Kind::Id, "whose", "acme";
        opened Value Kind::Instant, "when it was opened", "2024-05-01T09:00:00Z";
        status Value Kind::Words(&["open", "pending", "solved", "closed"]), "where it stands", "closed";
        first_reply Optional Kind::Instant, "first public reply by a person; empty: not yet", "2024-05-01T09:20:00Z";
        resolved Optional Kind::Instant, "when it was resolved; empty: not yet", "2024-05-01T11:00:00Z";
        reopens Optional Kind::Whole, "times reopened; empty: not known", "0";
        agent_replies Optional Kind::Whole, "public replies by people on our side; empty: not known", "2";
        account_replies Optional Kind::Whole, "replies by the account after opening; empty: not known", "1";
        target_minutes Optional Kind::Number, "minutes within which resolution is promised; empty: no promise", "240";
        paused_minutes Optional Kind::Number, "minutes the clock of the promise stood still; empty: 0", "30";
        bot Optional Kind::Words(&["resolved", "escalated", "abandoned"]), "how the talk with a bot ended; empty: no bot", "escalated";
        channel Optional Kind::Text, "by which channel", "chat";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Contacts ContactRow "Single contacts about an issue." {
        id Optional Kind::Id, "which record", "K-1";
        account Value Kind::Id, "whose", "acme";
        issue Value Kind::Text, "about which issue", "billing";
        at Value Kind::Instant, "when", "2024-05-01T09:00:00Z";
        resolved Optional Kind::Tri, "our side says it is resolved", "yes";
        channel Optional Kind::Text, "by which channel", "phone";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Responses ResponseRow "Answers to survey questions: `nps` 0 to 10, `csat` 1 to 5, `ces` 1 to 7 (7 is easiest)." {
        id Optional Kind::Id, "which record", "Q-1";
        account Value Kind::Id, "whose", "acme";
        date Value Kind::Date, "the day", "2024-05-01";
        survey Value Kind::Words(&["nps", "csat", "ces"]), "which question", "nps";
        score Column Kind::Score(&["blank", "not_applicable", "dismissed", "no_answer", "not_delivered"]), "the answer; empty: `blank`", "9";
        touchpoint Optional Kind::Text, "what the answer is about", "onboarding";
        weight Optional Kind::Weight, "how much the answer counts in a designed sample; empty: not weighted", "1.25";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Points PointsRow "Entries in a loyalty ledger." {
        id Optional Kind::Id, "which record", "P-1";
        account Value Kind::Id, "whose", "acme";
        date Value Kind::Date, "the day", "2024-05-01";
        ledger Value Kind::Words(&["qualifying", "redeemable"]), "points that earn a tier, or points to spend", "qualifying";
        points Value Kind::Whole, "earned; negative: spent; never 0", "250";
        expires Optional Kind::Date, "last day that points earned count; empty: no end", "2025-12-31";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
    Observations ObservationRow "The value of a health component on a day." {
        id Optional Kind::Id, "which record", "O-1";
        account Value Kind::Id, "whose", "acme";
        component Value Kind::Text, "which component", "usage";
        value Value Kind::Number, "the value", "0.82";
        observed_at Value Kind::Date, "the day", "2024-05-01";
        recorded_at Optional Kind::Instant, "when we knew; empty: always known", "";
    }
}
