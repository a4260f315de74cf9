//! First contact resolution, reply and resolution times, SLA and automation
