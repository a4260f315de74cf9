//! Account health scores with intervals and contributions
