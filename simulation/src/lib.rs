//! Years of renewals in seconds: the real engine, store, ACME client and targets on a virtual clock, everything around
//! them simulated, with seeded faults. What holds throughout is checked at every step; docs/simulation.md says how.

mod advice;
mod authority;
mod clock;
mod dice;
mod drill;
mod outside;
mod servers;
mod stop;
mod trace;
mod weather;
mod world;
mod year;

pub use authority::{Asked, PROFILES, SimulatedAuthority};
pub use clock::VirtualClock;
pub use dice::Dice;
pub use drill::{DrillReport, drill};
pub use servers::{Loaded, Served, Servers};
pub use stop::Stop;
pub use trace::Trace;
pub use weather::{Faults, Span, outages};
pub use world::{BEGIN, Settings, World};
pub use year::{MOST_ORDERS, Report, Run, on_this_thread, simulate};
