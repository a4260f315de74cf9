//! NPS, CSAT and CES with definitions, exact counts and intervals
