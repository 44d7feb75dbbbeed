//! Flows, questionnaires and formulas of a tenant.

use automation_hub_domain::{
    flow::{Condition, default_flows},
    formula::{DEFAULT_FORMULAS, Figures, Formulas},
    id::FlowId,
    idea::SubmissionType,
    lifecycle::DEFAULT_PHASES,
    permission::Permission,
    questionnaire::{DEFAULT_QUESTIONNAIRES, Questionnaire},
};
use automation_hub_storage::{Session, StorageError, System, forms, lifecycle, tenants, values};
use serde_json::Value;

use crate::{
    older::go_back_before,
    organization::{Organization, found_tenant},
};

#[tokio::test]
async fn a_tenant_is_founded_with_a_flow_for_each_kind_of_submission() {
    let acme = Organization::found().await;
    let flows = acme.read(forms::flows).await;
    let kinds: Vec<_> = flows.iter().map(|stored| (stored.id.get(), stored.kind, stored.version)).collect();
    assert_eq!(kinds, SubmissionType::ALL.map(|kind| (kind.code(), kind, 1)));
    for (stored, default) in flows.iter().zip(default_flows()) {
        assert_eq!(stored.flow, default.flow);
    }
    let names: Vec<_> = acme
        .read(forms::questionnaires)
        .await
        .into_iter()
        .map(|stored| (stored.name, stored.version))
        .collect();
    assert_eq!(names.len(), DEFAULT_QUESTIONNAIRES.len());
    assert!(names.contains(&("detailed".to_owned(), 1)), "{names:?}");
    assert_eq!(acme.read(forms::formulas).await.version, 1);
}

