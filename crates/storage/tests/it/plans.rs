//! What was entered for cost-benefit analyses: each tenant has its own.

use automation_hub_domain::{
    clock::Timestamp,
    cost_benefit::{OneTimeCost, Plan},
};
use automation_hub_storage::{ideas, plans};

use crate::organization::{Organization, found_tenant};

#[tokio::test]
async fn a_plan_is_put_in_place_of_another_and_no_other_tenant_sees_it() {
    let acme = Organization::found().await;
    let new = acme.idea("One", 1);
    let plan = Plan {
        launch_date: Some(Timestamp::from_millis(7)),
        one_time_costs: vec![OneTimeCost { description: "Größe \"L\"".into(), amount: 0.1 }],
        ..Plan::default()
    };
    let (first, second) = (Plan { horizon_years: Some(3), ..plan.clone() }, plan.clone());
    let idea = acme
        .write(move |s| {
            let idea = ideas::insert(s, &new, r#""a":1"#)?.id;
            assert_eq!(plans::find(s, idea)?, Plan::default());
            for plan in [&first, &second] {
                plans::set(s, idea, plan, Timestamp::from_millis(8))?;
            }
            Ok(idea)
        })
        .await
        .unwrap();
    assert_eq!(acme.read(move |s| plans::find(s, idea)).await, plan);
    let other = found_tenant(acme.store(), "other").await;
    assert_eq!(acme.store().read(other, move |s| plans::find(s, idea)).await.unwrap(), Plan::default());
}
