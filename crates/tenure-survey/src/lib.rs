#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod answer;
mod column;
mod decomposition;
mod definition;
mod design;
mod difference;
mod error;
mod exclusions;
mod fraction;
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

pub use answer::{Answer, Reason};
pub use decomposition::{Decomposition, Segment, SegmentEffect};
pub use definition::{
    Definition, DefinitionBuilder, Direction, InvalidPolicy, MissingPolicy, Statistic,
};
pub use design::{FiniteCorrection, FiniteSample, PairedScores, SampleSize, Stratified};
pub use difference::{DifferenceMethod, NetDifference};
pub use error::{
    CountOverflowError, DefinitionError, DefinitionMismatchError, DefinitionTextError, DesignError,
    GroupsError, HistogramLengthError, InvalidAnswerError, Place, RetractError, TallyError,
    WeightError, WeightedError,
};
pub use exclusions::Exclusions;
pub use fraction::Fraction;
pub use groups::{GroupComparison, Trend};
pub use mean::Mean;
pub use net_score::{Estimate, NetMethod, NetScore};
pub use posterior::{Bootstrap, BootstrapSizeError, Posterior, Prior};
pub use pseudo::PseudoCounts;
pub use scale::{Band, Bands, Cut, Scale};
pub use score::Score;
pub use tally::Tally;
pub use weighted::{Weight, WeightedMethod, WeightedScore, WeightedTally};
