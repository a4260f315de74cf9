#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod acsi;
mod answer;
mod codes;
mod column;
mod compare;
mod decomposition;
mod definition;
mod design;
mod difference;
mod disclosure;
mod error;
mod exclusions;
mod fraction;
mod grouped;
mod groups;
mod mean;
mod net_score;
mod posterior;
mod preset;
mod pseudo;
mod scale;
mod score;
mod score_limit;
mod tally;
mod text;
mod weighted;
mod weighted_score;

pub use acsi::AcsiIndex;
pub use answer::{Answer, Reason};
pub use codes::CodeMap;
pub use decomposition::{Decomposition, Segment, SegmentEffect};
pub use definition::{
    Definition, DefinitionBuilder, Direction, InvalidPolicy, MissingPolicy, ResponseBase, Statistic,
};
pub use design::{FiniteCorrection, FiniteSample, PairedScores, SampleSize, Stratified};
pub use difference::{DifferenceMethod, NetDifference};
pub use disclosure::{Disclosure, Published};
pub use error::{
    AcsiError, CodeError, CompareError, CountOverflowError, DefinitionError,
    DefinitionMismatchError, DefinitionTextError, DesignError, DisclosureError, GroupedError,
    GroupsError, HistogramLengthError, InvalidAnswerError, Place, RetractError, TallyError,
    WeightError, WeightedError, WindowError,
};
pub use exclusions::Exclusions;
pub use fraction::Fraction;
pub use grouped::GroupedTally;
pub use groups::{GroupComparison, Trend};
pub use mean::Mean;
pub use net_score::{Estimate, NetMethod, NetScore};
pub use posterior::{Bootstrap, BootstrapSizeError, Posterior, Prior};
pub use pseudo::PseudoCounts;
pub use scale::{Band, Bands, Cut, Scale};
pub use score::Score;
pub use tally::Tally;
pub use weighted::{Weight, WeightedTally};
pub use weighted_score::{WeightedMethod, WeightedScore};
