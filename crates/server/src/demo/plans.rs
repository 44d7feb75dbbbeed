//! Costs and launch dates of some sample automations, put where `PUT /automations/{id}/cba` puts them.

use automation_hub_domain::{
    clock::Timestamp,
    cost_benefit::{OneTimeCost, PeopleCost, Plan, RunningCost, RunningKind},
    text,
};
use automation_hub_storage::{
    Session,
    ideas::{self, IdeaKey},
};

use super::{Workshop, organization::Directory};
use crate::{
    error::Error,
    forms::Forms,
    sample::{self, PLANNED_ROLES, ROBOT_PRICE, SamplePlan},
    services::ideas::put_plan,
    wire,
};

pub(super) async fn enter(workshop: &Workshop<'_>, directory: &Directory) -> anyhow::Result<()> {
    let now = workshop.now;
    let work = move |s: &mut Session<'_>| -> Result<(), Error> {
        let forms = Forms::default().of(s)?;
        let planned = sample::plans().map(|sample| (sample.idea.to_owned(), plan(sample, now)));
        for (name, plan) in planned.chain(launches(now)) {
            let Some(idea) = ideas::find_to_change(s, IdeaKey::Slug(&text::slug(&name)))? else {
                continue;
            };
            // When the idea was last worked on stays as the sample has it.
            let planned = put_plan(s, &forms, &idea, &plan, idea.updated_at)?;
            ideas::update(s, &idea, &planned, &wire::own_members(&planned, &forms))?;
        }
        Ok(())
    };
    Ok(workshop.store.write(directory.tenant, work).await?)
}

/// When those went live of which no more is known: between the day they were handed in and their last change.
fn launches(now: Timestamp) -> impl Iterator<Item = (String, Plan)> {
    let is_planned = |name: &str| sample::plans().any(|plan| plan.idea == name);
    let live =
        sample::ideas(usize::try_from(super::IDEAS).unwrap_or_default()).filter(|idea| idea.phase == "LIVE");
    live.filter(move |idea| !is_planned(&idea.name)).map(move |idea| {
        let secs_ago = i64::midpoint(idea.submitted_secs_ago, idea.updated_secs_ago);
        let launch_date = Some(now.plus_millis(-secs_ago * 1000));
        (idea.name, Plan { launch_date, ..Plan::default() })
    })
}

fn plan(sample: &SamplePlan, now: Timestamp) -> Plan {
    let worked = PLANNED_ROLES.iter().zip(sample.people_days);
    let people = worked.map(|(&(role, phase, daily_rate), days)| PeopleCost {
        role: role.to_owned(),
        phase: Some(phase.to_owned()),
        days: days.into(),
        daily_rate: daily_rate.into(),
    });
    let paid_once = sample.one_time_costs.iter().map(|&(description, amount)| OneTimeCost {
        description: description.to_owned(),
        amount: amount.into(),
    });
    Plan {
        launch_date: Some(now.plus_days(sample.launch_in_days.into())),
        people: people.collect(),
        one_time_costs: paid_once.collect(),
        running_costs: running_costs(sample),
        ..Plan::default()
    }
}

fn running_costs(sample: &SamplePlan) -> Vec<RunningCost> {
    let robot = RunningCost {
        kind: RunningKind::RpaSoftware,
        description: None,
        vendor: Some("UiPath".to_owned()),
        license_type: Some("Unattended robot".to_owned()),
        quantity: f64::from(sample.robot_percent) / 100.0,
        price_per_year: ROBOT_PRICE.into(),
    };
    let others = sample.running_costs.iter().filter_map(|row| {
        Some(RunningCost {
            kind: RunningKind::from_key(row.kind)?,
            description: Some(row.description.to_owned()),
            vendor: None,
            license_type: None,
            quantity: 1.0,
            price_per_year: row.price_per_year.into(),
        })
    });
    std::iter::once(robot).chain(others).collect()
}
