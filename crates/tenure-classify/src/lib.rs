//! Client or customer: classifies a business relationship, with reasons and what is not known
