//! Observe, plan, perform, record, resume; the scheduler
