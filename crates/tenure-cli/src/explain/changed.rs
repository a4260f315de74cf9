//! Why a verdict is not what it was, cause by cause.

use tenure::classify::{Brief, Cause, Source, WhyChanged};

use super::page::Block;
use crate::text;

pub(crate) fn say(why: &WhyChanged, blocks: &mut Vec<Block>) {
    blocks.push(Block::Say(format!("It was {}; it is {}.", told(&why.from), told(&why.to))));
    if why.steps.is_empty() {
        blocks.push(Block::Say("Nothing that was looked at has changed.".to_owned()));
    }
    for step in &why.steps {
        let moves = step.moved.iter().map(|moved| {
            let source = match moved.source {
                Source::Signal(signal) => signal.name(),
                _ => "cap",
            };
            let (from, to) =
                (text::range(moved.from.lo, moved.from.hi), text::range(moved.to.lo, moved.to.hi));
            format!("{source}: from {from} to {to} points")
        });
        let change = if told(&step.from) == told(&step.to) {
            String::new()
        } else {
            format!(": from {} to {}", told(&step.from), told(&step.to))
        };
        blocks.push(Block::Item(format!("{}{change}.", cause(step.cause)), moves.collect()));
    }
}

fn told(found: &Brief) -> String {
    let score = text::range(found.score.lo, found.score.hi);
    format!("{}, {}, with a score of {score}", found.class, found.stage)
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::LateFacts => "What happened by that day and was recorded only afterwards",
        Cause::Time => "Time alone: windows moved on, contracts ended, silences grew",
        Cause::NewFacts => "What happened since",
        Cause::Coverage => "Other tables are complete",
        Cause::Median => "The usual value of an account is another",
        Cause::Rules => "Other rules",
        Cause::Policy => "Another policy",
        Cause::PreviousClass => "Another class before",
        Cause::Packs => "Other packs",
        Cause::Overrides => "A person decided something, or it ran out",
        _ => "Something else",
    }
}
