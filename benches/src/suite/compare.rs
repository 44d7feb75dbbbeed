//! Two servers, or one in two states, measured in turns: what disturbs the machine disturbs both.

use anyhow::Result;

use crate::load::{Outcome, Plan, drive};
use crate::process::Server;
use crate::timing::{median, micros};

/// Somebody to measure and what to ask of them.
pub(super) struct Side<'a> {
    pub(super) server: &'a Server,
    pub(super) plan: Plan,
}

/// One side's rounds, each as a median.
#[derive(Clone, Copy)]
pub(super) struct Figures {
    /// Server processor time per request.
    pub(super) cpu_micros: f64,
    pub(super) p50_micros: f64,
    pub(super) per_second: f64,
    pub(super) seconds: f64,
}

/// Measures all sides in turns. The ratio of two of them is the ratio of their medians.
pub(super) async fn in_turns<const N: usize>(rounds: usize, sides: [&Side<'_>; N]) -> Result<[Figures; N]> {
    let mut samples: [Vec<Figures>; N] = std::array::from_fn(|_| Vec::new());
    for side in sides {
        warm_up(side).await?;
    }
    for _ in 0..rounds {
        for (side, samples) in sides.into_iter().zip(&mut samples) {
            samples.push(one_round(side).await?);
        }
    }
    Ok(samples.map(|samples| {
        let of = |figure: fn(&Figures) -> f64| median(samples.iter().map(figure));
        Figures {
            cpu_micros: of(|sample| sample.cpu_micros),
            p50_micros: of(|sample| sample.p50_micros),
            per_second: of(|sample| sample.per_second),
            seconds: of(|sample| sample.seconds),
        }
    }))
}

async fn warm_up(side: &Side<'_>) -> Result<()> {
    let plan = Plan { count: (side.plan.count / 4).max(1), ..side.plan.clone() };
    drive(side.server.address, &plan).await.map(|_| ())
}

pub(super) async fn one_round(side: &Side<'_>) -> Result<Figures> {
    let before = side.server.usage.cpu()?;
    let mut outcome: Outcome = drive(side.server.address, &side.plan).await?;
    let spent = side.server.usage.cpu()?.saturating_sub(before);
    Ok(Figures {
        cpu_micros: micros(spent) / f64::from(side.plan.count),
        p50_micros: micros(outcome.percentile(0.5)),
        per_second: outcome.per_second(),
        seconds: outcome.elapsed.as_secs_f64(),
    })
}