#[tokio::test]
async fn the_latest_version_is_in_force_and_raises_the_version_of_the_forms() {
    let acme = Organization::found().await;
    let other = found_tenant(acme.store(), "other").await;
    let before = acme.read(tenants::all_versions).await.1;
    let added = r#"{"key":"Q9","title":"T","sections":[{"code":"s","title":"S","questions":[
        {"code":"Q9-A","title":"A","kind":"number"}]}]}"#;
    let questionnaire = Questionnaire::parse(added).unwrap();
    let high_level = questionnaire.clone();
    let versions = acme
        .write(move |s| {
            let mut flow = forms::flows(s)?.remove(0).flow;
            flow.name = "Our ideas".into();
            let formulas =
                r#"{"inputs": {"a": "Q9-A"}, "outputs": [{"name": "twice", "expression": "2 * a"}]}"#;
            Ok((
                forms::install_flow(s, FlowId::new(1), &flow)?,
                forms::install_flow(s, FlowId::new(99), &flow)?,
                forms::install_questionnaire(s, "high-level", &high_level)?,
                forms::install_questionnaire(s, "extra", &high_level)?,
                forms::install_formulas(s, &Formulas::parse(formulas).unwrap())?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(versions, (Some(2), None, 2, 1, 2));
    assert!(acme.read(tenants::all_versions).await.1 > before);

    let flows = acme.read(forms::flows).await;
    assert_eq!((flows.len(), flows[0].flow.name.as_str(), flows[0].version), (8, "Our ideas", 2));
    let asked = acme.read(forms::questionnaires).await;
    let high_level = asked.iter().find(|stored| stored.name == "high-level").unwrap();
    assert_eq!((high_level.version, &high_level.questionnaire), (2, &questionnaire));
    let stored = acme.read(forms::formulas).await;
    let mut figures = Figures::new();
    stored.formulas.work_out(&mut figures, None, |_| Some(4.0));
    assert_eq!((stored.version, figures.get("twice")), (2, Some(&8.0)));

    let theirs = acme.store().read(other, forms::flows).await.unwrap();
    assert_eq!((theirs[0].version, acme.store().read(other, forms::formulas).await.unwrap().version), (1, 1));
}

#[tokio::test]
async fn a_tenant_from_before_there_were_flows_gets_them_with_the_update() {
    let acme = Organization::found().await;
    acme.write(|s| {
        let tenant = s.tenant();
        for sql in [
            "DELETE FROM idea_flows WHERE tenant_id = $1",
            "DELETE FROM questionnaires WHERE tenant_id = $1",
            "DELETE FROM formulas WHERE tenant_id = $1",
            "DELETE FROM phase_statuses WHERE tenant_id = $1 AND phase_id = 12",
            "DELETE FROM phases WHERE tenant_id = $1 AND id = 12",
            "UPDATE phases SET name = 'Thoughts' WHERE tenant_id = $1 AND id = 1",
        ] {
            s.execute(sql, values![tenant])?;
        }
        Ok(())
    })
    .await
    .unwrap();
    let catalogue = acme.read(tenants::versions).await.catalogue;
    assert_eq!(acme.store().migrate().await.unwrap(), 0);
    assert_eq!(acme.read(forms::flows).await.len(), 8);
    assert_eq!(acme.read(forms::questionnaires).await.len(), DEFAULT_QUESTIONNAIRES.len());
    let (phases, statuses) = acme.read(lifecycle::list).await;
    assert_eq!(phases.len(), DEFAULT_PHASES.len());
    assert_eq!(phases[0].name, "Thoughts", "what was there stays as it was");
    assert!(statuses.iter().any(|status| status.id.get() == 110));
    let after = acme.read(tenants::versions).await.catalogue;
    assert!(after > catalogue);
    acme.store().migrate().await.unwrap();
    assert_eq!(acme.read(tenants::versions).await.catalogue, after, "once is enough");
}

/// The formulas that tenants started with before there were costs.
fn formulas_without_costs() -> String {
    let text = DEFAULT_FORMULAS.replace(",\n    \"horizon_years\": 5", "");
    let (before, rest) = text.split_once("  \"costs\"").unwrap();
    let (_, labels) = rest.split_once("  \"labels\"").unwrap();
    [before, "  \"labels\"", labels].concat()
}

/// Those before robots were counted.
fn formulas_without_robots() -> String {
    let text = formulas_without_costs();
    let (before, rest) = text.split_once("  \"assumptions\"").unwrap();
    let (_, rest) = rest.split_once("},\n").unwrap();
    let (outputs, rest) = rest.split_once(",\n\n    {\"name\": \"robot_hours\"").unwrap();
    let (_, labels) = rest.split_once("\n  ],").unwrap();
    [before, outputs, "\n  ],", labels].concat()
}

#[tokio::test]
async fn a_tenant_with_formulas_of_ours_gets_robots_and_costs_with_the_update_and_one_with_its_own_does_not()
{
    let acme = Organization::found().await;
    let newer = found_tenant(acme.store(), "newer").await;
    let own = found_tenant(acme.store(), "own").await;
    let (oldest, older) = (formulas_without_robots(), formulas_without_costs());
    assert!(!Formulas::parse(&oldest).unwrap().gives("robot_hours"), "{oldest}");
    assert!(!Formulas::parse(&older).unwrap().gives("roi"), "{older}");
    let set_back = move |s: &mut System<'_>| -> Result<_, StorageError> {
        s.execute("UPDATE formulas SET definition = $1", values![&oldest])?;
        s.execute("UPDATE formulas SET definition = $1 WHERE tenant_id = $2", values![&older, newer])?;
        Ok(())
    };
    let of_own = r#"{"inputs": {"a": "Q9-A"}, "outputs": [{"name": "twice", "expression": "2 * a"}]}"#;
    let undone = go_back_before(acme.store(), 33).await;
    acme.store().system().write(set_back).await.unwrap();
    let install = move |s: &mut Session<'_>| forms::install_formulas(s, &Formulas::parse(of_own).unwrap());
    acme.store().write(own, install).await.unwrap();
    assert_eq!(u64::from(acme.store().migrate().await.unwrap()), undone);
    let default: Value = serde_json::from_str(DEFAULT_FORMULAS).unwrap();
    for (tenant, version) in [(acme.tenant, 3), (newer, 2)] {
        let theirs = acme.store().read(tenant, forms::formulas).await.unwrap();
        assert_eq!(theirs.version, version);
        let definition: Value = serde_json::from_str(theirs.formulas.definition()).unwrap();
        assert_eq!(definition, default);
    }
    let stored = acme.store().read(own, forms::formulas).await.unwrap();
    assert_eq!(
        (stored.version, stored.formulas.gives("robot_hours"), stored.formulas.gives("roi")),
        (2, false, false)
    );
}

#[tokio::test]
async fn flows_of_an_older_version_become_those_that_tenants_start_with_now() {
    let acme = Organization::found().await;
    let store = acme.store();
    let undone = go_back_before(store, 38).await;
    let older = acme.read(forms::flows).await;
    assert!(older.iter().all(|stored| stored.flow.needs_owner.is_empty()));
    assert!(older.iter().all(|stored| stored.flow.permissions.submit.len() == 1));
    assert_eq!(u64::from(store.migrate().await.unwrap()), undone);
    for (stored, default) in acme.read(forms::flows).await.iter().zip(default_flows()) {
        assert_eq!(stored.flow, default.flow);
        // An owner is asked for before an idea is approved.
        let is_reviewed = default.flow.phases.iter().any(|phase| phase.phase == "IDEA");
        // Collaborators may ask for a change.
        let is_of_change = default.kind == SubmissionType::ChangeRequest;
        assert_eq!(
            stored.version,
            1 + i64::from(is_reviewed) + i64::from(is_of_change),
            "{}",
            stored.flow.name
        );
    }
}

#[tokio::test]
async fn who_may_ask_for_a_change_stays_as_a_tenant_has_set_it() {
    let acme = Organization::found().await;
    let store = acme.store();
    let undone = go_back_before(store, 41).await;
    let mut flow =
        default_flows().into_iter().find(|of| of.kind == SubmissionType::ChangeRequest).unwrap().flow;
    flow.permissions.submit =
        [Permission::SubmitChangeRequest, Permission::ReviewIdeas].map(Condition::Permission).into();
    let (id, own) = (FlowId::new(SubmissionType::ChangeRequest.code()), flow.clone());
    acme.write(move |s| forms::install_flow(s, id, &own)).await.unwrap();
    assert_eq!(u64::from(store.migrate().await.unwrap()), undone);
    let stored = acme.read(forms::flows).await.into_iter().find(|stored| stored.id == id).unwrap();
    assert_eq!((stored.version, stored.flow), (2, flow));
}
